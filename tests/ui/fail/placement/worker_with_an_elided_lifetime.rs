//! The same without a name for the lifetime.

use coproc::prelude::*;

pub struct Printer<'a>(&'a str);

#[worker]
impl Printer<'_> {
    #[message]
    fn length(&self) -> usize {
        self.0.len()
    }
}

fn main() {}
