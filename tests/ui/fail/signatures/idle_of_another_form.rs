//! An idle worker says when it wants to run again.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[idle]
    fn idle(&mut self) {}
}

fn main() {}
