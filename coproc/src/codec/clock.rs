//! Points in time as they travel: nanoseconds on the machine's monotonic clock, which all its
//! processes share, `CLOCK_MONOTONIC` of `clock_gettime(2)`.

use std::time::{Duration, Instant};

use crate::sync::OnceLock;

/// How often the two clocks are compared; the comparison that took the shortest counts, since the
/// thread may lose its core in the middle of one.
const TRIES: usize = 5;

/// One moment as this process counts time and as the machine does.
fn origin() -> (Instant, u64) {
    static ORIGIN: OnceLock<(Instant, u64)> = OnceLock::new();
    *ORIGIN.get_or_init(|| {
        let compared = (0..TRIES).map(|_| {
            let before = Instant::now();
            let machine = machine();
            (before.elapsed(), before, machine)
        });
        let closest = compared.min_by_key(|(taken, ..)| *taken);
        closest.map_or_else(|| (Instant::now(), machine()), |(_, at, machine)| (at, machine))
    })
}

#[cfg(feature = "process")]
fn machine() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    whole(Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32))
}

/// Where no frame leaves this process, any number is as good.
#[cfg(not(feature = "process"))]
fn machine() -> u64 {
    1 << 62
}

/// How much time has passed as of the clock's last tick, which was a few milliseconds ago: good for
/// differences only, and told several times as fast as an [`Instant`].
#[cfg(feature = "process")]
pub(crate) fn ticked() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::MonotonicCoarse);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

#[cfg(not(feature = "process"))]
pub(crate) fn ticked() -> Duration {
    origin().0.elapsed()
}

fn whole(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What is written for `at`; never all ones.
pub(crate) fn nanoseconds(at: Instant) -> u64 {
    let (origin, start) = origin();
    let nanoseconds = match at.checked_duration_since(origin) {
        Some(since) => start.saturating_add(whole(since)),
        None => start.saturating_sub(whole(origin.saturating_duration_since(at))),
    };
    nanoseconds.min(u64::MAX - 1)
}

/// What was written as `nanoseconds`; a time that this process cannot count to is the end of its
/// own.
pub(crate) fn instant(nanoseconds: u64) -> Instant {
    let (origin, start) = origin();
    let moment = match nanoseconds.checked_sub(start) {
        Some(after) => origin.checked_add(Duration::from_nanos(after)),
        None => origin.checked_sub(Duration::from_nanos(start - nanoseconds)),
    };
    moment.unwrap_or(origin)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_number_is_a_time(nanoseconds in 0..u64::MAX) {
            prop_assert_eq!(super::nanoseconds(instant(nanoseconds)), nanoseconds);
        }
    }

    #[test]
    fn now_is_what_the_machine_says() {
        let before = machine();
        let now = nanoseconds(Instant::now());
        let after = machine();
        if cfg!(feature = "process") {
            let slack = whole(Duration::from_millis(1));
            assert!(before <= now + slack && now <= after + slack, "{before} {now} {after}");
        }
    }
}
