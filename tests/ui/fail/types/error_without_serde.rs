//! Whoever only wants to say what went wrong needs no error type of their own.

use coproc::prelude::*;

use std::error::Error;

pub struct Printer;

#[worker]
impl Printer {
    #[init]
    fn new(name: String) -> Result<Self, Box<dyn Error>> {
        name.parse::<u8>()?;
        Ok(Self)
    }

    #[message]
    fn print(&self, pages: String) -> Result<u32, Box<dyn Error>> {
        Ok(pages.parse()?)
    }
}

fn main() {}
