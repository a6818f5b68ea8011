//! Waiting and the clock, as std has them.

use std::{
    sync::{MutexGuard, PoisonError},
    thread,
    time::Instant,
};

/// The time of the clock that deadlines are compared with.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// A condition variable for [`Mutex`](super::Mutex).
#[derive(Debug, Default)]
pub(crate) struct Condvar(std::sync::Condvar);

impl Condvar {
    pub(crate) const fn new() -> Self {
        Self(std::sync::Condvar::new())
    }

    /// Waits for a notification, until `until` at the latest (for ever without it).
    pub(crate) fn wait<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        until: Option<Instant>,
    ) -> MutexGuard<'a, T> {
        match until {
            None => self.0.wait(guard).unwrap_or_else(PoisonError::into_inner),
            Some(until) => {
                let left = until.saturating_duration_since(now());
                self.0.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// Parks this thread until it is unparked, or until `until`; may return early.
pub(crate) fn park(until: Option<Instant>) {
    match until {
        None => thread::park(),
        Some(until) => thread::park_timeout(until.saturating_duration_since(now())),
    }
}
