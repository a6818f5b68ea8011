//! Where nothing is near, all are listed.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message(urgent)]
    fn print(&self) {}
}

fn main() {}
