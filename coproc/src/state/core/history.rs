//! The last updates of one namespace, as many as there is room for.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{
    event::{Capacity, Filter, HandleId, PastUpdate},
    latest::Latest,
};
use crate::state::update::Update;

/// How many updates are given at once, and how many bytes unless a single one is larger.
const BATCH_UPDATES: usize = 256;
const BATCH_BYTES: usize = 1 << 20;

/// What a watcher is given at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UpdateBatch {
    pub(crate) updates: Vec<Update>,
    /// Up to which version the watcher has now seen everything.
    pub(crate) seen: u64,
    /// How many updates it missed after these.
    pub(crate) missed: u64,
}

#[derive(Debug)]
pub(super) struct UpdateHistory {
    events: VecDeque<PastUpdate>,
    /// How many events there were before those.
    gone: u64,
    bytes: usize,
    latest: Latest,
    capacity: Capacity,
}

impl UpdateHistory {
    pub(super) fn new(capacity: Capacity) -> Self {
        Self { events: VecDeque::new(), gone: 0, bytes: 0, latest: Latest::default(), capacity }
    }

    /// The version of the last update; 0 if there was none.
    pub(super) fn version(&self) -> u64 {
        self.gone + self.events.len() as u64
    }

    /// Notes an update. Keeps everything until it is [trimmed](Self::trim).
    pub(super) fn push(&mut self, event: PastUpdate) {
        self.bytes += event.size();
        if event.changes() {
            self.latest.note(self.version() + 1, &event, self.capacity);
        }
        self.events.push_back(event);
    }

    /// Lets go of the oldest updates that there is no room for.
    pub(super) fn trim(&mut self) {
        while self.events.len() > self.capacity.updates || self.bytes > self.capacity.bytes {
            let Some(event) = self.events.pop_front() else { return };
            self.bytes -= event.size();
            self.gone += 1;
        }
    }

    /// A history of as many updates, none of which it still has.
    pub(super) fn forgotten(&self) -> Self {
        Self { gone: self.version(), ..Self::new(self.capacity) }
    }

    /// What a watcher that has seen everything up to `seen` is to be given next.
    pub(super) fn after(&self, seen: u64, filter: &Filter, watcher: HandleId) -> UpdateBatch {
        let wanted = self.since(seen).filter(|(_, event)| filter.covers(event, watcher));
        match filter.live {
            true => self.latest(seen, wanted),
            false => self.batch(seen, wanted),
        }
    }

    /// What is known of the updates after this version. Of those that were let go of that is the last
    /// change of each name.
    fn since(&self, seen: u64) -> impl Iterator<Item = (u64, &PastUpdate)> + Clone {
        let start = seen.saturating_sub(self.gone).min(self.events.len() as u64);
        let events = self.events.range(usize::try_from(start).unwrap_or(usize::MAX)..);
        self.latest.between(seen, self.gone).chain((self.gone + start + 1..).zip(events))
    }

    /// How many of the updates between these two were let go of.
    fn gone_between(&self, after: u64, before: u64) -> u64 {
        self.gone.min(before - 1).saturating_sub(after)
    }

    fn batch<'a>(
        &self,
        seen: u64,
        wanted: impl Iterator<Item = (u64, &'a PastUpdate)>,
    ) -> UpdateBatch {
        let mut updates: Vec<Update> = Vec::new();
        let (mut last, mut bytes) = (seen, 0);
        let mut end = self.version() + 1;
        for (version, event) in wanted {
            bytes += event.size();
            let full = updates.len() == BATCH_UPDATES || bytes > BATCH_BYTES;
            if full && !updates.is_empty() {
                end = version;
                break;
            }
            updates.push(event.update(version, self.gone_between(last, version)));
            last = version;
        }
        UpdateBatch { updates, seen: end - 1, missed: self.gone_between(last, end) }
    }

    /// The oldest of those updates that no other of the same name was made after.
    fn latest<'a>(
        &self,
        seen: u64,
        wanted: impl Iterator<Item = (u64, &'a PastUpdate)> + Clone,
    ) -> UpdateBatch {
        let latest: BTreeMap<_, _> =
            wanted.clone().map(|(version, event)| (event.name(), (version, event))).collect();
        let Some((version, event)) = latest.into_values().min_by_key(|(version, _)| *version)
        else {
            return self.batch(seen, wanted);
        };
        let older = wanted.take_while(|(other, _)| *other < version);
        let skipped = older.filter(|(other, _)| *other > self.gone).count() as u64;
        let missed = self.gone_between(seen, version) + skipped;
        UpdateBatch { updates: vec![event.update(version, missed)], seen: version, missed: 0 }
    }
}
