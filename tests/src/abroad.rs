//! Workers of a library, for tests that start them from another crate.

use coproc::prelude::*;

/// Counts.
#[derive(Default, Serialize, Deserialize)]
pub struct Counter {
    count: u64,
}

#[worker]
impl Counter {
    /// Adds `n`, and gives the count.
    #[message]
    fn add(&mut self, n: u64) -> u64 {
        self.count += n;
        self.count
    }
}

/// Keeps one value.
pub struct Keeper<T> {
    value: T,
}

#[worker]
impl<T: Wire + Clone + 'static> Keeper<T> {
    #[init]
    fn new(value: T) -> Self {
        Self { value }
    }

    /// The value.
    #[message]
    fn value(&self) -> T {
        self.value.clone()
    }
}

coproc::register!(Keeper<String>);

/// Gives `n` twice over.
#[worker]
pub fn double(n: u64) -> u64 {
    2 * n
}
