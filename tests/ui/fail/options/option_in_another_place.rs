//! Known, but not there.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker(deadline = "2s")]
impl Printer {
    #[message(capacity = 3)]
    fn print(&self) {}

    #[tick(every = ms(10), priority = 3)]
    fn tick(&mut self) {}
}

fn main() {}
