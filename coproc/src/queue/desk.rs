//! Where a queue is kept: its core, behind a lock, for the server and for the process it runs in.

use std::time::Instant;

use super::{
    core::{Ask, Core, Limits, Reply},
    watch::Watches,
};
use crate::{
    error::QueueError,
    spawn::{Hosted, ReplySlot, ReplyTo},
    sync::{Arc, Mutex},
};

/// The link of those who are in the process of the queue, and need none.
pub(super) const HERE: u64 = 0;

/// Whom to answer.
pub(super) type Answer = ReplyTo<Reply, QueueError>;

struct Held {
    core: Core<Answer>,
    watches: Watches,
}

/// Where a queue is kept.
pub(super) struct Desk {
    held: Mutex<Held>,
    /// This process, which takes a system call to learn.
    pub(super) pid: u32,
}

impl Desk {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        let held = Held { core: Core::new(limits), watches: Watches::default() };
        Arc::new(Self { held: Mutex::new(held), pid: std::process::id() })
    }

    /// Something happens to the queue, after which those are answered whom it concerns.
    pub(super) fn act<R>(self: &Arc<Self>, act: impl FnOnce(&mut Core<Answer>) -> R) -> R {
        let mut held = self.held.lock();
        let Held { core, watches } = &mut *held;
        let result = act(core);
        while let Some(pid) = core.next_to_watch() {
            if watches.watch(pid, self).is_gone() {
                core.died(pid);
            }
        }
        let answers = core.answers();
        // To answer takes longer than to decide.
        drop(held);
        for (answer, outcome) in answers {
            answer.send(outcome);
        }
        result
    }

    /// Somebody in this process asks for something, and waits for it.
    pub(super) fn ask(
        self: &Arc<Self>,
        ticket: u64,
        until: Option<Instant>,
        put: impl FnOnce(&mut Core<Answer>, Ask<Answer>),
    ) -> Result<Reply, QueueError> {
        let slot = ReplySlot::new();
        let answer = ReplyTo::Thread(Arc::clone(&slot));
        let pid = self.pid;
        self.act(|core| put(core, Ask { link: HERE, pid, ticket, until: None, answer }));
        if let Some(outcome) = slot.recv_deadline(until) {
            return outcome;
        }
        match self.act(|core| core.give_up(HERE, ticket)) {
            Some(_) => Err(QueueError::Timeout),
            // The answer is on its way.
            None => slot.recv_deadline(None).unwrap_or(Err(QueueError::Timeout)),
        }
    }

    /// A process is gone.
    #[cfg(feature = "process")]
    pub(super) fn died(self: &Arc<Self>, pid: u32) {
        self.held.lock().watches.forget(pid);
        self.act(|core| core.died(pid));
    }
}

impl Hosted for Desk {
    const NAME: &'static str = "where a queue is kept";

    fn end(self: &Arc<Self>) {
        self.act(Core::end);
    }
}
