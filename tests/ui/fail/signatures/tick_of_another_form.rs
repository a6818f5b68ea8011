//! A tick has nobody to take arguments from, nor to give a value to.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[tick(every = ms(10))]
    fn print(&mut self, ch: char) {}

    #[tick(every = ms(10))]
    fn count(&mut self) -> u8 {
        0
    }

    #[tick(every = ms(10))]
    fn now() {}
}

fn main() {}
