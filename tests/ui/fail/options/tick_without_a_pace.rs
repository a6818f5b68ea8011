//! Its pace cannot be guessed.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[tick]
    fn print(&mut self) {}

    #[tick(when = true)]
    fn flush(&mut self) {}
}

fn main() {}
