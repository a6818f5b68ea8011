//! One wrong type is one error, however often it is used.

#![allow(unused_variables)]

use coproc::prelude::*;

use std::rc::Rc;

pub struct Printer;

#[worker]
impl Printer {
    #[init]
    fn new(name: Rc<str>) -> Self {
        Printer
    }

    #[message]
    fn print(&self, text: Rc<str>) {}
}

fn main() {}
