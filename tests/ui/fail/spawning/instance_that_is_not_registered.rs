//! A process finds a generic worker by its instance.

use coproc::prelude::*;

pub struct Cache<T>(T);

#[worker]
impl<T: Wire + 'static> Cache<T> {
    #[init]
    fn new(value: T) -> Self {
        Cache(value)
    }
}

fn main() {
    let _ = Cache::<u8>::spawn(3);
}
