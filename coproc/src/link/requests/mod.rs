//! The table of requests that one end has made: which are open, and how each ended.
//!
//! A plain state machine: no clock, no thread and no descriptor inside. Its holder tells it what
//! happened, and wakes waiters and sends cancellations as it says.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, hash_map};

use super::spread::Spread;

/// How a request ended. `A` is what an answer carries, `L` what is known of a lost peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome<A, L> {
    /// The peer answered.
    Answered(A),
    /// The peer ended while it handled this request.
    Lost(L),
    /// The peer ended, and had not begun this request.
    Unstarted(L),
}

#[derive(Clone, Debug)]
enum RequestEntry<A, L> {
    /// The peer owes its answer.
    Owed {
        channel: Option<u16>,
        /// Its handler has returned, and the answer comes later.
        begun: bool,
        /// The caller still wants the answer, which is dropped otherwise.
        wanted: bool,
    },
    Done(Outcome<A, L>),
}

/// The requests that one end has made.
#[derive(Debug)]
pub(crate) struct Requests<A, L> {
    entries: HashMap<u64, RequestEntry<A, L>, Spread>,
    /// How many requests are open or abandoned.
    owed: usize,
    /// Those of them that are calls, by channel.
    calls: Vec<usize>,
    ended: Option<L>,
    /// Answers to requests that the caller had abandoned.
    pub(crate) late: u64,
}

impl<A, L: Clone> Requests<A, L> {
    pub(crate) fn new(channels: usize) -> Self {
        Self {
            entries: HashMap::default(),
            owed: 0,
            calls: vec![0; channels.max(1)],
            ended: None,
            late: 0,
        }
    }

    /// Whether the peer owes no answer at all.
    pub(crate) fn is_settled(&self) -> bool {
        self.owed == 0
    }

    /// How many calls the peer has not answered yet.
    pub(crate) fn calls(&self) -> usize {
        self.calls.iter().sum()
    }

    /// The same, of one channel.
    pub(crate) fn calls_on(&self, channel: u16) -> usize {
        self.calls.get(usize::from(channel)).copied().unwrap_or(0)
    }

    /// Whether request `id` has its outcome.
    #[cfg(test)]
    pub(crate) fn is_done(&self, id: u64) -> bool {
        matches!(self.entries.get(&id), Some(RequestEntry::Done(_)))
    }

    /// Whether the peer owes the answer to request `id`, wanted or not.
    pub(crate) fn is_owed(&self, id: u64) -> bool {
        matches!(self.entries.get(&id), Some(RequestEntry::Owed { .. }))
    }

    /// Whether the peer is known to have begun request `id`, and answers it later.
    pub(crate) fn is_begun(&self, id: u64) -> bool {
        matches!(self.entries.get(&id), Some(RequestEntry::Owed { begun: true, .. }))
    }

    /// Whether the handler of request `id`, which was begun, has not returned, as far as is known.
    pub(crate) fn is_running(&self, id: u64) -> bool {
        matches!(self.entries.get(&id), Some(RequestEntry::Owed { begun: false, .. }))
    }

    /// Whether it knows of no request at all.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes the outcome of request `id`, if it is there; the table then knows nothing of it.
    pub(crate) fn take(&mut self, id: u64) -> Option<Outcome<A, L>> {
        let hash_map::Entry::Occupied(entry) = self.entries.entry(id) else { return None };
        if !matches!(entry.get(), RequestEntry::Done(_)) {
            return None;
        }
        match entry.remove() {
            RequestEntry::Done(outcome) => Some(outcome),
            RequestEntry::Owed { .. } => None,
        }
    }

    /// Request `id` goes out; if it is a call, it is counted in `channel`. After the peer's end it
    /// has its outcome at once.
    pub(crate) fn open(&mut self, id: u64, channel: Option<u16>) {
        if let Some(loss) = &self.ended {
            self.entries.insert(id, RequestEntry::Done(Outcome::Unstarted(loss.clone())));
            return;
        }
        self.owe(channel);
        self.entries.insert(id, RequestEntry::Owed { channel, begun: false, wanted: true });
    }

    /// The answer to request `id` came. Gives whether it is wanted, so that its waiter is to be
    /// woken; an error is a breach of the protocol.
    pub(crate) fn answer(&mut self, id: u64, answer: A) -> Result<bool, String> {
        let hash_map::Entry::Occupied(mut entry) = self.entries.entry(id) else {
            return Err(format!("an answer to call {id}, which is not open"));
        };
        let RequestEntry::Owed { channel, wanted, .. } = *entry.get() else {
            return Err(format!("a second answer to call {id}"));
        };
        if wanted {
            entry.insert(RequestEntry::Done(Outcome::Answered(answer)));
        } else {
            entry.remove();
            self.late += 1;
        }
        self.settle(channel);
        Ok(wanted)
    }

    /// The peer has begun request `id` and answers later. The answer may have overtaken this, where
    /// another thread of the peer gave it: then there is nothing to note. An error is a breach of the
    /// protocol.
    pub(crate) fn begin(&mut self, id: u64) -> Result<(), String> {
        match self.entries.get_mut(&id) {
            Some(RequestEntry::Owed { begun: true, .. }) => {
                Err(format!("call {id} was begun twice"))
            }
            Some(RequestEntry::Owed { begun, .. }) => {
                *begun = true;
                Ok(())
            }
            Some(RequestEntry::Done(_)) | None => Ok(()),
        }
    }

    /// The answer to request `id` is not wanted any more. Gives whether the peer is to be told.
    pub(crate) fn abandon(&mut self, id: u64) -> bool {
        match self.entries.get_mut(&id) {
            Some(RequestEntry::Owed { wanted, .. }) => std::mem::replace(wanted, false),
            Some(RequestEntry::Done(_)) => {
                self.entries.remove(&id);
                false
            }
            None => false,
        }
    }

    /// The peer has ended; `current` is the request that it was handling.
    pub(crate) fn end(&mut self, current: Option<u64>, loss: L) {
        if self.ended.is_some() {
            return;
        }
        self.entries.retain(|_, entry| !matches!(entry, RequestEntry::Owed { wanted: false, .. }));
        for (id, entry) in &mut self.entries {
            if let RequestEntry::Owed { begun, .. } = *entry {
                *entry = RequestEntry::Done(if begun || current == Some(*id) {
                    Outcome::Lost(loss.clone())
                } else {
                    Outcome::Unstarted(loss.clone())
                });
            }
        }
        self.owed = 0;
        self.calls.fill(0);
        self.ended = Some(loss);
    }

    fn owe(&mut self, channel: Option<u16>) {
        self.owed += 1;
        if let Some(calls) = self.calls_mut(channel) {
            *calls += 1;
        }
    }

    fn settle(&mut self, channel: Option<u16>) {
        self.owed -= 1;
        if let Some(calls) = self.calls_mut(channel) {
            *calls -= 1;
        }
    }

    fn calls_mut(&mut self, channel: Option<u16>) -> Option<&mut usize> {
        let last = self.calls.len() - 1;
        self.calls.get_mut(usize::from(channel?).min(last))
    }
}
