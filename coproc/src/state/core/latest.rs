//! The last change of each name, for watchers that come when the history has let go of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use super::event::{Capacity, PastUpdate};

/// What the names that are there hold, and which others were removed last.
#[derive(Debug, Default)]
pub(super) struct Latest {
    /// By version.
    changes: BTreeMap<u64, PastUpdate>,
    versions: BTreeMap<String, u64>,
    /// Those changes that removed their name: only these are as many as there is room for.
    removals: BTreeSet<u64>,
    /// What the removals take.
    bytes: usize,
}

impl Latest {
    /// Notes a change, which is the last of its name now.
    pub(super) fn note(&mut self, version: u64, event: &PastUpdate, capacity: Capacity) {
        if let Some(before) = self.versions.insert(event.name().to_owned(), version) {
            self.let_go(before);
        }
        let event = event.result();
        if event.removes() {
            self.bytes += event.size();
            self.removals.insert(version);
        }
        self.changes.insert(version, event);
        while self.removals.len() > capacity.updates || self.bytes > capacity.bytes {
            let Some(name) = self.removals.first().copied().and_then(|oldest| self.let_go(oldest))
            else {
                return;
            };
            self.versions.remove(&name);
        }
    }

    /// Gives the name that the change was of.
    fn let_go(&mut self, version: u64) -> Option<String> {
        let event = self.changes.remove(&version)?;
        if self.removals.remove(&version) {
            self.bytes -= event.size();
        }
        Some(event.name().to_owned())
    }

    /// The last changes after the one version, up to the other, of names that have not changed since.
    pub(super) fn between(
        &self,
        after: u64,
        until: u64,
    ) -> impl Iterator<Item = (u64, &PastUpdate)> + Clone {
        let versions = (Bound::Excluded(after.min(until)), Bound::Included(until));
        self.changes.range(versions).map(|(version, event)| (*version, event))
    }
}
