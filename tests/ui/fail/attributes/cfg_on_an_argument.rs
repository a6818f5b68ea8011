//! Both sides have to agree on a message.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn print(&self, #[cfg(unix)] mode: u32, ch: char) {}
}

fn main() {}
