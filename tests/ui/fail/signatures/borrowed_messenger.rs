//! The messenger belongs to the function.

#![allow(unused_variables)]

use coproc::prelude::*;

#[worker]
fn echo(messenger: &Messenger<String, String>) {}

fn main() {}
