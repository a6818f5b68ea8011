//! The type of `spawn` would depend on it.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[cfg(unix)]
    #[init]
    fn new() -> Self {
        Printer
    }

    #[cfg(unix)]
    #[close]
    fn end(self) {}
}

fn main() {}
