//! A message is sent, a tick is not.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    #[tick(every = ms(10))]
    fn print(&mut self) {}
}

fn main() {}
