//! Also when only the enum's variants would be the same.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker(channels(data, data, high_data, high__data))]
impl Printer {
    #[message]
    fn print(&self) {}
}

fn main() {}
