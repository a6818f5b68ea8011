//! Where the values of a state are kept: its core, behind a lock.

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::core::{Caller, Capacity, Core, Finding, Operation, Woken};
use crate::{
    error::StateError,
    spawn::{Hosted, ReplySlot, ReplyTo},
    sync::{Arc, Mutex, now},
};

/// The link of handles that are in the process of the state, and need none.
const HERE: u64 = 0;

pub(super) type Answer = ReplyTo<Finding, StateError>;

/// Where the values of a state are kept.
pub(super) struct Store {
    /// `None` once the state has ended.
    core: Mutex<Option<Core<Answer>>>,
}

impl Store {
    pub(super) fn new(capacity: Capacity) -> Arc<Self> {
        Arc::new(Self { core: Mutex::new(Some(Core::new(capacity))) })
    }

    /// Runs `act` on the values at a moment, then answers the waits that it has ended. The waits
    /// whose time is over by then are answered first: while calls keep coming, the worker does not
    /// rest.
    ///
    /// # Errors
    ///
    /// The state has ended.
    pub(super) fn act<R>(
        &self,
        act: impl FnOnce(&mut Core<Answer>, Instant) -> (R, Woken<Answer>),
    ) -> Result<R, StateError> {
        let mut kept = self.core.lock();
        let core = kept.as_mut().ok_or_else(ended)?;
        let now = now();
        let expired = core.expired(now);
        let (result, woken) = act(core, now);
        // To answer takes longer than to decide.
        drop(kept);
        for (answer, finding) in expired.into_iter().chain(woken) {
            answer.send(Ok(finding));
        }
        Ok(result)
    }

    /// Does an operation, which waits for `patience` at most if it waits.
    ///
    /// # Errors
    ///
    /// The state has ended.
    pub(super) fn run(
        &self,
        caller: Caller,
        space: &str,
        operation: Operation,
        patience: Option<Duration>,
        answer: Answer,
    ) -> Result<(), StateError> {
        self.act(|core, now| {
            let times = (now, patience.and_then(|patience| now.checked_add(patience)));
            ((), core.run(caller, space, operation, times, answer))
        })
    }

    /// When the next wait or turn is over.
    pub(super) fn next_expiry(&self) -> Result<Option<Instant>, StateError> {
        self.act(|core, _| (core.next_expiry(), Vec::new()))
    }

    /// Does an operation of a handle in this process, and waits for what it gives.
    ///
    /// # Errors
    ///
    /// The state has ended.
    pub(super) fn ask(
        &self,
        handle: u64,
        space: &str,
        operation: Operation,
        patience: Option<Duration>,
    ) -> Result<Finding, StateError> {
        let slot = ReplySlot::new();
        let answer = ReplyTo::Thread(Arc::clone(&slot));
        self.run(Caller { link: HERE, handle }, space, operation, patience, answer)?;
        let mut outcome = slot.try_recv();
        while outcome.is_none() {
            // The worker may not know when this wait is over, or the turn that it waits for.
            outcome = slot.recv_deadline(self.next_expiry()?);
        }
        outcome.unwrap_or_else(|| Err(ended()))
    }
}

impl Hosted for Store {
    const NAME: &'static str = "where a state is kept";

    fn end(self: &Arc<Self>) {
        let core = self.core.lock().take();
        for answer in core.into_iter().flat_map(Core::into_waiting) {
            answer.send(Err(ended()));
        }
    }
}

fn ended() -> StateError {
    let text = "a state ends with the last handle in the process that made it, and this one has \
                ended";
    StateError::Lost(text.to_owned())
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}
