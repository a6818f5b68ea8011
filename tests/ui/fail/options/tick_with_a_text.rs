//! The pace of a tick is an expression, unlike other durations.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[tick(every = "100ms")]
    fn print(&mut self) {}

    #[tick(every = 100)]
    fn flush(&mut self) {}
}

fn main() {}
