//! The operations of a dictionary.

use std::collections::BTreeMap;

use super::{
    core::{Change, Finding, Known, Operation, Seen, Versioned},
    state::State,
    value::{Stored, load, store},
};
use crate::{error::StateError, protocol::Wire};

impl State {
    /// The value of a name. The time that it takes depends on the size of this value, not on how many
    /// there are.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn get<T: Wire>(&self, name: &str) -> Result<Option<T>, StateError> {
        self.read(name)?.map(|stored| load(name, &stored)).transpose()
    }

    /// Sets a name to a value. The value before may be of another type.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn set<T: Wire>(&self, name: &str, value: &T) -> Result<(), StateError> {
        self.change([(name.to_owned(), Some(store(value)?))].into(), false)
    }

    /// Sets several names at once: no other handle sees some of them set and others not.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn update<'a, T: Wire + 'a>(
        &self,
        values: impl IntoIterator<Item = (&'a str, &'a T)>,
    ) -> Result<(), StateError> {
        self.change(stored(values)?, false)
    }

    /// Sets these names and removes all others, at once.
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
    ///     state.update([("apples", &5_u32), ("pears", &3)])?;
    ///     state.replace([("apples", &6_u32), ("plums", &1)])?;
    ///     assert_eq!(state.keys()?, ["apples", "plums"]);
    ///     Ok(())
    /// }
    /// ```
    pub fn replace<'a, T: Wire + 'a>(
        &self,
        values: impl IntoIterator<Item = (&'a str, &'a T)>,
    ) -> Result<(), StateError> {
        self.change(stored(values)?, true)
    }

    /// Removes a name, if it is there.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn remove(&self, name: &str) -> Result<(), StateError> {
        self.change([(name.to_owned(), None)].into(), false)
    }

    /// Removes every name.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn clear(&self) -> Result<(), StateError> {
        self.change(BTreeMap::new(), true)
    }

    /// Removes a name and gives its value; a value of another type stays.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn pop<T: Wire>(&self, name: &str) -> Result<Option<T>, StateError> {
        self.atomic(|view| {
            let value = view.get(name)?;
            view.remove(name);
            Ok(value)
        })
    }

    /// The value of a name, which is set to `default` first if it is not there.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn set_default<T: Wire + Clone>(&self, name: &str, default: &T) -> Result<T, StateError> {
        self.atomic(|view| match view.get(name)? {
            Some(value) => Ok(value),
            None => view.set(name, default).map(|()| default.clone()),
        })
    }

    /// Removes one name, chosen by the state, and gives it with its value. No two calls get the
    /// same.
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
    ///     state.set("apples", &5_u32)?;
    ///     let entry = state.pop_any()?.ok_or("there are apples")?;
    ///     assert_eq!((entry.name.as_str(), entry.value::<u32>()?), ("apples", 5));
    ///     assert!(state.pop_any()?.is_none());
    ///     Ok(())
    /// }
    /// ```
    pub fn pop_any(&self) -> Result<Option<Entry>, StateError> {
        let popped = self.find(Operation::PopAny)?;
        let popped = popped.and_then(|mut popped| popped.values.pop_first());
        Ok(popped.and_then(|(name, (_, stored))| Some(Entry { name, stored: stored? })))
    }

    /// Whether there is a value of that name.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn contains(&self, name: &str) -> Result<bool, StateError> {
        Ok(self.read(name)?.is_some())
    }

    /// All names, sorted.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn keys(&self) -> Result<Vec<String>, StateError> {
        let known = self.find(Operation::Names(Seen::default()))?;
        Ok(known.and_then(|known| known.names).unwrap_or_default())
    }

    /// How many names there are.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn len(&self) -> Result<usize, StateError> {
        match self.ask(Operation::Len, None)? {
            Finding::Len(len) => Ok(len),
            other => Err(StateError::Lost(format!("the host answered {other:?}"))),
        }
    }

    /// Whether there is no name.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn is_empty(&self) -> Result<bool, StateError> {
        Ok(self.len()? == 0)
    }

    /// All values as they are at one moment.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn snapshot(&self) -> Result<Snapshot, StateError> {
        Ok(Snapshot::of(self.find(Operation::All)?.unwrap_or_default()))
    }

    fn read(&self, name: &str) -> Result<Option<Stored>, StateError> {
        let known = self.find(Operation::Read(name.to_owned(), Seen::default()))?;
        Ok(known.and_then(|mut known| known.values.remove(name)?.1))
    }

    fn change(
        &self,
        writes: BTreeMap<String, Option<Stored>>,
        clear: bool,
    ) -> Result<(), StateError> {
        self.find(Operation::Commit(Seen::default(), Change { clear, writes })).map(drop)
    }
}

fn stored<'a, T: Wire + 'a>(
    values: impl IntoIterator<Item = (&'a str, &'a T)>,
) -> Result<BTreeMap<String, Option<Stored>>, StateError> {
    values.into_iter().map(|(name, value)| Ok((name.to_owned(), Some(store(value)?)))).collect()
}

/// A name with its value; see [`State::pop_any`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The name.
    pub name: String,
    stored: Stored,
}

impl Entry {
    /// The value.
    ///
    /// # Errors
    ///
    /// [`StateError::Type`] and [`StateError::Decode`], as they say.
    pub fn value<T: Wire>(&self) -> Result<T, StateError> {
        load(&self.name, &self.stored)
    }
}

/// The values of a namespace as they were at one moment.
///
/// ```
/// use coproc::State;
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let state = State::spawn()?;
///     state.update([("apples", &5_u32), ("pears", &3)])?;
///     let snapshot = state.snapshot()?;
///     state.clear()?;
///     assert_eq!(snapshot.keys().collect::<Vec<_>>(), ["apples", "pears"]);
///     assert_eq!(snapshot.get::<u32>("pears")?, Some(3));
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    values: BTreeMap<String, Stored>,
}

impl Snapshot {
    pub(super) fn of(known: Known) -> Self {
        let there = |(name, (_, stored)): (String, Versioned)| Some((name, stored?));
        Self { values: known.values.into_iter().filter_map(there).collect() }
    }

    /// The value that a name had.
    ///
    /// # Errors
    ///
    /// [`StateError::Type`] and [`StateError::Decode`], as they say.
    pub fn get<T: Wire>(&self, name: &str) -> Result<Option<T>, StateError> {
        self.values.get(name).map(|stored| load(name, stored)).transpose()
    }

    /// The names, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}
