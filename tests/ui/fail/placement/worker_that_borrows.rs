//! What lives in another process cannot borrow from this one.

use coproc::prelude::*;

pub struct Printer<'a>(&'a str);

#[worker]
impl<'a> Printer<'a> {
    #[message]
    fn length(&self) -> usize {
        self.0.len()
    }
}

fn main() {}
