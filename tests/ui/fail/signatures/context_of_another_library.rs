//! The compiler finds what the name alone could not tell.

#![allow(unused_variables)]

use coproc::prelude::{Deserialize, Serialize, worker};

mod other {
    pub struct Context;
}

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn poll(&mut self, cx: &mut other::Context) {}
}

fn main() {}
