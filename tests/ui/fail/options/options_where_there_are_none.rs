//! `#[init]` and its like take none.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[init(name = "printer")]
    fn new() -> Self {
        Printer
    }
}

fn main() {}
