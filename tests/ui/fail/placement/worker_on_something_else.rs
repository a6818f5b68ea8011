//! A worker is a struct or an enum.

use coproc::prelude::*;

pub trait Print {
    fn print(&self);
}

#[worker]
impl dyn Print {
    #[message]
    fn twice(&self) {
        self.print();
        self.print();
    }
}

fn main() {}
