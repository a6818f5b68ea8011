//! The attribute goes on the `impl` block.

use coproc::prelude::*;

#[worker]
#[derive(Serialize, Deserialize)]
pub struct Printer;

fn main() {}
