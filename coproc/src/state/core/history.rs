//! The last updates of one namespace, as many as there is room for.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::state::{update::Update, value::Stored};

/// How many updates are given at once, and how many bytes unless a single one is larger.
const BATCH_UPDATES: usize = 256;
const BATCH_BYTES: usize = 1 << 20;

/// What an update takes besides its name and its values, in bytes.
const OVERHEAD: usize = 128;

/// How much a history keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    pub(crate) updates: usize,
    pub(crate) bytes: usize,
}

/// Who changes values, or watches them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) peer: u64,
    pub(crate) handle: u64,
}

/// Which updates a watcher wants to see.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Wish {
    /// `None`: of all names.
    pub(crate) only: Option<BTreeSet<String>>,
    pub(crate) except: BTreeSet<String>,
    /// Those that it made itself, too.
    pub(crate) own: bool,
    /// Those that changed nothing, too.
    pub(crate) identical: bool,
    /// Only the last of each name.
    pub(crate) live: bool,
}

impl Default for Wish {
    fn default() -> Self {
        let except = BTreeSet::new();
        Self { only: None, except, own: true, identical: false, live: false }
    }
}

impl Wish {
    fn covers(&self, event: &Event, watcher: Client) -> bool {
        (self.own || event.author != watcher)
            && (self.identical || event.before != event.after)
            && self.only.as_ref().is_none_or(|only| only.contains(&event.name))
            && !self.except.contains(&event.name)
    }
}

/// What a watcher is given at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Batch {
    pub(crate) updates: Vec<Update>,
    /// Up to which version the watcher has now seen everything.
    pub(crate) seen: u64,
    /// How many updates it missed before these.
    pub(crate) missed: u64,
}

#[derive(Debug)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) before: Option<Stored>,
    pub(super) after: Option<Stored>,
    pub(super) author: Client,
}

impl Event {
    fn size(&self) -> usize {
        let values = self.before.iter().chain(&self.after).map(Stored::size).sum::<usize>();
        OVERHEAD + self.name.len() + values
    }

    fn update(&self, version: u64) -> Update {
        let (before, after) = (self.before.clone(), self.after.clone());
        Update { name: self.name.clone(), version, missed: 0, before, after }
    }
}

#[derive(Debug)]
pub(super) struct History {
    events: VecDeque<Event>,
    /// How many events there were before those.
    gone: u64,
    bytes: usize,
    capacity: Capacity,
}

impl History {
    pub(super) fn new(capacity: Capacity) -> Self {
        Self { events: VecDeque::new(), gone: 0, bytes: 0, capacity }
    }

    /// The version of the last update; 0 if there was none.
    pub(super) fn version(&self) -> u64 {
        self.gone + self.events.len() as u64
    }

    /// Notes an update. Keeps everything until it is [trimmed](Self::trim).
    pub(super) fn push(&mut self, event: Event) {
        self.bytes += event.size();
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

    /// What a watcher that has seen everything up to `seen` is to be given next.
    pub(super) fn after(&self, seen: u64, wish: &Wish, watcher: Client) -> Batch {
        let missed = self.gone.saturating_sub(seen);
        let start = seen.saturating_sub(self.gone).min(self.events.len() as u64);
        let events = self.events.range(usize::try_from(start).unwrap_or(usize::MAX)..);
        let wanted =
            (self.gone + start + 1..).zip(events).filter(|(_, event)| wish.covers(event, watcher));
        match wish.live {
            true => self.latest(wanted, missed),
            false => self.batch(wanted, missed),
        }
    }

    fn batch<'a>(&self, wanted: impl Iterator<Item = (u64, &'a Event)>, missed: u64) -> Batch {
        let mut batch = Batch { updates: Vec::new(), seen: self.version(), missed };
        let mut bytes = 0;
        for (version, event) in wanted {
            bytes += event.size();
            let full = batch.updates.len() == BATCH_UPDATES || bytes > BATCH_BYTES;
            if full && !batch.updates.is_empty() {
                batch.seen = version - 1;
                break;
            }
            batch.updates.push(event.update(version));
        }
        batch
    }

    /// The oldest of those updates that nobody has made another of the same name after.
    fn latest<'a>(
        &self,
        wanted: impl Iterator<Item = (u64, &'a Event)> + Clone,
        missed: u64,
    ) -> Batch {
        let latest: BTreeMap<_, _> =
            wanted.clone().map(|(version, event)| (&event.name, (version, event))).collect();
        let Some((seen, event)) = latest.into_values().min_by_key(|(version, _)| *version) else {
            return Batch { updates: Vec::new(), seen: self.version(), missed };
        };
        let skipped = wanted.take_while(|(version, _)| *version < seen).count() as u64;
        Batch { updates: vec![event.update(seen)], seen, missed: missed + skipped }
    }
}
