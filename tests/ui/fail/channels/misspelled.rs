//! Did you mean …?

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker(channels(control, data))]
impl Printer {
    #[message(channel = contrl)]
    fn stop(&self) {}

    #[message(channel = urgent)]
    fn print(&self) {}
}

fn main() {}
