//! Whether a worker that has ended is started again, and after which delay.
//!
//! 1. [`Restarts`] has no clock and no source of randomness: the moment and the jitter are arguments.
//! 2. `Restarts::recent` holds the ends that were followed by a restart, the oldest first, and after
//!    each step only those within the last `Restart::window`: at most `Restart::most`. Without a
//!    window it holds those that a reason lists, and `Restarts::count` counts all.

#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    fmt,
    ops::Range,
    time::{Duration, Instant},
};

use crate::error::Exit;

/// When a worker that has ended is started again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Restart {
    ends: RestartCause,
    most: u32,
    /// `None` if all restarts count.
    window: Option<Duration>,
    backoff: Range<Duration>,
}

/// The ends that a restart may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RestartCause {
    None,
    Crashes,
    All,
}

#[cfg_attr(not(test), expect(dead_code, reason = "no place offers restarts of workers yet"))]
impl Restart {
    /// The worker is not started again.
    pub(crate) fn never() -> Self {
        Self::after(RestartCause::None)
    }

    /// The worker is started again after a panic, an exit code, a signal and an unknown end; not
    /// after an orderly end.
    pub(crate) fn on_crash() -> Self {
        Self::after(RestartCause::Crashes)
    }

    /// Allows `most` restarts within any `window`. Without it, 5 in 60 seconds.
    pub(crate) fn max(self, most: u32, window: Duration) -> Self {
        Self { most, window: Some(window), ..self }
    }
}

impl Restart {
    /// The worker is started again after an orderly end, too. Under no policy is it after its owner
    /// has killed it.
    pub(crate) fn always() -> Self {
        Self::after(RestartCause::All)
    }

    fn after(ends: RestartCause) -> Self {
        let backoff = Duration::ZERO..Duration::ZERO;
        Self { ends, most: 5, window: Some(Duration::from_secs(60)), backoff }
    }

    /// Allows `most` restarts in all, however long ago they are.
    pub(crate) fn in_all(self, most: u32) -> Self {
        Self { most, window: None, ..self }
    }

    /// Waits before each restart: the first of `delays`, doubled for each restart that lies within
    /// the window, and the last of `delays` at most. The jitter takes up to half of that away, so
    /// that workers that end together do not start together. Without it, a restart follows at once.
    pub(crate) fn backoff(self, delays: Range<Duration>) -> Self {
        Self { backoff: delays, ..self }
    }

    fn covers(&self, exit: Exit) -> bool {
        match exit {
            Exit::Killed => false,
            Exit::Closed => self.ends == RestartCause::All,
            Exit::Panicked | Exit::Code(_) | Exit::Signal(_) | Exit::Unknown => {
                self.ends != RestartCause::None
            }
        }
    }

    /// The delay before a restart that follows so many within the window.
    fn delay(&self, restarts: u32, jitter: u32) -> Duration {
        let Range { start: first, end: longest } = self.backoff;
        let doubled = 2_u32.checked_pow(restarts);
        let whole = first.saturating_mul(doubled.unwrap_or(u32::MAX)).min(longest.max(first));
        let taken = (whole / 2).mul_f64(f64::from(jitter) / f64::from(u32::MAX));
        whole.saturating_sub(taken)
    }
}

/// What follows an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// A start, after this delay.
    RestartAfter(Duration),
    /// Nothing.
    GiveUp(Reason),
}

/// Why a worker is not started again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The policy names no restart after this end.
    Final(Exit),
    /// It has ended too often: so many times within the window, the last one included. `ends` are the
    /// last of them.
    TooOften { count: u32, ends: Vec<Exit>, window: Option<Duration> },
}

/// How many ends a reason lists.
const LISTED: usize = 5;

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Final(exit) => write!(f, "it {exit}, after which it is not started again"),
            Self::TooOften { count, ends, window } => {
                write!(f, "it ended {count} times")?;
                if let Some(window) = window {
                    write!(f, " within {window:?}")?;
                }
                let listed: Vec<_> = ends.iter().rev().map(Exit::to_string).collect();
                let listed = listed.join(", ");
                write!(f, ", more often than it may; the last ends, latest first: {listed}")
            }
        }
    }
}

/// The restarts of one worker.
#[derive(Debug)]
pub(crate) struct Restarts {
    policy: Restart,
    /// How many restarts lie within the window.
    count: u32,
    recent: VecDeque<(Instant, Exit)>,
}

impl Restarts {
    pub(crate) fn new(policy: Restart) -> Self {
        Self { policy, count: 0, recent: VecDeque::new() }
    }

    /// The worker has ended at `now`. `jitter` is the part of half the delay that is taken away: none
    /// at 0, all of it at `u32::MAX`.
    pub(crate) fn ended(&mut self, exit: Exit, now: Instant, jitter: u32) -> Decision {
        if !self.policy.covers(exit) {
            return Decision::GiveUp(Reason::Final(exit));
        }
        let window = self.policy.window;
        let is_over =
            |at: Instant| window.is_some_and(|window| now.saturating_duration_since(at) >= window);
        while self.recent.front().is_some_and(|(at, _)| is_over(*at)) {
            self.recent.pop_front();
            self.count -= 1;
        }
        let count = self.count;
        if count >= self.policy.most {
            let ends = self.recent.iter().map(|(_, exit)| *exit).chain([exit]);
            let ends = ends.skip((self.recent.len() + 1).saturating_sub(LISTED)).collect();
            return Decision::GiveUp(Reason::TooOften {
                count: count.saturating_add(1),
                ends,
                window,
            });
        }
        self.count += 1;
        self.recent.push_back((now, exit));
        if window.is_none() && self.recent.len() > LISTED {
            self.recent.pop_front();
        }
        Decision::RestartAfter(self.policy.delay(count, jitter))
    }
}
