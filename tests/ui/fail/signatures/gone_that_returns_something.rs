//! Whoever went does not wait for it.

#![allow(unused_variables)]

use coproc::{Peer, prelude::*};

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
