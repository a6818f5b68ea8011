//! The view of a state that a closure reads and changes.

use std::collections::BTreeMap;

use super::{
    core::{Change, Known, Operation, Seen, Subscription, Versioned},
    state::State,
    value::{Stored, load, store},
};
use crate::{error::StateError, protocol::Wire};

/// How many names have their version in every request.
const FEW: usize = 16;

/// The state as a closure of [`State::atomic`] or [`State::wait_until`] sees it: all values that it
/// reads are of one moment, and it sees its own writes.
///
/// ```
/// use coproc::State;
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let state = State::spawn()?;
///     state.set("old", &5_u32)?;
///     // Renames it. No other handle sees both names, or none.
///     let names = state.atomic(|view| {
///         let value = view.get::<u32>("old")?.unwrap_or(0);
///         view.remove("old");
///         view.set("new", &value)?;
///         view.keys()
///     })?;
///     assert_eq!(names, ["new"]);
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct View<'a> {
    state: &'a State,
    /// What was known before. It is valid as long as `as_of` is its version.
    known: Known,
    pub(super) seen: Seen,
    /// The version of the namespace at which everything that was seen is true.
    as_of: u64,
    values: BTreeMap<String, Versioned>,
    names: Option<Vec<String>>,
    writes: BTreeMap<String, Option<Stored>>,
    pub(super) stale: bool,
}

impl<'a> View<'a> {
    /// A view that starts with what is `known`, and asks the host for the rest.
    pub(super) fn new(state: &'a State, known: Known) -> Self {
        let as_of = known.version;
        let (seen, values, writes) = <(Seen, BTreeMap<_, _>, BTreeMap<_, _>)>::default();
        Self { state, known, seen, as_of, values, names: None, writes, stale: false }
    }

    /// The versions that were seen, and the values.
    pub(super) fn into_seen(self) -> (Seen, Known) {
        let Self { seen, as_of: version, values, names, .. } = self;
        (seen, Known { version, values, names })
    }

    /// The value of a name.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors), and [`StateError::Stale`], which is to be passed on.
    pub fn get<T: Wire>(&mut self, name: &str) -> Result<Option<T>, StateError> {
        self.look(name)?.map(|stored| load(name, stored)).transpose()
    }

    /// Whether there is a value of that name.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), but for the type.
    pub fn contains(&mut self, name: &str) -> Result<bool, StateError> {
        Ok(self.look(name)?.is_some())
    }

    /// All names, sorted.
    ///
    /// # Errors
    ///
    /// [`StateError::Lost`] and [`StateError::Stale`], which is to be passed on.
    pub fn keys(&mut self) -> Result<Vec<String>, StateError> {
        if self.names.is_none() {
            let Some(found) = self.find_names()? else { return self.outdated() };
            self.seen.whole = Some(found.version);
            self.as_of = found.version;
            self.names = found.names;
        }
        let mut names = self.names.clone().unwrap_or_default();
        names.retain(|name| !self.writes.contains_key(name));
        let written = self.writes.iter().filter(|(_, value)| value.is_some());
        names.extend(written.map(|(name, _)| name.clone()));
        names.sort();
        Ok(names)
    }

    /// Sets a name to a value once the closure has returned.
    ///
    /// # Errors
    ///
    /// [`StateError::Encode`] if the value cannot be stored.
    pub fn set<T: Wire>(&mut self, name: &str, value: &T) -> Result<(), StateError> {
        self.writes.insert(name.to_owned(), Some(store(value)?));
        Ok(())
    }

    /// Removes a name, if it is there, once the closure has returned.
    pub fn remove(&mut self, name: &str) {
        self.writes.insert(name.to_owned(), None);
    }

    fn look(&mut self, name: &str) -> Result<Option<&Stored>, StateError> {
        if !self.writes.contains_key(name) && !self.values.contains_key(name) {
            let Some(found) = self.find(name)? else { return self.outdated() };
            self.as_of = found.version;
            let versions = found.values.iter().map(|(name, value)| (name.clone(), value.0));
            self.seen.names.extend(versions);
            self.values.extend(found.values);
        }
        let read = || self.values.get(name).map(|(_, stored)| stored);
        Ok(self.writes.get(name).or_else(read).and_then(Option::as_ref))
    }

    /// What a name holds, unless what was seen has changed.
    fn find(&mut self, name: &str) -> Result<Option<Known>, StateError> {
        let known = self.known.values.remove(name).filter(|_| self.as_of == self.known.version);
        if let Some(found) = known {
            let values = [(name.to_owned(), found)].into();
            return Ok(Some(Known { version: self.as_of, values, names: None }));
        }
        let read = |seen| self.state.find(Operation::Read(name.to_owned(), seen));
        match read(self.shortly())? {
            None if self.seen.names.len() > FEW => read(self.seen.clone()),
            found => Ok(found),
        }
    }

