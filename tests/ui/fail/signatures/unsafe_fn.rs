//! What its caller has to uphold, no caller elsewhere can.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    unsafe fn poke(&self) {}
}

fn main() {}
