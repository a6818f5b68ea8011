//! What a pool is handed.

use std::time::Instant;

use super::{
    super::{errand::Errand, inbox::Inbox, roster::Event},
    Desk, Note, State,
};
use crate::{
    message::Priority,
    multiqueue::Urgency,
    sync::{Arc, Ordering},
    worker::Worker,
};

/// Something a pool is to do.
#[derive(Debug)]
pub(in crate::pool) struct Task {
    pub(in crate::pool) errand: Arc<Errand>,
    pub(in crate::pool) priority: Priority,
    pub(in crate::pool) only: Option<usize>,
    /// When its caller gives up.
    pub(in crate::pool) until: Option<Instant>,
    /// How many calls it counts for.
    pub(in crate::pool) calls: u64,
    pub(in crate::pool) inbox: Arc<Inbox>,
    /// What its outcome is tagged with.
    pub(in crate::pool) tag: u64,
}

/// A pool, for those who do not care of which workers.
pub(in crate::pool) trait Counter: Send + Sync {
    /// Hands a task in; gives its number.
    fn submit(self: Arc<Self>, task: Task) -> u64;
    /// Nobody wants the outcome of this task any more.
    fn withdraw(self: Arc<Self>, task: u64);
    /// The time of this task is over: if it was not begun, it never will be.
    fn expire(self: Arc<Self>, task: u64);
    /// Waits for a task that a worker is at, until `until` at the latest: whoever waits reads, and
    /// need not be woken. It may return at once.
    fn await_task(self: Arc<Self>, task: u64, until: Option<Instant>);
    /// Whether it still takes tasks: it was not closed.
    fn takes_tasks(&self) -> bool;
    /// How many workers there are to be.
    fn workers(&self) -> usize;
}

impl<W: Worker> Counter for Desk<W> {
    fn submit(self: Arc<Self>, task: Task) -> u64 {
        let number = self.last_task.fetch_add(1, Ordering::SeqCst) + 1;
        self.note(Note::Submitted(number, task));
        number
    }

    fn withdraw(self: Arc<Self>, task: u64) {
        self.note(Note::Withdrawn(task));
    }

    fn expire(self: Arc<Self>, task: u64) {
        self.note(Note::Expired(task));
    }

    fn await_task(self: Arc<Self>, task: u64, until: Option<Instant>) {
        let lookout = self.state.try_lock().and_then(|state| {
            let mut members = state.members.iter().flatten();
            members.find_map(|member| member.lookout(task))
        });
        self.catch_up();
        if let Some(lookout) = lookout {
            lookout.wait(until);
        }
    }

    fn takes_tasks(&self) -> bool {
        !self.is_closed()
    }

    fn workers(&self) -> usize {
        self.len()
    }
}

impl<W: Worker> State<W> {
    /// How urgent a task is that comes now.
    pub(super) fn urgency(&mut self, priority: Priority) -> Urgency {
        match &mut self.aging {
            Some(aging) => aging.urgency(priority, Instant::now()),
            None => priority.into(),
        }
    }
}

impl<W: Worker> Desk<W> {
    pub(super) fn withdrawn(self: &Arc<Self>, state: &mut State<W>, number: u64) {
        if state.tasks.remove(&number).is_none() {
            return;
        }
        for (slot, member) in state.members.iter_mut().enumerate() {
            if member.as_mut().is_some_and(|member| member.forget(number)) {
                self.notes.lock().push(Note::Rung(slot));
            }
        }
        self.step(state, Event::Withdrawn { task: number }, None);
    }
}
