//! Messages are methods of the type itself.

use coproc::prelude::*;

pub struct Printer;

#[worker]
impl Default for Printer {
    fn default() -> Self {
        Printer
    }
}

fn main() {}
