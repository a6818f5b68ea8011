//! Whoever went does not wait for it.

#![allow(unused_variables)]

use coproc::{prelude::*, worker::Peer};

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[gone]
    fn gone(&mut self, peer: Peer) -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
