//! Where a reply goes that is decided later: over a link, or to a thread of this process.

use std::time::Instant;

use crate::{
    sync::{Arc, Condvar, Mutex, now},
    worker::LaterAnswer,
};

/// Where a reply goes.
pub(crate) enum ReplyTo<T, E> {
    /// The thread that makes the request at this moment, and takes the reply itself.
    Asker,
    Link(LaterAnswer<T, E>),
    Thread(Arc<ReplySlot<T, E>>),
}

impl<T, E> ReplyTo<T, E> {
    pub(crate) fn send(self, outcome: Result<T, E>) {
        match (self, outcome) {
            (Self::Link(answer), Ok(reply)) => answer.ok(reply),
            (Self::Link(answer), Err(error)) => answer.err(error),
            (Self::Thread(slot), outcome) => slot.fill(outcome),
            (Self::Asker, _) => {}
        }
    }
}

/// The reply that a thread of this process waits for.
pub(crate) struct ReplySlot<T, E> {
    state: Mutex<SlotState<T, E>>,
    filled: Condvar,
}

struct SlotState<T, E> {
    outcome: Option<Result<T, E>>,
    /// The thread sleeps. To notify no thread is a system call, too.
    sleeps: bool,
}

impl<T, E> ReplySlot<T, E> {
    pub(crate) fn new() -> Arc<Self> {
        let state = Mutex::new(SlotState { outcome: None, sleeps: false });
        Arc::new(Self { state, filled: Condvar::new() })
    }

    fn fill(&self, outcome: Result<T, E>) {
        let mut state = self.state.lock();
        state.outcome = Some(outcome);
        if state.sleeps {
            self.filled.notify_all();
        }
    }

    /// Waits for the reply; `None` if there is none by `until`.
    pub(crate) fn recv_deadline(&self, until: Option<Instant>) -> Option<Result<T, E>> {
        let mut state = self.state.lock();
        loop {
            if state.outcome.is_some() || until.is_some_and(|until| until <= now()) {
                return state.outcome.take();
            }
            state.sleeps = true;
            state = self.filled.wait(state, until);
        }
    }
}
