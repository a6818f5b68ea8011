//! A unit struct is a value, and so is a function.

use coproc::prelude::*;

#[allow(non_snake_case)]
#[worker]
fn Square(n: u64) -> u64 {
    n * n
}

fn main() {}
