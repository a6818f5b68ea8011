//! Nobody waits for it.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message(oneway)]
    fn log(&mut self, line: &str) -> usize {
        line.len()
    }
}

fn main() {}
