//! The caller has no worker to look into.

#![allow(unused_variables)]

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer {
    level: i32,
}

#[worker]
impl Printer {
    #[message(priority = self.level + n)]
    fn print(&self, n: i32) {}
}

fn main() {}
