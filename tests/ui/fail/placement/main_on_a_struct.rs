//! There is nothing to run.

#[coproc::main]
pub struct Printer;

fn main() {}
