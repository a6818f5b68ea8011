//! What pools are given to do, as plain functions and as functions with `#[worker]`.

use coproc::worker;

use crate::clocks::used;

/// How long [`busy`] takes of a processor, in nanoseconds.
const BUSY: u64 = 50_000;

/// Next to nothing.
#[worker]
pub fn successor(number: u64) -> u64 {
    number.wrapping_add(1)
}

/// The same, after 50 µs of a processor. Time during which others have the processor does not count,
/// so that it cannot pass for work.
#[worker]
pub fn busy(number: u64) -> u64 {
    let end = used() + BUSY;
    while used() < end {}
    number.wrapping_add(1)
}

/// The plain function of this name.
#[must_use]
pub fn named(name: &str) -> Option<fn(u64) -> u64> {
    match name {
        "successor" => Some(successor),
        "busy" => Some(busy),
        _ => None,
    }
}
