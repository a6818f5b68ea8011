//! The one name that a controller keeps for itself.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn worker(&self) {}
}

fn main() {}
