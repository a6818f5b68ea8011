//! A near miss is told and then taken for what it was meant to be.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[mesage]
    fn print(&self) {}

    #[coproc::massage(priority = 3)]
    fn flush(&self) {}
}

fn uses(printer: &PrinterController) {
    let _ = printer.print().wait();
    let _ = printer.flush().wait();
}

fn main() {}
