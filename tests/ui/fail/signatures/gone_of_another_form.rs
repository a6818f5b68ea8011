//! It is told who went.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[gone]
    fn gone(&mut self) {}
}

fn main() {}
