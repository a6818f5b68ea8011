//! Without `#[worker]` nobody would ever send it.

use coproc::prelude::*;

pub struct Printer;

impl Printer {
    #[message]
    fn print(&self) {}
}

fn main() {}
