//! Memory is not shared.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[init]
    fn new(cx: &mut Context<Self>) -> Self {
        Printer
    }

    #[message]
    fn fill(&self, buffer: &mut Vec<u8>) {}
}

fn main() {}
