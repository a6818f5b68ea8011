//! The context is lent for the time of the call.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn print(&mut self, cx: &Context<Self>, ch: char) {}

    #[message]
    fn flush(&mut self, cx: Context<Printer>) {}
}

fn main() {}
