//! Each option has one form.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker(channels = control, name = printer)]
impl Printer {
    #[message(priority, channel(control))]
    fn print(&self) {}

    #[message(deadline = 2, oneway = true)]
    fn log(&self) {}
}

fn main() {}
