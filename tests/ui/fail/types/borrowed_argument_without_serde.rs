//! The same for what is lent.

#![allow(unused_variables)]

use coproc::prelude::*;

pub struct Plain;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn print(&self, text: &Plain, many: &[Plain], maybe: Option<&Plain>) {}
}

fn main() {}
