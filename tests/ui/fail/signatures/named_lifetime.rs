//! Between processes nothing lives as long as something else.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn longest<'a>(&'a self, left: &'a str, right: &'a str) -> u8 {
        0
    }

    #[message]
    fn label(&mut self, label: &'static str) {}
}

fn main() {}
