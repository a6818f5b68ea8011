//! What a public worker ends with is public.

use coproc::prelude::*;

pub struct Printer;

#[derive(Serialize, Deserialize)]
struct Summary;

#[worker]
impl Printer {
    #[init]
    fn new() -> Self {
        Printer
    }

    #[close]
    fn end(self) -> Summary {
        Summary
    }
}

fn main() {}
