//! One of the links that lead to a worker. The first is its owner's.

use std::time::Instant;

use super::peer::Peer;
use crate::{
    link::{Endpoint, LinkState},
    protocol::Packet,
    sync::{Arc, now},
    transport::{Activity, Ledger},
};

/// A link to a worker.
#[derive(Debug)]
pub(super) struct WorkerLink {
    peer: Peer,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) record: ProgressRecord,
}

/// What the process at the other end of a link learns without asking.
#[derive(Debug)]
pub(super) struct ProgressRecord {
    ledger: Ledger,
    /// How many messages had left the link's queue when the ledger was last written.
    gone: u64,
    /// An answer did not get through. Its caller learns from the ledger that the call was begun, so
    /// nothing is written over that.
    is_final: bool,
}

impl WorkerLink {
    pub(super) fn new(peer: Peer, endpoint: Arc<Endpoint>, ledger: Ledger) -> Self {
        Self { peer, endpoint, record: ProgressRecord { ledger, gone: 0, is_final: false } }
    }

    /// Who is at the other end, as far as `state`, that of this link, tells.
    pub(super) fn peer(&self, state: &LinkState) -> Peer {
        Peer { pid: state.peer.unwrap_or(self.peer.pid), ..self.peer }
    }

    /// Records what the worker does; `call` is the number of the call over this link that it
    /// handles, or 0.
    pub(super) fn note(&mut self, activity: Activity, call: u64) {
        self.record.write(&self.endpoint.state(), activity, call, now());
    }

    /// Records that messages have left the queue, if some have since the last record.
    pub(super) fn note_gone(&mut self) {
        self.record.catch_up(&self.endpoint.state());
    }

    /// The same, and takes the answers that are to be sent over the link.
    pub(super) fn take_answers(&mut self) -> Vec<Packet> {
        let mut state = self.endpoint.state();
        self.record.catch_up(&state);
        state.inbox.take_answers()
    }
}

impl ProgressRecord {
    /// Whether messages have left the queue since the last record.
    pub(super) fn is_behind(&self, state: &LinkState) -> bool {
        state.inbox.gone() != self.gone
    }

    /// Records that messages have left the queue, if some have since the last record.
    fn catch_up(&mut self, state: &LinkState) {
        if self.is_behind(state) {
            self.write(state, Activity::Rest, 0, now());
        }
    }

    /// Writes the record while `state`, that of its link, is locked.
    pub(super) fn write(&mut self, state: &LinkState, activity: Activity, call: u64, now: Instant) {
        self.gone = state.inbox.gone();
        if !self.is_final {
            self.ledger.write(activity, call, state.inbox.left(), now);
        }
    }

    /// Leaves the record as it is from now on.
    pub(super) fn seal(&mut self) {
        self.is_final = true;
    }
}
