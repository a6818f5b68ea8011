//! A program that starts workers and does not begin with `coproc::init()`.

use coproc::{Process, SpawnError, prelude::*};

/// Is never to run.
pub struct Never;

#[worker]
impl Never {
    #[init]
    fn new() -> Self {
        println!("it runs");
        Self
    }
}

fn main() {
    println!("main runs");
    match Never::on(Process::new()).spawn() {
        Err(error @ SpawnError::NotInitialized) => println!("{error}"),
        other => println!("{other:?}"),
    }
}
