//! A worker without channels has only the default one.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message(channel = control)]
    fn stop(&self) {}
}

fn main() {}
