//! Did you mean …?

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker(chanels(control))]
impl Printer {
    #[message(priorty = 3, one_way)]
    fn print(&self) {}
}

fn main() {}
