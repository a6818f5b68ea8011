//! A worker at rest: when it has nothing to do, and how it waits for something.

use std::time::Instant;

use super::Serve;
use crate::{
    link::LinkState,
    sync::{Arc, Ordering, now},
    transport::{Progress, Wait},
    worker::{Handlers, link::WorkerLink},
};

impl<W: Handlers> Serve<W> {
    /// Takes in what has come over all links, without waiting.
    ///
    /// The owner's comes last: what a handler sends to its own worker was sent before anything that
    /// its caller does with the answer.
    pub(super) fn take_in(&mut self) {
        self.take_in_others();
        // All of it: a close request or a cancellation may lie behind any number of messages.
        self.cx.owner.drain();
        self.adopt();
        self.answer_refused();
    }

    /// The same for all links but the owner's.
    fn take_in_others(&mut self) {
        let [owner, others @ ..] = &mut self.cx.links[..] else { return };
        if others.is_empty() {
            return;
        }
        for link in &mut *others {
            link.endpoint.drain();
            link.note_gone();
        }
        let closing = |link: &WorkerLink| link.endpoint.state().inbox.is_closing();
        let closes = !closing(owner) && others.iter().any(closing);
        self.adopt();
        if closes {
            self.cx.close();
        }
    }

    /// Until when there is nothing to do but to wait; an error: there is.
    fn rest(&self) -> Result<Rest, ()> {
        let (mut is_behind, mut closes_at) = (false, None);
        for (index, link) in self.cx.links.iter().enumerate() {
            let state = link.endpoint.state();
            if has_work(&state) {
                return Err(());
            }
            is_behind |= link.record.is_behind(&state);
            // A request to close over another link is passed on to the owner's.
            if index == 0 {
                closes_at = state.inbox.closes_at();
                if state.inbox.is_closing() && self.cx.laters.load(Ordering::SeqCst) == 0 {
                    return Err(());
                }
            }
        }
        let idle_at = self.idle_at.filter(|_| W::IDLE);
        let until = [self.schedule.next(), closes_at, idle_at].into_iter().flatten().min();
        if until.is_some_and(|until| until <= now()) {
            return Err(());
        }
        Ok(Rest { until, is_behind })
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
        let Rest { mut until, is_behind } = rest.ok()?;
        self.tell_unheard();
        if is_behind {
            self.cx.links.iter_mut().for_each(WorkerLink::note_gone);
        }
        if self.cx.links.len() > 1 {
            #[cfg(feature = "process")]
            if wait && self.wait_for_all() {
                self.take_in();
                return None;
            }
            self.take_in_others();
            let bell = Arc::downgrade(&self.bell);
            let others = self.cx.links.iter().skip(1);
            others.for_each(|link| link.endpoint.link().arm(&bell));
            until = self.rest().ok()?.until;
        }
        if !wait {
            return Some(Progress::Resting(until));
        }
        self.cx.owner.take_in_some(Wait::until(until));
        None
    }

    /// Waits for something to do over all links at once; `false` if it cannot. A link to another
    /// process is waited for by its descriptor: the reactor, which would have to wake this thread,
    /// is another thread.
    #[cfg(feature = "process")]
    fn wait_for_all(&self) -> bool {
        let bell = Arc::downgrade(&self.bell);
        let mut descriptors = Vec::new();
        for link in self.cx.links.iter().skip(1) {
            match link.endpoint.link().descriptor() {
                Some(descriptor) => descriptors.push(descriptor),
                None => link.endpoint.link().arm(&bell),
            }
        }
        // What has come meanwhile is to be found before there is a wait.
        match self.rest() {
            _ if descriptors.is_empty() => false,
            Ok(Rest { until, .. }) => self.cx.owner.link().wait_beside(&descriptors, until),
            Err(()) => true,
        }
    }
}

/// What a worker that has nothing to do waits for.
struct Rest {
    /// Until when.
    until: Option<Instant>,
    /// Whether messages have left a queue that its link's record does not tell of.
    is_behind: bool,
}

/// A handler may have looked and found what is left for the loop to answer.
fn has_work(state: &LinkState) -> bool {
    let inbox = &state.inbox;
    state.ended || inbox.len() > 0 || inbox.has_answers() || !state.adopted.is_empty()
}
