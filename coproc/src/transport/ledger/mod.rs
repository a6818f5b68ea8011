//! What a worker is doing right now, written where it outlives the worker.
//!
//! A worker notes each handler before it begins it. When its process dies, the host reads the note
//! and knows which call was being handled; every other call was provably not begun. The note also
//! counts how many messages have left each channel's queue, so that a sender learns of free places
//! without asking.

#[cfg(feature = "process")]
pub(crate) mod file;
mod record;
#[cfg(test)]
mod tests;

use std::time::Instant;

pub(crate) use record::{Activity, Record};

use crate::sync::{Arc, Mutex};

/// Where the note is kept.
#[derive(Clone, Debug)]
pub(crate) enum Ledger {
    /// In this process: for workers that are threads.
    Memory(Arc<Mutex<Record>>),
    /// In a file without a name that the two processes share.
    #[cfg(feature = "process")]
    File(Arc<file::File>),
}

impl Ledger {
    /// A ledger for a worker in this process with this many channels.
    pub(crate) fn memory(channels: usize) -> Self {
        let note = Record { left: vec![0; channels], ..Record::default() };
        Self::Memory(Arc::new(Mutex::new(note)))
    }

    /// Writes the note: the worker has been doing this since then.
    pub(crate) fn write(&self, activity: Activity, call: u64, left: &[u64], since: Instant) {
        match self {
            Self::Memory(note) => {
                let mut note = note.lock();
                note.activity = activity;
                note.call = call;
                note.since = Some(since);
                note.left.clear();
                note.left.extend_from_slice(left);
            }
            #[cfg(feature = "process")]
            Self::File(file) => file.write(activity, call, left, since),
        }
    }

    /// Reads the note.
    pub(crate) fn read(&self) -> Record {
        match self {
            Self::Memory(note) => note.lock().clone(),
            #[cfg(feature = "process")]
            Self::File(file) => file.read(),
        }
    }

    /// How many messages have left the queue of `channel`.
    pub(crate) fn left(&self, channel: u16) -> u64 {
        match self {
            Self::Memory(note) => note.lock().left.get(usize::from(channel)).copied().unwrap_or(0),
            #[cfg(feature = "process")]
            Self::File(file) => file.left(channel),
        }
    }
}
