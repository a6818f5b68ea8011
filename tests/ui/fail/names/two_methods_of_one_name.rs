//! The compiler says so of the methods, and of nothing else.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn print(&self) {}

    #[message]
    fn print(&self) {}
}

fn main() {}
