//! A message is for the worker.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn version() -> u32 {
        3
    }

    #[message]
    fn shared(self: std::rc::Rc<Self>) {}
}

fn main() {}
