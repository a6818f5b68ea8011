//! A worker at rest: when it has nothing to do, and how it waits for something.

use std::time::Instant;

use super::Serve;
use crate::{
    messenger::Port,
    sync::{Arc, Ordering},
    transport::{Progress, Wait},
    worker::Dispatch,
};

impl<W: Dispatch> Serve<W> {
    /// Takes in what has come over all links, without waiting.
    pub(super) fn take_in(&mut self) {
        self.take_in_others();
        // All of it: a close request or a cancellation may lie behind any number of messages.
        self.cx.seat.port.drain();
    }

    /// The same but for the owner's link, whose messages come after these: what a handler sends to
    /// its own worker was sent before anything that its caller does with the answer.
    fn take_in_others(&mut self) {
        self.cx.others.iter().for_each(|(_, port)| port.drain());
        let closing = |port: &Arc<Port>| port.state().intake.is_closing();
        if !closing(&self.cx.seat.port) && self.cx.others.iter().any(|(_, port)| closing(port)) {
            self.cx.close();
        }
    }

    fn has_messages(&self) -> bool {
        self.links().any(|(_, port)| port.state().intake.len() > 0)
    }

    /// Until when there is nothing to do but to wait; `None`: for ever; an error: there is.
    fn rest(&self) -> Result<Option<Instant>, ()> {
        let state = self.cx.seat.port.state();
        let done = state.intake.is_closing() && self.cx.laters.load(Ordering::SeqCst) == 0;
        if done || state.ended {
            return Err(());
        }
        let closes_at = state.intake.closes_at();
        drop(state);
        if self.has_messages() || self.others_ended() {
            return Err(());
        }
        let idle_at = self.idle_at.filter(|_| W::IDLE);
        let until = [self.schedule.next(), closes_at, idle_at].into_iter().flatten().min();
        if until.is_some_and(|until| until <= Instant::now()) { Err(()) } else { Ok(until) }
    }

    fn others_ended(&self) -> bool {
        self.cx.others.iter().any(|(_, port)| port.state().ended)
    }

    /// Waits for something to do. Gives how far it came if the caller is not to wait.
    pub(super) fn wait(&mut self, wait: bool) -> Option<Progress> {
        if self.rest().is_err() || !wait {
            self.take_in();
            self.note_refused();
            if wait || self.rest().is_err() {
                return None;
            }
        }
        self.tell_unheard();
        self.note_refused();
        self.take_in_others();
        let bell = Arc::downgrade(&self.bell);
        for (_, port) in &self.cx.others {
            port.link().attend(&bell);
        }
        let until = self.rest().ok()?;
        if !wait {
            return Some(Progress::Resting(until));
        }
        self.cx.seat.port.take_in_some(Wait::until(until));
        None
    }
}
