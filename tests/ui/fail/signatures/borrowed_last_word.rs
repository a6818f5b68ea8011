//! What a worker ends with outlives it.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer {
    name: String,
}

#[worker]
impl Printer {
    #[message]
    fn print(&self) {}

    #[close]
    fn end(self) -> &'static str {
        "end"
    }
}

#[worker]
fn trimmed(text: &str) -> &str {
    text.trim()
}

fn main() {}
