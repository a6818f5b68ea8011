//! The arguments of `spawn` are those of `#[init]`.

#![allow(unused_variables)]

use coproc::prelude::*;

pub struct Printer;

#[worker]
impl Printer {
    #[init]
    fn new(ch: char) -> Self {
        let _ = ch;
        Printer
    }

    #[message]
    fn print(&self, text: &str) {}
}

fn main() {
    let printer = Printer::spawn("x").unwrap();
    let _ = printer.print(3).wait();
}
