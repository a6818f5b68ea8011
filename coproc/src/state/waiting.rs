//! Waiting for predicates and changes.

use std::{
    mem,
    time::{Duration, Instant},
};

use super::{
    core::{Filter, Finding, Known, Operation, Subscription},
    dictionary::Snapshot,
    state::State,
    view::View,
};
use crate::{error::StateError, sync::now};

impl State {
    /// Waits until a predicate over the state gives `true`. It is tested on the present values first,
    /// then again whenever something that it has read changes. A value that is replaced at once may
    /// never be tested. Writes of the predicate are dropped.
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
        self.until(None, &mut Known::default(), test)
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
        self.until(now().checked_add(timeout), &mut Known::default(), test)
    }

    /// Waits until one of these names is set to another value or removed, and gives the state after
    /// that. Setting a name and removing it at once counts; setting it to the value that it has does
    /// not.
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
    ///         // The thread sees changes only once it waits.
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
        self.snapshot_after(names, None)
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
        self.snapshot_after(names, now().checked_add(timeout))
    }

    fn snapshot_after<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
        until: Option<Instant>,
    ) -> Result<Snapshot, StateError> {
        match self.change_of(names, until, Subscription::Change)? {
            Finding::Values(Some(known)) => Ok(Snapshot::of(known)),
            _ => self.snapshot(),
        }
    }

    /// Waits until one of these names changes, and gives what `subscription` asks for.
    pub(super) fn change_of<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
        until: Option<Instant>,
        subscription: fn(Option<u64>, Filter) -> Subscription,
    ) -> Result<Finding, StateError> {
        let only = Some(names.into_iter().map(str::to_owned).collect());
        let filter = Filter { only, ..Filter::default() };
        match self.wait(subscription(None, filter), until)? {
            Finding::Nothing(_) => Err(StateError::Timeout),
            finding => Ok(finding),
        }
    }

    /// Waits until `test` gives `true` or an error on the present values. It is tested on what is `known`
    /// first, which may be outdated; that result counts only if the host confirms that nothing of it
    /// has changed. Stores what was found in `known`.
    pub(super) fn until(
        &self,
        until: Option<Instant>,
        known: &mut Known,
        mut test: impl FnMut(&mut View<'_>) -> Result<bool, StateError>,
    ) -> Result<(), StateError> {
        let mut is_present = known.values.is_empty();
        loop {
            let mut view = View::new(self, mem::take(known));
            let outcome = test(&mut view);
            // All values that were read are of one moment, or the view is stale.
            if view.stale {
                in_time(until)?;
                is_present = true;
                continue;
            }
            let (seen, found) = view.into_seen();
            *known = found;
            let is_over = outcome != Ok(false);
            if is_over && is_present {
                return outcome.map(drop);
            }
            if is_present {
                in_time(until)?;
            }
            let patience = if is_over { Some(now()) } else { until };
            match self.wait(Subscription::Seen(seen), patience)? {
                Finding::Values(Some(changed)) => known.update(changed),
                Finding::Values(None) => *known = Known::default(),
                _ if is_over => return outcome.map(drop),
                _ => return Err(StateError::Timeout),
            }
            is_present = true;
        }
    }

    /// Waits at the host, until `until` at the latest.
    pub(super) fn wait(
        &self,
        subscription: Subscription,
        until: Option<Instant>,
    ) -> Result<Finding, StateError> {
        let left = until.map(|until| until.saturating_duration_since(now()));
        self.ask(Operation::Wait(subscription), left)
    }
}

pub(super) fn in_time(until: Option<Instant>) -> Result<(), StateError> {
    match until {
        Some(until) if until <= now() => Err(StateError::Timeout),
        _ => Ok(()),
    }
}
