//! Literals are judged by the macro, everything else by the compiler.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message(priority = "high")]
    fn print(&self) {}

    #[message(priority = -1.5)]
    fn flush(&self) {}

    #[message(priority = text.len())]
    fn log(&self, text: &str) {}
}

fn main() {}
