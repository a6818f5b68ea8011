//! Requests that one end makes, and how their outcomes are waited for.

use std::{task::Waker, time::Instant};

use super::Endpoint;
use crate::{
    codec::reply::Answered,
    link::{DisconnectCause, Outcome, state::Waiter},
    protocol::Packet,
};

impl Endpoint {
    /// Asks for an answer when `channel` has room, and gives the number of the request.
    pub(crate) fn ask_room(&self, channel: u16) -> u64 {
        let id = self.state().open(None);
        let _ = self.note(Packet::Room { id, channel });
        id
    }

    /// Opens a request that reaches the peer in another way; gives its number.
    pub(crate) fn expect(&self) -> u64 {
        self.state().open(None)
    }

    /// Waits for the outcome of request `id`.
    pub(crate) fn wait(
        &self,
        id: u64,
        until: Option<Instant>,
    ) -> Option<Outcome<Answered, DisconnectCause>> {
        self.wait_for(Some(id), until, |state| state.requests.take(id))
    }

    /// Gives up request `id`; the peer is told.
    pub(crate) fn abandon(&self, id: u64) {
        let (is_owed, waker) = {
            let mut state = self.state();
            (state.requests.abandon(id), state.remove_task(id))
        };
        // What a waker does when it goes is not known here, so no lock is held.
        drop(waker);
        if is_owed {
            let _ = self.note(Packet::Cancel { id });
            self.arm_if_idle();
        }
    }

    /// Gives up request `id`, of which the peer was told.
    pub(crate) fn forget(&self, id: u64) {
        let waker = {
            let mut state = self.state();
            state.requests.abandon(id);
            state.remove_task(id)
        };
        drop(waker);
        self.arm_if_idle();
    }

    /// The outcome of request `id` if it is there; otherwise `waker` is woken when it is.
    pub(crate) fn poll(
        &self,
        id: u64,
        waker: &Waker,
    ) -> Option<Outcome<Answered, DisconnectCause>> {
        // What a waker does when it is cloned or goes is not known here, so no lock is held.
        let waiter = Waiter::Task(waker.clone());
        let before = {
            let mut state = self.state();
            if let Some(outcome) = state.requests.take(id) {
                return Some(outcome);
            }
            let before = state.remove_task(id);
            state.add_waiter(Some(id), waiter);
            before
        };
        drop(before);
        if self.link.is_inline() {
            self.drain();
        }
        self.arm_if_idle();
        let (outcome, waiter) = {
            let mut state = self.state();
            (state.requests.take(id)?, state.remove_task(id))
        };
        drop(waiter);
        Some(outcome)
    }
}
