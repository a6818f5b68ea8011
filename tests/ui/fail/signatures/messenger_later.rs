//! The messenger is the first argument.

#![allow(unused_variables)]

use coproc::prelude::*;

#[worker]
fn echo(verbose: bool, messenger: Messenger<String, String>) {}

fn main() {}
