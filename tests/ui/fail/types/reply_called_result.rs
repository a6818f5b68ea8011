//! What is called `Result` has to be one.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Result {
    pages: u32,
}

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn print(&self) -> Result {
        Result { pages: 1 }
    }
}

fn main() {}
