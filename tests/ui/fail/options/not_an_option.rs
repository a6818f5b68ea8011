//! What is not a name is no option.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message(3, = priority)]
    fn print(&self) {}
}

fn main() {}
