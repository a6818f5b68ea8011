//! A worker is found by its name.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker(name = "")]
impl Printer {
    #[message]
    fn print(&self) {}
}

fn main() {}
