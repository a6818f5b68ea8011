//! [`Completions`]: the queue in which the outcomes of dispatched jobs arrive.

use std::{
    collections::VecDeque,
    task::{Context, Waker},
    time::Instant,
};

use crate::{
    codec::reply::Completion,
    sync::{Arc, AtomicUsize, Condvar, Mutex, Ordering, now},
};

/// Outcomes that have arrived, each with the tag of its job. One thread or task pops them.
#[derive(Debug, Default)]
pub(crate) struct Completions {
    arrivals: Mutex<Arrivals>,
    arrived: Condvar,
    /// The number of outcomes, readable without the lock.
    count: AtomicUsize,
}

#[derive(Debug, Default)]
struct Arrivals {
    outcomes: VecDeque<(u64, Completion)>,
    waker: Option<Waker>,
}

impl Completions {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Adds an outcome. Returns the waker of a waiting task, which the caller wakes without holding a lock.
    #[must_use]
    pub(crate) fn push(&self, tag: u64, outcome: Completion) -> Option<Waker> {
        let mut arrivals = self.arrivals.lock();
        arrivals.outcomes.push_back((tag, outcome));
        self.count.store(arrivals.outcomes.len(), Ordering::SeqCst);
        let waker = arrivals.waker.take();
        drop(arrivals);
        self.arrived.notify_all();
        waker
    }

    /// Takes the outcome that arrived first, without waiting.
    pub(crate) fn try_pop(&self) -> Option<(u64, Completion)> {
        if self.count.load(Ordering::SeqCst) == 0 {
            return None;
        }
        self.take(&mut self.arrivals.lock())
    }

    /// Takes the outcome that arrived first; waits for one until `until` at the latest.
    pub(crate) fn pop(&self, until: Option<Instant>) -> Option<(u64, Completion)> {
        let mut arrivals = self.arrivals.lock();
        while arrivals.outcomes.is_empty() {
            if until.is_some_and(|until| until <= now()) {
                return None;
            }
            arrivals = self.arrived.wait(arrivals, until);
        }
        self.take(&mut arrivals)
    }

    /// Takes the outcome that arrived first, or has the task woken when one arrives.
    pub(crate) fn poll(&self, cx: &Context<'_>) -> Option<(u64, Completion)> {
        let mut arrivals = self.arrivals.lock();
        let found = self.take(&mut arrivals);
        let old = match found {
            Some(_) => None,
            None => arrivals.waker.replace(cx.waker().clone()),
        };
        drop(arrivals);
        // Dropping a waker may run code of the executor, so this thread holds no lock.
        drop(old);
        found
    }

    fn take(&self, arrivals: &mut Arrivals) -> Option<(u64, Completion)> {
        let first = arrivals.outcomes.pop_front();
        self.count.store(arrivals.outcomes.len(), Ordering::SeqCst);
        first
    }
}
