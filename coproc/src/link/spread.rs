//! A hash for numbers of calls: nearly free, and a peer that chooses the numbers cannot foresee it.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Spreads numbers over a table, each table in its own way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    add: u64,
    factor: u64,
}

impl Default for Spread {
    fn default() -> Self {
        // What std keys its own tables with is random.
        let random = RandomState::new();
        Self { add: random.hash_one(0), factor: random.hash_one(1) | 1 }
    }
}

impl BuildHasher for Spread {
    type Hasher = Spreading;

    fn build_hasher(&self) -> Spreading {
        Spreading { spread: *self, hash: 0 }
    }
}

/// A number on its way to its place.
#[derive(Debug)]
pub(crate) struct Spreading {
    spread: Spread,
    hash: u64,
}

impl Hasher for Spreading {
    fn finish(&self) -> u64 {
        self.hash
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    /// Both halves of the product count, so that each bit of the number moves all of the hash.
    fn write_u64(&mut self, number: u64) {
        let number = u128::from(self.hash ^ number ^ self.spread.add);
        let product = number * u128::from(self.spread.factor);
        self.hash = (product as u64) ^ ((product >> 64) as u64);
    }
}
