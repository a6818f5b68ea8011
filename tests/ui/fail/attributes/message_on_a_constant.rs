//! A constant cannot be sent for.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    const LIMIT: u8 = 3;
}

fn main() {}
