//! A worker runs one thing after the other.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    async fn print(&self) -> u8 {
        0
    }
}

#[worker]
async fn square(n: u64) -> u64 {
    n * n
}

fn uses(printer: &PrinterController) -> u8 {
    printer.print().wait().unwrap()
}

fn main() {}
