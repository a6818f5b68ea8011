//! What the values are, which version each has, and who waits for a change: no clock, thread or
//! descriptor.

use std::{collections::BTreeMap, time::Instant};

use serde::{Deserialize, Serialize};

use crate::codec::Bytes;

/// A value, encoded, with the name of its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) type_name: String,
    pub(super) bytes: Bytes,
}

/// Which versions somebody has seen. The version of what is not there is 0.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) names: BTreeMap<String, u64>,
    /// The version of the whole namespace, if all of it was looked at.
    pub(super) whole: Option<u64>,
}

/// What is to be changed at once. `None` removes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Change {
    /// Everything goes first.
    pub(super) clear: bool,
    pub(super) writes: BTreeMap<String, Option<Stored>>,
}

/// A value with its version.
pub(super) type Versioned = (u64, Option<Stored>);

#[derive(Default)]
struct Space {
    entries: BTreeMap<String, (u64, Stored)>,
    changed: u64,
}

struct Waiter<A> {
    space: String,
    seen: Seen,
    until: Instant,
    answer: A,
}

/// All namespaces, and who waits; `A` is what a waiter is answered with.
pub(super) struct Core<A> {
    version: u64,
    spaces: BTreeMap<String, Space>,
    waiters: Vec<Waiter<A>>,
}

impl<A> Core<A> {
    pub(super) fn new() -> Self {
        Self { version: 0, spaces: BTreeMap::new(), waiters: Vec::new() }
    }

    pub(super) fn read(&self, space: &str, name: &str) -> Versioned {
        match self.spaces.get(space).and_then(|space| space.entries.get(name)) {
            Some((version, stored)) => (*version, Some(stored.clone())),
            None => (0, None),
        }
    }

    pub(super) fn len(&self, space: &str) -> usize {
        self.spaces.get(space).map_or(0, |space| space.entries.len())
    }

    /// The version of the namespace, and all names in it.
    pub(super) fn names(&self, space: &str) -> (u64, Vec<String>) {
        self.spaces.get(space).map_or((0, Vec::new()), |space| {
            (space.changed, space.entries.keys().cloned().collect())
        })
    }

    pub(super) fn all(&self, space: &str) -> BTreeMap<String, Stored> {
        let entries = self.spaces.get(space).into_iter().flat_map(|space| &space.entries);
        entries.map(|(name, (_, stored))| (name.clone(), stored.clone())).collect()
    }

    /// Whether what was seen is still so.
    pub(super) fn holds(&self, space: &str, seen: &Seen) -> bool {
        holds(self.spaces.get(space), seen)
    }

    /// Makes a change, unless what was seen has changed. Gives whom it wakes.
    pub(super) fn commit(&mut self, space: &str, seen: &Seen, change: Change) -> Option<Vec<A>> {
        if !self.holds(space, seen) {
            return None;
        }
        if !change.clear && change.writes.is_empty() {
            return Some(Vec::new());
        }
        self.version += 1;
        let version = self.version;
        let place = self.spaces.entry(space.to_owned()).or_default();
        place.changed = version;
        if change.clear {
            place.entries.clear();
        }
        for (name, value) in change.writes {
            match value {
                Some(stored) => drop(place.entries.insert(name, (version, stored))),
                None => drop(place.entries.remove(&name)),
            }
        }
        let place = self.spaces.get(space);
        let woken = self
            .waiters
            .extract_if(.., |waiter| waiter.space == space && !holds(place, &waiter.seen));
        Some(woken.map(|waiter| waiter.answer).collect())
    }

    /// Lets somebody wait for a change of what they have seen; gives `answer` back if it is there.
    pub(super) fn wait(&mut self, space: &str, seen: Seen, until: Instant, answer: A) -> Option<A> {
        if !self.holds(space, &seen) {
            return Some(answer);
        }
        self.waiters.push(Waiter { space: space.to_owned(), seen, until, answer });
        None
    }

    /// Those who have waited long enough by `now`.
    pub(super) fn expired(&mut self, now: Instant) -> Vec<A> {
        self.waiters.extract_if(.., |waiter| waiter.until <= now).map(|w| w.answer).collect()
    }

    /// When the next has waited long enough.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.waiters.iter().map(|waiter| waiter.until).min()
    }

    /// Lets go of all who wait.
    pub(super) fn release(&mut self) {
        self.waiters.clear();
    }
}

fn holds(space: Option<&Space>, seen: &Seen) -> bool {
    let version = |name: &String| {
        space.and_then(|space| space.entries.get(name)).map_or(0, |(version, _)| *version)
    };
    seen.whole.is_none_or(|whole| whole == space.map_or(0, |space| space.changed))
        && seen.names.iter().all(|(name, seen)| version(name) == *seen)
}
