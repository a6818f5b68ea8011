//! A worker at rest: when it has nothing to do, and how it waits for something.

use std::time::Instant;

use super::Serve;
use crate::{
    link::{Endpoint, State},
    sync::{Arc, Ordering},
    transport::{Activity, Progress, Wait},
    worker::Dispatch,
};

impl<W: Dispatch> Serve<W> {
    /// Takes in what has come over all links, without waiting.
    pub(super) fn take_in(&mut self) {
        self.take_in_others();
        // All of it: a close request or a cancellation may lie behind any number of messages.
        self.cx.parameters.endpoint.drain();
        self.adopt();
        self.answer_refused();
    }

    /// The same but for the owner's link, whose messages come after these: what a handler sends to
    /// its own worker was sent before anything that its caller does with the answer.
    fn take_in_others(&mut self) {
        if self.cx.others.is_empty() {
            return;
        }
        self.cx.others.iter().for_each(|other| other.endpoint.drain());
        self.note_refused_by_others();
        self.adopt();
        let closing = |endpoint: &Arc<Endpoint>| endpoint.state().inbox.is_closing();
        if !closing(&self.cx.parameters.endpoint)
            && self.cx.others.iter().any(|other| closing(&other.endpoint))
        {
            self.cx.close();
        }
    }

    /// Until when there is nothing to do but to wait; an error: there is.
    fn rest(&self) -> Result<Rest, ()> {
        let state = self.cx.parameters.endpoint.state();
        let done = state.inbox.is_closing() && self.cx.laters.load(Ordering::SeqCst) == 0;
        if done || has_work(&state) {
            return Err(());
        }
        let (closes_at, told) = (state.inbox.closes_at(), state.inbox.gone() == self.noted);
        drop(state);
        if self.cx.others.iter().any(|other| is_busy(&other.endpoint)) {
            return Err(());
        }
        let idle_at = self.idle_at.filter(|_| W::IDLE);
        let until = [self.schedule.next(), closes_at, idle_at].into_iter().flatten().min();
        if until.is_some_and(|until| until <= Instant::now()) {
            return Err(());
        }
        Ok(Rest { until, told })
    }

    /// Waits for something to do. Gives how far it came if the caller is not to wait.
    pub(super) fn wait(&mut self, wait: bool) -> Option<Progress> {
        let mut rest = self.rest();
        if rest.is_err() || !wait {
            self.take_in();
            if wait {
                return None;
            }
            rest = self.rest();
        }
        let Rest { mut until, told } = rest.ok()?;
        self.tell_unheard();
        if !told {
            self.note(Activity::Rest, 0);
        }
        if !self.cx.others.is_empty() {
            self.take_in_others();
            let bell = Arc::downgrade(&self.bell);
            self.cx.others.iter().for_each(|other| other.endpoint.link().attend(&bell));
            until = self.rest().ok()?.until;
        }
        if !wait {
            return Some(Progress::Resting(until));
        }
        self.cx.parameters.endpoint.take_in_some(Wait::until(until));
        None
    }
}

/// What a worker that has nothing to do waits for.
struct Rest {
    /// Until when.
    until: Option<Instant>,
    /// Whether its ledger says how many messages have left its queue.
    told: bool,
}

/// Whether a link needs its worker.
fn is_busy(endpoint: &Endpoint) -> bool {
    has_work(&endpoint.state())
}

/// A handler may have looked and found what is left for the loop to answer.
fn has_work(state: &State) -> bool {
    let inbox = &state.inbox;
    state.ended || inbox.len() > 0 || inbox.has_answers() || !state.adopted.is_empty()
}
