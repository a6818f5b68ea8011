//! A priority looks at the arguments, which are still to be sent.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message(priority = urgency(text))]
    fn print(&self, text: String) -> usize {
        text.len()
    }

    #[message(priority = urgency(text.clone()))]
    fn cloned(&self, text: String) -> usize {
        text.len()
    }

    #[message(priority = level)]
    fn copied(&self, level: i32) -> i32 {
        level
    }
}

fn urgency(text: String) -> i32 {
    if text.is_empty() { 1 } else { -1 }
}

fn main() {}
