//! The macro runs before it is known.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[cfg_attr(unix, message(priority = 3))]
    fn print(&self) {}
}

fn main() {}
