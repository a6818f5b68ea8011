//! The last change of each name, for watches that come when the history has dropped it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use super::past_update::{Capacity, PastUpdate};

/// The last changes of the names that are set, and of those that were removed last.
#[derive(Debug, Default)]
pub(super) struct Latest {
    /// By version.
    changes: BTreeMap<u64, PastUpdate>,
    versions: BTreeMap<String, u64>,
    /// The changes that removed their name. Only these are bounded.
    removals: BTreeSet<u64>,
    /// The bytes of the removals.
    bytes: usize,
}

impl Latest {
    /// Notes a change, which is the last of its name now.
    pub(super) fn note(&mut self, change: &PastUpdate, capacity: Capacity) {
        let change = change.result();
        let version = change.version();
        if let Some(before) = self.versions.insert(change.name().to_owned(), version) {
            self.remove(before);
        }
        if change.update.after.is_none() {
            self.bytes += change.size();
            self.removals.insert(version);
        }
        self.changes.insert(version, change);
        while (self.removals.len() > capacity.updates || self.bytes > capacity.bytes)
            && let Some(oldest) =
                self.removals.first().copied().and_then(|oldest| self.remove(oldest))
        {
            self.versions.remove(oldest.name());
        }
    }

    fn remove(&mut self, version: u64) -> Option<PastUpdate> {
        let change = self.changes.remove(&version)?;
        if self.removals.remove(&version) {
            self.bytes -= change.size();
        }
        Some(change)
    }

    /// The last changes after the one version, up to the other, of names that have not changed since.
    pub(super) fn between(
        &self,
        after: u64,
        until: u64,
    ) -> impl Iterator<Item = &PastUpdate> + Clone {
        let versions = (Bound::Excluded(after.min(until)), Bound::Included(until));
        self.changes.range(versions).map(|(_, change)| change)
    }
}
