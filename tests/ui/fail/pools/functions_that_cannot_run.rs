//! What a pool cannot run: a function that talks by hand, and one that is no worker.

use coproc::{prelude::*, Pool};

#[worker]
fn echo(messenger: Messenger<String, String>, verbose: bool) -> coproc::Result<()> {
    let _ = (messenger, verbose);
    Ok(())
}

fn square(n: u64) -> u64 {
    n * n
}

fn main() {
    let pool = Pool::new(2).unwrap();
    let _ = pool.apply(Echo, true);
    let _ = pool.map(0..3, square);
}
