//! A function says itself how visible it is.

use coproc::prelude::*;

#[worker(pub(crate))]
fn square(n: u64) -> u64 {
    n * n
}

fn main() {}
