//! One of them would have had no effect.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message(priority = 3, priority = 4)]
    fn print(&self) {}
}

fn main() {}
