//! The context is the first argument.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn print(&mut self, ch: char, cx: &mut Context<Self>) {}
}

fn main() {}
