//! When ticks are due.
//!
//! A plain state machine: no clock, no thread and no descriptor inside.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

/// The ticks of one worker. Generated code says afresh after every message and tick which are on
/// and how often they run.
#[derive(Debug, Default)]
pub struct Schedule {
    ticks: Vec<Tick>,
    now: Option<Instant>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tick {
    /// When it last ran, or was switched on.
    since: Option<Instant>,
    /// When it is to run next; `None`: it is off.
    due: Option<Instant>,
}

impl Schedule {
    pub(crate) fn new(ticks: usize) -> Self {
        Self { ticks: vec![Tick::default(); ticks], now: None }
    }

    /// Whether there is anything to schedule.
    pub(crate) fn is_empty(&self) -> bool {
        self.ticks.is_empty()
    }

    pub(crate) fn begin(&mut self, now: Instant) {
        self.now = Some(now);
    }

    /// Tick `index` is on, and runs once per `every`; or it is off.
    pub fn tick(&mut self, index: u32, on: bool, every: impl FnOnce() -> Duration) {
        let (Some(tick), Some(now)) = (self.ticks.get_mut(index as usize), self.now) else {
            return;
        };
        if !on {
            *tick = Tick::default();
            return;
        }
        let since = *tick.since.get_or_insert(now);
        tick.due = since.checked_add(every());
    }

    /// The tick that has been due the longest.
    pub(crate) fn due(&self, now: Instant) -> Option<u32> {
        let ticks = (0..).zip(&self.ticks);
        let due = ticks.filter_map(|(index, tick)| Some((tick.due?, index)));
        due.filter(|(due, _)| *due <= now).min().map(|(_, index)| index)
    }

    /// When the next tick is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.ticks.iter().filter_map(|tick| tick.due).min()
    }

    /// Tick `index` runs now. A steady pace is kept by counting from when it was due, unless it is
    /// so late that it would have to run twice.
    pub(crate) fn ran(&mut self, index: u32, now: Instant) {
        let Some(tick) = self.ticks.get_mut(index as usize) else { return };
        let (Some(since), Some(due)) = (tick.since, tick.due) else { return };
        let late = now.saturating_duration_since(due) >= due.saturating_duration_since(since);
        tick.since = Some(if late { now } else { due });
        tick.due = None;
    }
}
