//! No message would ever fit.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker(channels(data(capacity = 0)))]
impl Printer {
    #[message]
    fn print(&self) {}
}

fn main() {}
