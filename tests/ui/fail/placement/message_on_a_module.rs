//! Only types and methods are messages.

use coproc::prelude::*;

#[message(priority = 3)]
mod messages {}

fn main() {}
