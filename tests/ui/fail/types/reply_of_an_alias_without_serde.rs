//! The error that an alias hides is found as well.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn print(&self) -> std::io::Result<u32> {
        Ok(1)
    }
}

fn main() {}
