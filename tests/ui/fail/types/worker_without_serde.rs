//! Without an `#[init]` the worker itself is sent.

use coproc::prelude::*;

pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn print(&self) {}
}

fn main() {}
