//! The controller is part of what the worker is.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker(pub(crate))]
impl Printer {
    #[message]
    fn print(&self) {}
}

fn main() {}
