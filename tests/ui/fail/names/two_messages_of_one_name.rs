//! `get_all` and `get__all` would both be `GetAll`.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct Printer;

#[worker]
impl Printer {
    #[message]
    fn get_all(&self) {}

    #[message]
    fn get__all(&self) {}
}

fn main() {}
