//! The same for replies and their errors.

use coproc::prelude::*;

pub struct Plain;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn get(&self) -> Plain {
        Plain
    }

    #[message]
    fn try_get(&self) -> Result<u8, Plain> {
        Ok(3)
    }

    #[close]
    fn end(self) -> Plain {
        Plain
    }
}

fn main() {}
