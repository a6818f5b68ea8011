//! What runs inside of `wait` may move between threads.

use coproc::prelude::*;

use std::rc::Rc;

pub struct Printer(Rc<u8>);

#[worker]
impl Printer {
    #[init]
    fn new() -> Self {
        Printer(Rc::new(3))
    }
}

fn main() {
    let _ = Printer::on(Inline).spawn();
}
