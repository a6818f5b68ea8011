//! These two are written by the macro.

use coproc::prelude::*;

pub struct Printer;

#[worker]
impl Printer {
    #[init]
    fn new() -> Self {
        Printer
    }

    fn spawn(&self) {}

    #[message]
    fn on(&self) {}
}

fn main() {}
