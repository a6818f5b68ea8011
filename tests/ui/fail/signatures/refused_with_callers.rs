//! What is refused can still be called: the callers are not at fault.

#![allow(unused_variables)]

use coproc::prelude::*;

pub struct Printer;

#[worker]
impl Printer {
    #[init]
    fn new(limit: &mut usize, (x, y): (u8, u8)) -> Result<Self, String> {
        Ok(Printer)
    }

    #[message]
    async fn print(&mut self, cx: &mut Context<Self>, ch: char) -> Result<u8, String> {
        Ok(0)
    }

    #[message(oneway)]
    fn log(self, line: &str) {}

    #[tick(every = 3, evry = ms(10))]
    fn tick(&mut self) {}

    #[close]
    fn end(&self) -> u8 {
        3
    }
}

#[worker]
fn double(n: &mut u8) -> u8 {
    *n * 2
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let printer = Printer::spawn(&mut 3, (1, 2))?;
    let on_a_thread = Printer::on(Thread).spawn(&mut 3, (1, 2))?;
    let sum: u8 = printer.print('x').wait()? + on_a_thread.print('x').wait()?;
    printer.log("line").tell()?;
    let end: u8 = printer.worker().join()?;
    let doubled: u8 = Double::spawn(&mut 3)?.worker().join()?;
    Ok(())
}
