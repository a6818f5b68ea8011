//! Both ends have to agree on what goes through it.

#![allow(unused_variables)]

use coproc::worker;

type Messenger = coproc::Messenger<u8, u8>;

#[worker]
fn echo(messenger: Messenger) {}

fn main() {}
