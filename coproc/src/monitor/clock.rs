//! The one clock of samples, notes and the births of processes.

use std::time::Duration;

use rustix::{
    param::clock_ticks_per_second,
    time::{ClockId, clock_gettime},
};

/// The time since the machine was started. It never goes back, all processes read the same, and it
/// is the clock in which the kernel tells when a process was born.
pub(super) fn now() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// How long `ticks` of the kernel's accounting are.
pub(super) fn ticks(ticks: u64) -> Duration {
    let rate = clock_ticks_per_second().max(1);
    let nanoseconds = u128::from(ticks) * 1_000_000_000 / u128::from(rate);
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}
