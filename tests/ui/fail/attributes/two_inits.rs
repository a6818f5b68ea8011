//! A worker begins once and ends once.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[init]
    fn new() -> Self {
        Printer
    }

    #[init]
    fn open() -> Self {
        Printer
    }

    #[close]
    fn end(self) {}

    #[close]
    fn finish(self) {}
}

fn main() {}
