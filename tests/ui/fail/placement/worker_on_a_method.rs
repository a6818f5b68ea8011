//! A method is a message of a worker, not a worker.

use coproc::prelude::*;

pub struct Printer;

impl Printer {
    #[worker]
    fn print(&self) {}
}

fn main() {}
