//! An argument becomes a field, and a field has a name.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn place(&mut self, (x, y): (u32, Vec<u32>)) -> u32 {
        x + y[0]
    }

    #[message]
    fn ignore(&mut self, _: u8) {}
}

fn uses(printer: &PrinterController) -> u32 {
    printer.place((1, vec![2])).wait().unwrap()
}

fn main() {}
