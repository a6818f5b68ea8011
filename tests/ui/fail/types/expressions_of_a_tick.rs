//! The compiler judges expressions where they stand.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer {
    pace: u8,
}

#[worker]
impl Printer {
    #[tick(every = self.pace, when = self.pace)]
    fn print(&mut self) {}
}

fn main() {}
