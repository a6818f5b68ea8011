//! The machine's clocks, in nanoseconds.

use rustix::time::{ClockId, Timespec, clock_gettime};

fn nanoseconds(clock: ClockId) -> u64 {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(clock);
    tv_sec.unsigned_abs() * 1_000_000_000 + tv_nsec.unsigned_abs()
}

/// Now, by the clock that all processes share.
#[must_use]
pub fn now() -> u64 {
    nanoseconds(ClockId::Monotonic)
}

/// The time on a processor that this thread has had.
#[must_use]
pub fn used() -> u64 {
    nanoseconds(ClockId::ThreadCPUTime)
}
