//! Waiting for what is so, or becomes so.

use std::time::{Duration, Instant};

use super::{
    Snapshot, State, View,
    core::{Change, Seen},
    value::lost,
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

    /// Waits until one of these names is set or removed, and gives the state after that. A name
    /// that is set to the value that it has counts too.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn wait_for_change<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Snapshot, StateError> {
        self.change_of(names, None)
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
        self.change_of(names, Instant::now().checked_add(timeout))
    }

    pub(super) fn change_of<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
        until: Option<Instant>,
    ) -> Result<Snapshot, StateError> {
        let names: Vec<_> = names.into_iter().collect();
        let seen = self.atomic_until(until, |view| {
            names.iter().try_for_each(|name| view.contains(name).map(drop))?;
            Ok::<_, StateError>(view.seen.clone())
        })?;
        while self.commit(&seen, Change::default())? {
            self.rest(&seen, until)?;
        }
        self.snapshot()
    }

    pub(super) fn until(
        &self,
        until: Option<Instant>,
        mut test: impl FnMut(&mut View<'_>) -> Result<bool, StateError>,
    ) -> Result<(), StateError> {
        loop {
            let (met, seen) = self.atomic_until(until, |view| {
                let met = test(view)?;
                view.forget();
                Ok::<_, StateError>((met, view.seen.clone()))
            })?;
            if met {
                return Ok(());
            }
            self.rest(&seen, until)?;
        }
    }

    /// Waits until what was seen may have changed.
    fn rest(&self, seen: &Seen, until: Option<Instant>) -> Result<(), StateError> {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(StateError::Timeout);
        }
        // The server answers in time even if nothing changes, so that one that hangs is noticed.
        let patience = left.map_or(self.timeout / 2, |left| left.min(self.timeout / 2));
        let call = self.server.changed(&self.space, seen.clone(), patience);
        call.deadline(self.timeout).wait().map_err(|error| lost(error.without_handler()))
    }
}