    /// All names, unless what was seen has changed.
    fn find_names(&mut self) -> Result<Option<Known>, StateError> {
        let known = self.known.names.take().filter(|_| self.as_of == self.known.version);
        if let Some(names) = known {
            return Ok(Some(Known { version: self.as_of, names: Some(names), ..Known::default() }));
        }
        self.state.find(Operation::Names(self.seen.clone()))
    }

    /// What was seen. Of many names it says only that the namespace has not changed since, so that a
    /// request does not grow with the names.
    fn shortly(&self) -> Seen {
        match self.seen.names.len() > FEW {
            true => Seen { whole: Some(self.as_of), ..Seen::default() },
            false => self.seen.clone(),
        }
    }

    fn outdated<T>(&mut self) -> Result<T, StateError> {
        self.stale = true;
        Err(StateError::Stale)
    }
}

impl State {
    /// Runs a closure against the state, then makes all its changes at once, or none.
    ///
    /// Nothing is locked meanwhile. If another handle changes something that the closure has read before
    /// it returns, its changes are dropped and it runs again, as often as necessary. Transactions that
    /// were too late run again one after the other, so that many can change the same name. Other effects
    /// of the closure may happen more than once. If it fails or panics, or its process dies, nothing is
    /// changed.
    ///
    /// Its error is any type that a [`StateError`] converts to. Where the closure ends with `Ok(…)`, that
    /// type has to be written:
    ///
    /// ```
    /// use coproc::{State, prelude::*, state::StateError};
    ///
    /// /// Takes a number that no other worker gets.
    /// #[worker]
    /// fn take(state: &State) -> coproc::Result<u32> {
    ///     let taken = state.atomic(|view| {
    ///         let next = view.get::<u32>("next")?.unwrap_or(0);
    ///         view.set("next", &(next + 1))?;
    ///         Ok::<_, StateError>(next)
    ///     })?;
    ///     Ok(taken)
    /// }
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let state = State::spawn()?;
    ///     let takers = Take::on(Process::new().group(3)).spawn(&state)?;
    ///     let mut taken = takers.join().into_iter().collect::<Result<Vec<_>, _>>()?;
    ///     taken.sort();
    ///     assert_eq!(taken, [0, 1, 2]);
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The closure's own error, and [`StateError::Lost`] and [`StateError::Encode`] if the changes
    /// cannot be sent.
    ///
    /// ```
    /// use coproc::{State, state::StateError};
    ///
    /// #[derive(Debug)]
    /// enum Refused {
    ///     TooLittle(u32),
    ///     State(StateError),
    /// }
    ///
    /// impl From<StateError> for Refused {
    ///     fn from(error: StateError) -> Self {
    ///         Self::State(error)
    ///     }
    /// }
    ///
    /// fn pay(state: &State, sum: u32) -> Result<(), Refused> {
    ///     state.atomic(|view| {
    ///         let mine = view.get::<u32>("mine")?.unwrap_or(0);
    ///         let yours = view.get::<u32>("yours")?.unwrap_or(0);
    ///         view.set("yours", &(yours + sum))?;
    ///         let rest = mine.checked_sub(sum).ok_or(Refused::TooLittle(mine))?;
    ///         Ok(view.set("mine", &rest)?)
    ///     })
    /// }
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let state = State::spawn()?;
    ///     state.set("mine", &5_u32)?;
    ///     pay(&state, 3).unwrap();
    ///     assert!(matches!(pay(&state, 3), Err(Refused::TooLittle(2))));
    ///     assert_eq!(state.get::<u32>("yours")?, Some(3));
    ///     Ok(())
    /// }
    /// ```
    pub fn atomic<T, E: From<StateError>>(
        &self,
        mut change: impl FnMut(&mut View<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        loop {
            let mut view = View::new(self, Known::default());
            let result = change(&mut view);
            if !view.stale {
                let writes = if result.is_ok() { view.writes } else { BTreeMap::new() };
                let commit = Operation::Commit(view.seen, Change { clear: false, writes });
                if self.find(commit)?.is_some() {
                    return result;
                }
            }
            self.wait(Subscription::Turn, None)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_about_many_names_is_short_and_still_finds_every_change() -> Result<(), StateError>
    {
        let state = State::spawn().unwrap();
        state.set("99", &1_u32)?;
        let mut view = View::new(&state, Known::default());
        for name in 0..100_u32 {
            assert_eq!(view.get(&name.to_string())?, (name == 99).then_some(1_u32));
            assert!(view.shortly().names.len() <= FEW);
        }
        state.set("elsewhere", &1_u32)?;
        assert_eq!(view.get("100")?, None::<u32>);
        state.set("0", &1_u32)?;
        assert_eq!(view.get::<u32>("101"), Err(StateError::Stale));
        Ok(())
    }
}
