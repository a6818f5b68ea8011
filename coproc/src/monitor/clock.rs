//! The clock of samples, notes and the start times of processes.

use std::time::Duration;

use rustix::{
    param::clock_ticks_per_second,
    time::{ClockId, clock_gettime},
};

/// The time since the machine was started. It never goes back, is the same in all processes, and is the
/// clock of the kernel's start times of processes.
pub(super) fn now() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// The length of `ticks` of the kernel's accounting.
pub(super) fn ticks(ticks: u64) -> Duration {
    let rate = clock_ticks_per_second().max(1);
    let nanoseconds = u128::from(ticks) * 1_000_000_000 / u128::from(rate);
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}
