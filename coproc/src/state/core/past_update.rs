//! An update that a namespace remembers, and which watches it is for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::state::{update::Update, value::Stored};

/// What an update takes besides its name and its values, in bytes.
const OVERHEAD: usize = 128;

/// An update that a namespace remembers.
#[derive(Debug)]
pub(super) struct PastUpdate {
    /// Missed updates are not counted here.
    pub(super) update: Update,
    author: HandleId,
    /// Whether the name holds another value than before.
    pub(super) changes: bool,
}

impl PastUpdate {
    pub(super) fn new(update: Update, author: HandleId) -> Self {
        let changes = update.before != update.after;
        Self { update, author, changes }
    }

    pub(super) fn name(&self) -> &str {
        &self.update.name
    }

    pub(super) fn version(&self) -> u64 {
        self.update.version
    }

    /// The same without the value before.
    pub(super) fn result(&self) -> Self {
        Self { update: Update { before: None, ..self.update.clone() }, ..*self }
    }

    pub(super) fn size(&self) -> usize {
        let Update { name, before, after, .. } = &self.update;
        OVERHEAD + name.len() + before.iter().chain(after).map(Stored::size).sum::<usize>()
    }

    /// The update as a watch gets it that has missed this many before.
    pub(super) fn after_missing(&self, missed: u64) -> Update {
        Update { missed, ..self.update.clone() }
    }
}

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
    /// `None` for all names.
    pub(crate) only: Option<BTreeSet<String>>,
    pub(crate) except: BTreeSet<String>,
    /// Also those that the watching handle has made.
    pub(crate) own: bool,
    /// Also those that changed nothing.
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
    pub(super) fn covers(&self, past: &PastUpdate, watcher: HandleId) -> bool {
        (self.own || past.author != watcher)
            && (self.identical || past.changes)
            && self.only.as_ref().is_none_or(|only| only.contains(past.name()))
            && !self.except.contains(past.name())
    }
}
