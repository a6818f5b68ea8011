//! One update, and which watches it is for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::state::{update::Update, value::Stored};

/// What an update takes besides its name and its values, in bytes.
const OVERHEAD: usize = 128;

/// How much a history keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    pub(crate) updates: usize,
    pub(crate) bytes: usize,
}

/// The handle that a change or a wait is made through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HandleId {
    pub(crate) link: u64,
    pub(crate) handle: u64,
}

/// Which updates a watch gives.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Filter {
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

impl Default for Filter {
    fn default() -> Self {
        let except = BTreeSet::new();
        Self { only: None, except, own: true, identical: false, live: false }
    }
}

impl Filter {
    pub(super) fn covers(&self, event: &PastUpdate, watcher: HandleId) -> bool {
        (self.own || event.author != watcher)
            && (self.identical || event.changes)
            && self.only.as_ref().is_none_or(|only| only.contains(&event.name))
            && !self.except.contains(&event.name)
    }
}

#[derive(Debug)]
pub(super) struct PastUpdate {
    name: String,
    before: Option<Stored>,
    after: Option<Stored>,
    author: HandleId,
    changes: bool,
}

impl PastUpdate {
    pub(super) fn new(
        name: String,
        before: Option<Stored>,
        after: Option<Stored>,
        author: HandleId,
    ) -> Self {
        let changes = before != after;
        Self { name, before, after, author, changes }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the name holds something else than before.
    pub(super) fn changes(&self) -> bool {
        self.changes
    }

    pub(super) fn removes(&self) -> bool {
        self.after.is_none()
    }

    /// The same without the value before.
    pub(super) fn result(&self) -> Self {
        let (name, after) = (self.name.clone(), self.after.clone());
        Self { name, before: None, after, ..*self }
    }

    pub(super) fn size(&self) -> usize {
        let values = self.before.iter().chain(&self.after).map(Stored::size).sum::<usize>();
        OVERHEAD + self.name.len() + values
    }

    pub(super) fn update(&self, version: u64, missed: u64) -> Update {
        let (before, after) = (self.before.clone(), self.after.clone());
        Update { name: self.name.clone(), version, missed, before, after }
    }
}
