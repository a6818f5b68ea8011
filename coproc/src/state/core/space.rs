//! One namespace: its values, and what a wait is told of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    history::UpdateHistory,
    past_update::{Capacity, HandleId, PastUpdate},
};
use crate::state::{
    update::Update,
    value::{Stored, VALUE_MOST},
};

/// A value with its version. The version of a name without a value is 0.
pub(crate) type Versioned = (u64, Option<Stored>);

/// Which versions a caller has seen.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) names: BTreeMap<String, u64>,
    /// The version of the whole namespace, if the caller has seen all its names.
    pub(crate) whole: Option<u64>,
}

/// What a namespace holds under some of its names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    /// The version of the namespace at which all of it is true.
    pub(crate) version: u64,
    pub(crate) values: BTreeMap<String, Versioned>,
    /// All names that there are, sorted.
    pub(crate) names: Option<Vec<String>>,
}

impl Known {
    /// Adds what has changed since.
    pub(crate) fn update(&mut self, changed: Self) {
        self.version = changed.version;
        self.values.extend(changed.values);
        self.names = changed.names.or_else(|| self.names.take());
    }

    /// The same, unless it is too much for one message.
    pub(super) fn within_limit(self) -> Option<Self> {
        let stored = |stored: &Option<Stored>| stored.as_ref().map_or(0, Stored::size);
        let values = self.values.iter().map(|(name, (_, value))| name.len() + stored(value));
        let names = self.names.iter().flatten().map(String::len);
        (values.chain(names).sum::<usize>() <= VALUE_MOST).then_some(self)
    }
}

pub(super) struct Space {
    pub(super) entries: BTreeMap<String, (u64, Stored)>,
    pub(super) history: UpdateHistory,
}

impl Space {
    pub(super) fn new(capacity: Capacity) -> Self {
        Self { entries: BTreeMap::new(), history: UpdateHistory::new(capacity) }
    }

    fn read(&self, name: &str) -> Versioned {
        match self.entries.get(name) {
            Some((version, stored)) => (*version, Some(stored.clone())),
            None => (0, None),
        }
    }

    /// The version, and no values.
    pub(super) fn at_version(&self) -> Known {
        Known { version: self.history.version(), ..Known::default() }
    }

    /// What a name holds.
    pub(super) fn at(&self, name: String) -> Known {
        let value = self.read(&name);
        Known { values: [(name, value)].into(), ..self.at_version() }
    }

    /// What a name holds, unless what was seen has changed.
    pub(super) fn read_after(&self, name: String, seen: &Seen) -> Option<Known> {
        self.holds(seen).then(|| self.at(name))
    }

    fn names(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    /// All names, unless what was seen has changed.
    pub(super) fn names_after(&self, seen: &Seen) -> Option<Known> {
        self.holds(seen).then(|| Known { names: Some(self.names()), ..self.at_version() })
    }

    /// All values.
    pub(super) fn all(&self) -> Known {
        let values = self.entries.keys().map(|name| (name.clone(), self.read(name)));
        Known { values: values.collect(), ..self.at_version() }
    }

    pub(super) fn write(&mut self, name: String, after: Option<Stored>, author: HandleId) {
        let version = self.history.version() + 1;
        let before = match &after {
            Some(stored) => self.entries.insert(name.clone(), (version, stored.clone())),
            None => self.entries.remove(&name),
        };
        let before = before.map(|(_, stored)| stored);
        if before.is_some() || after.is_some() {
            let update = Update { name, version, missed: 0, before, after };
            self.history.push(PastUpdate::new(update, author));
        }
    }

    /// Keeps only the number of updates. A map that was emptied still holds memory.
    pub(super) fn forget(&mut self) {
        (self.entries, self.history) = (BTreeMap::new(), self.history.forgotten());
    }

    /// Whether nothing that was seen has changed.
    pub(super) fn holds(&self, seen: &Seen) -> bool {
        let version_of = |name| self.entries.get(name).map_or(0, |(version, _)| *version);
        seen.whole.is_none_or(|whole| whole == self.history.version())
            && seen.names.iter().all(|(name, seen)| version_of(name) == *seen)
    }

    /// What of `seen` has changed; `None` if it is too much for one message.
    pub(super) fn changed(&self, seen: &Seen) -> Option<Known> {
        let now = seen.names.iter().map(|(name, old)| (name, old, self.read(name)));
        let changed = now.filter(|(_, old, (version, _))| *old != version);
        let values = changed.map(|(name, _, value)| (name.clone(), value)).collect();
        let unseen = seen.whole.filter(|whole| *whole != self.history.version());
        Known { values, names: unseen.map(|_| self.names()), ..self.at_version() }.within_limit()
    }
}
