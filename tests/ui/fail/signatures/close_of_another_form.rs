//! What ends gives itself away.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[close]
    fn end(&mut self) -> u8 {
        0
    }
}

fn main() {}
