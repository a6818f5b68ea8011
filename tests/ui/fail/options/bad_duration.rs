//! Durations have a number and a unit.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker(aging = "1.5")]
impl Printer {
    #[message(deadline = "soon")]
    fn print(&self) {}

    #[message(deadline = "0s")]
    fn flush(&self) {}

    #[message(deadline = "10 minutes")]
    fn log(&self) {}
}

fn main() {}
