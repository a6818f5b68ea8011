//! A value out of a list.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker(channels(data(overflow = rejct)), on_panic = keep_going)]
impl Printer {
    #[message]
    fn print(&self) {}
}

fn main() {}
