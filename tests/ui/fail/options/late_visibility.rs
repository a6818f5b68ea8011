//! A visibility stands first, as everywhere.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker(name = "printer", pub(crate))]
impl Printer {
    #[message]
    fn print(&self) {}
}

fn main() {}
