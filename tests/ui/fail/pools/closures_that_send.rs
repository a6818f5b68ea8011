//! What a pool is to send itself, and what is no message at all.

use coproc::{prelude::*, Process};

struct Scaler;

#[worker]
impl Scaler {
    #[init]
    fn new() -> Self {
        Self
    }

    #[message]
    fn scale(&self, n: u64) -> u64 {
        n
    }
}

fn main() {
    let pool = Scaler::on(Process::new().pool(2)).spawn().unwrap();
    let _ = pool.each(|w| w.scale(1).wait());
    let _ = pool.map(0..3, |w, n| w.scale(n).wait());
    let _ = pool.map_unordered(0..3_u64, |_, n| n);
}
