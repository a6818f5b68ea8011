//! The last updates of one namespace, as many as there is room for.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{
    latest::Latest,
    past_update::{Capacity, Filter, HandleId, PastUpdate},
};
use crate::state::update::Update;

/// How many updates are given at once, and how many bytes unless a single one is larger.
const BATCH_UPDATES: usize = 256;
const BATCH_BYTES: usize = 1 << 20;

/// The updates that a watch is given at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UpdateBatch {
    pub(crate) updates: Vec<Update>,
    /// The version up to which the watch has now seen everything.
    pub(crate) seen: u64,
    /// How many updates it missed after these.
    pub(crate) missed: u64,
}

#[derive(Debug)]
pub(super) struct UpdateHistory {
    updates: VecDeque<PastUpdate>,
    /// How many updates there were before those.
    gone: u64,
    bytes: usize,
    latest: Latest,
    capacity: Capacity,
}

impl UpdateHistory {
    pub(super) fn new(capacity: Capacity) -> Self {
        Self { updates: VecDeque::new(), gone: 0, bytes: 0, latest: Latest::default(), capacity }
    }

    /// The version of the last update; 0 if there was none.
    pub(super) fn version(&self) -> u64 {
        self.gone + self.updates.len() as u64
    }

    /// Adds an update. Keeps everything until it is [trimmed](Self::trim).
    pub(super) fn push(&mut self, past: PastUpdate) {
        self.bytes += past.size();
        if past.changes {
            self.latest.note(&past, self.capacity);
        }
        self.updates.push_back(past);
    }

    /// Drops the oldest updates that there is no room for.
    pub(super) fn trim(&mut self) {
        while self.updates.len() > self.capacity.updates || self.bytes > self.capacity.bytes {
            let Some(past) = self.updates.pop_front() else { return };
            self.bytes -= past.size();
            self.gone += 1;
        }
    }

    /// A history of as many updates, none of which it still has.
    pub(super) fn forgotten(&self) -> Self {
        Self { gone: self.version(), ..Self::new(self.capacity) }
    }

    /// The next updates for a watch that has seen everything up to the version `seen`.
    pub(super) fn after(&self, seen: u64, filter: &Filter, watcher: HandleId) -> UpdateBatch {
        let wanted = self.since(seen).filter(|past| filter.covers(past, watcher));
        match filter.live {
            true => self.latest(seen, wanted),
            false => self.batch(seen, wanted),
        }
    }

    /// What is known of the updates after this version. Of those that were dropped that is the last
    /// change of each name.
    fn since(&self, seen: u64) -> impl Iterator<Item = &PastUpdate> + Clone {
        let start = seen.saturating_sub(self.gone).min(self.updates.len() as u64);
        let kept = self.updates.range(usize::try_from(start).unwrap_or(usize::MAX)..);
        self.latest.between(seen, self.gone).chain(kept)
    }

    /// How many of the updates between these two were dropped.
    fn gone_between(&self, after: u64, before: u64) -> u64 {
        self.gone.min(before - 1).saturating_sub(after)
    }

    fn batch<'a>(&self, seen: u64, wanted: impl Iterator<Item = &'a PastUpdate>) -> UpdateBatch {
        let mut updates: Vec<Update> = Vec::new();
        let (mut last, mut bytes) = (seen, 0);
        let mut end = self.version() + 1;
        for past in wanted {
            bytes += past.size();
            let full = updates.len() == BATCH_UPDATES || bytes > BATCH_BYTES;
            if full && !updates.is_empty() {
                end = past.version();
                break;
            }
            updates.push(past.after_missing(self.gone_between(last, past.version())));
            last = past.version();
        }
        UpdateBatch { updates, seen: end - 1, missed: self.gone_between(last, end) }
    }

    /// The oldest of those updates after which no other of the same name was made.
    fn latest<'a>(
        &self,
        seen: u64,
        wanted: impl Iterator<Item = &'a PastUpdate> + Clone,
    ) -> UpdateBatch {
        let latest: BTreeMap<_, _> = wanted.clone().map(|past| (past.name(), past)).collect();
        let Some(oldest) = latest.into_values().min_by_key(|past| past.version()) else {
            return self.batch(seen, wanted);
        };
        let version = oldest.version();
        let older = wanted.take_while(|past| past.version() < version);
        let skipped = older.filter(|past| past.version() > self.gone).count() as u64;
        let missed = self.gone_between(seen, version) + skipped;
        UpdateBatch { updates: vec![oldest.after_missing(missed)], seen: version, missed: 0 }
    }
}
