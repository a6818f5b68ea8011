//! The compiler finds what the name alone could not tell.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[gone]
    fn gone(&mut self, peer: u32) {}
}

fn main() {}
