//! All mistakes are told at once, in the order of the source.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker(chanels(control), channels(control))]
impl Printer {
    #[init]
    async fn new(_limit: &mut usize) -> Self {
        Printer
    }

    #[message(priorty = 3)]
    fn print(&self, (_x, _y): (u8, u8)) {}

    #[message(channel = contrl)]
    fn stop(self) {}

    #[tick(evry = ms(10))]
    fn tick(&mut self) -> u8 {
        0
    }

    #[message]
    fn name(&self) -> &str {
        "x"
    }
}

fn main() {}
