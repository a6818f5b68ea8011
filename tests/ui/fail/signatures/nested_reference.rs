//! Only the outermost reference can be lent.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn add(&mut self, names: Vec<&str>) {}

    #[message]
    fn pairs(&mut self, pairs: &[(&str, u8)]) {}

    #[message]
    fn deep(&mut self, deep: Option<Option<&str>>) {}
}

fn main() {}
