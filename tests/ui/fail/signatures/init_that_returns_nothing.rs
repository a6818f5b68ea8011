//! An `#[init]` makes the worker.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[init]
    fn new() {}
}

fn main() {}
