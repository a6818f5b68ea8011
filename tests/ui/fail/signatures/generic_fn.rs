//! A message has one form.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer<T>(T);

#[worker]
impl<T: Wire + 'static> Printer<T> {
    #[message]
    fn push<U: Wire>(&mut self, item: U) {}

    #[message]
    fn print(&self)
    where
        T: std::fmt::Display,
    {
    }
}

fn uses(printer: &PrinterController<u8>) {
    let _ = printer.push(3).wait();
    let _ = printer.print().wait();
}

fn main() {}
