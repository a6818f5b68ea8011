//! Waiting for what is so, or becomes so.

use std::time::{Duration, Instant};

use super::{
    Snapshot, State, View,
    core::{Batch, Interest, Wish},
};
use crate::error::StateError;

impl State {
    /// Waits until a predicate over the state gives `true`; it is tested on the present first, then
    /// again whenever something that it has read changes. A value that is replaced at once may
    /// never be tested. What the predicate writes is forgotten.
    ///
    /// # Errors
    ///
    /// The predicate's own error, and [`StateError::Lost`].
    ///
    /// ```
    /// use coproc::State;
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let state = State::spawn()?;
    ///     state.update([("left", &1_u32), ("right", &0)])?;
    ///     std::thread::scope(|scope| {
    ///         let equal = scope.spawn(|| {
    ///             state.wait_until(|view| Ok(view.get::<u32>("left")? == view.get("right")?))
    ///         });
    ///         state.set("right", &1_u32)?;
    ///         equal.join().unwrap()?;
    ///         Ok(())
    ///     })
    /// }
    /// ```
    pub fn wait_until(
        &self,
        test: impl FnMut(&mut View<'_>) -> Result<bool, StateError>,
    ) -> Result<(), StateError> {
        self.until(None, test)
    }

    /// As [`wait_until`](Self::wait_until), for this long at most.
    ///
    /// # Errors
    ///
    /// As there, and [`StateError::Timeout`].
    pub fn wait_until_timeout(
        &self,
        timeout: Duration,
        test: impl FnMut(&mut View<'_>) -> Result<bool, StateError>,
    ) -> Result<(), StateError> {
        self.until(Instant::now().checked_add(timeout), test)
    }

    /// Waits until one of these names is set to another value or removed, and gives the state after
    /// that. What is set and removed again at once counts, too; what is set to the value that it has
    /// does not.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    ///
    /// ```
    /// use coproc::State;
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let state = State::spawn()?;
    ///     std::thread::scope(|scope| {
    ///         let waits = scope.spawn(|| state.wait_for_change(["left", "right"]));
    ///         // Until it waits, there may be nobody to see it.
    ///         for n in 0.. {
    ///             if waits.is_finished() {
    ///                 break;
    ///             }
    ///             state.set("right", &n)?;
    ///         }
    ///         let after = waits.join().unwrap()?;
    ///         assert!(after.get::<i32>("right")?.is_some());
    ///         Ok(())
    ///     })
    /// }
    /// ```
    pub fn wait_for_change<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Snapshot, StateError> {
        self.change_of(names, None)?;
        self.snapshot()
    }

    /// As [`wait_for_change`](Self::wait_for_change), for this long at most.
    ///
    /// # Errors
    ///
    /// As there, and [`StateError::Timeout`].
    pub fn wait_for_change_timeout<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
        timeout: Duration,
    ) -> Result<Snapshot, StateError> {
        self.change_of(names, Instant::now().checked_add(timeout))?;
        self.snapshot()
    }

    /// Waits until one of these names changes, and gives how; without updates if so much has
    /// happened between two looks that it may have been among what is not kept.
    pub(super) fn change_of<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
        until: Option<Instant>,
    ) -> Result<Batch, StateError> {
        let only = Some(names.into_iter().map(str::to_owned).collect());
        let wish = Wish { only, ..Wish::default() };
        let mut seen = None;
        loop {
            let batch = self.ask(Interest::Updates(seen, wish.clone()), until)?;
            if batch.missed > 0 || !batch.updates.is_empty() {
                return Ok(batch);
            }
            seen = Some(batch.seen);
            in_time(until)?;
        }
    }

    pub(super) fn until(
        &self,
        until: Option<Instant>,
        mut test: impl FnMut(&mut View<'_>) -> Result<bool, StateError>,
    ) -> Result<(), StateError> {
        loop {
            let mut view = View::new(self);
            let met = test(&mut view);
            // What is read is so together with all that was read before, or the view is stale.
            if view.stale {
                in_time(until)?;
                continue;
            }
            if met? {
                return Ok(());
            }
            in_time(until)?;
            self.ask(Interest::Seen(view.seen), until)?;
        }
    }

    /// Waits until what is waited for may be there.
    pub(super) fn ask(
        &self,
        interest: Interest,
        until: Option<Instant>,
    ) -> Result<Batch, StateError> {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        // The host answers in time even if nothing changes, so that one that hangs is noticed.
        let interval = self.timeout.map(|timeout| timeout / 2);
        let patience = left.into_iter().chain(interval).min();
        self.answer(self.server.wait(self.handle.0, &self.space, interest, patience))
    }
}

pub(super) fn in_time(until: Option<Instant>) -> Result<(), StateError> {
    match until {
        Some(until) if until <= Instant::now() => Err(StateError::Timeout),
        _ => Ok(()),
    }
}
