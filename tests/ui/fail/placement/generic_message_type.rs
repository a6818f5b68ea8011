//! The list of priorities is made at link time, and has no instances.

use coproc::prelude::*;

#[message(priority = 3)]
#[derive(Serialize, Deserialize)]
pub struct Alarm<T> {
    level: T,
}

fn main() {}
