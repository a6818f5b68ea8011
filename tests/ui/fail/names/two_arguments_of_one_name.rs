//! The compiler says so of the function, and of nothing else.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn place(&self, x: u8, x: u8) {}
}

fn main() {}
