//! A type without a name cannot be read on the other side.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn add(&mut self, items: impl Iterator<Item = u32>) {}

    #[message]
    fn show(&self, value: &dyn std::fmt::Display) {}

    #[message]
    fn items(&self) -> impl Iterator<Item = u32> {
        0..3
    }

    #[message]
    fn stop(&self) -> ! {
        loop {}
    }
}

fn main() {}
