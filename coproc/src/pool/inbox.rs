//! Where outcomes arrive for somebody who waits for them.

use std::{
    collections::VecDeque,
    task::{Context, Waker},
    time::Instant,
};

use crate::{
    codec::Body,
    error::CallError,
    sync::{Arc, AtomicUsize, Condvar, Mutex, Ordering},
};

/// How a task ended, its reply still unread.
pub(super) type Outcome = Result<Body, CallError<Body>>;

/// Outcomes that have arrived, each with the tag of its task.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    arrivals: Mutex<Arrivals>,
    arrived: Condvar,
    /// How many are there, for a look without the lock.
    count: AtomicUsize,
}

#[derive(Debug, Default)]
struct Arrivals {
    outcomes: VecDeque<(u64, Outcome)>,
    waker: Option<Waker>,
}

impl Inbox {
    pub(super) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Gives who is to be woken now, for the caller to do where it holds no lock.
    #[must_use]
    pub(super) fn put(&self, tag: u64, outcome: Outcome) -> Option<Waker> {
        let mut arrivals = self.arrivals.lock();
        arrivals.outcomes.push_back((tag, outcome));
        self.count.store(arrivals.outcomes.len(), Ordering::SeqCst);
        let waker = arrivals.waker.take();
        drop(arrivals);
        self.arrived.notify_all();
        waker
    }

    /// The outcome that arrived first.
    pub(super) fn take(&self) -> Option<(u64, Outcome)> {
        if self.count.load(Ordering::SeqCst) == 0 {
            return None;
        }
        self.pop(&mut self.arrivals.lock())
    }

    /// The same; waits for one until `until` at the latest.
    pub(super) fn wait(&self, until: Option<Instant>) -> Option<(u64, Outcome)> {
        let mut arrivals = self.arrivals.lock();
        while arrivals.outcomes.is_empty() {
            if until.is_some_and(|until| until <= Instant::now()) {
                return None;
            }
            arrivals = self.arrived.wait(arrivals, until);
        }
        self.pop(&mut arrivals)
    }

    /// The same; has the task woken when there is one.
    pub(super) fn poll(&self, cx: &Context<'_>) -> Option<(u64, Outcome)> {
        let mut arrivals = self.arrivals.lock();
        let found = self.pop(&mut arrivals);
        let old = match found {
            Some(_) => None,
            None => arrivals.waker.replace(cx.waker().clone()),
        };
        drop(arrivals);
        // What a waker does when it goes is not known here, so no lock is held.
        drop(old);
        found
    }

    fn pop(&self, arrivals: &mut Arrivals) -> Option<(u64, Outcome)> {
        let first = arrivals.outcomes.pop_front();
        self.count.store(arrivals.outcomes.len(), Ordering::SeqCst);
        first
    }
}
