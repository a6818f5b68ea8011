//! Which workers run on this thread right now, which wait for them elsewhere, and until when the
//! message being handled is to be done: so that a worker that waits for itself is told, and the calls
//! that a handler makes end no later than the one that it handles.

use std::{
    cell::{Cell, RefCell},
    hash::{BuildHasher, RandomState},
    time::Instant,
};

use serde::{Deserialize, Serialize};

use crate::sync::{Arc, OnceLock, Ordering, global::AtomicU64, thread_local};

/// Tells one worker from all others, in all processes that can call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity(u64);

impl Identity {
    pub(crate) fn new() -> Self {
        static FIRST: OnceLock<u64> = OnceLock::new();
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // What keeps tables of this process from being guessed is as random as it has to be.
        let first = FIRST.get_or_init(|| RandomState::new().hash_one(std::process::id()));
        Self(first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    /// The identity that another process has given.
    #[cfg(feature = "process")]
    pub(crate) fn of(number: u64) -> Self {
        Self(number)
    }

    /// What another process makes the same of.
    #[cfg(feature = "process")]
    pub(crate) fn number(self) -> u64 {
        self.0
    }
}

thread_local! {
    static SERVING: RefCell<Vec<(Identity, Arc<str>)>> = const { RefCell::new(Vec::new()) };
    /// The deadline of the message that the code that runs now handles.
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// A worker that waits for another, as it is told to that one.
pub(crate) type Station = (Identity, String);

/// While this lives, the worker's code runs on this thread.
#[derive(Debug)]
pub(crate) struct Serving {
    /// How many stations it has added.
    count: usize,
    /// The deadline of what is handled further out on this thread.
    outer: Option<Instant>,
}

impl Serving {
    /// `waiting` are the workers that wait for it in other processes and threads, `deadline` is
    /// that of the message that its code handles.
    pub(crate) fn begin(
        waiting: Vec<Station>,
        deadline: Option<Instant>,
        identity: Identity,
        name: &Arc<str>,
    ) -> Self {
        let count = waiting.len() + 1;
        let begun = SERVING.try_with(|serving| {
            let mut serving = serving.borrow_mut();
            serving.extend(waiting.into_iter().map(|(identity, name)| (identity, name.into())));
            serving.push((identity, Arc::clone(name)));
        });
        // A thread that is ending has no list any more, and no caller waits for the code that it runs then.
        Self {
            count: begun.map_or(0, |()| count),
            outer: DEADLINE.with(|current| current.replace(deadline)),
        }
    }

    /// The deadline of the message that the code that runs now handles; `None` if that has no
    /// deadline, and where no message is handled.
    #[inline]
    pub(crate) fn deadline() -> Option<Instant> {
        DEADLINE.with(Cell::get)
    }

    /// All who wait for what the code that runs now waits for, the outermost first.
    #[inline]
    pub(crate) fn stations() -> Vec<Station> {
        let stations = SERVING.try_with(|serving| {
            let serving = serving.borrow();
            serving.iter().map(|(identity, name)| (*identity, name.to_string())).collect()
        });
        stations.unwrap_or_default()
    }

    /// The chain of workers from `identity` up to the code that runs now, if it is one of them.
    pub(crate) fn chain(identity: Identity) -> Option<Vec<String>> {
        let chain = SERVING.try_with(|serving| {
            let serving = serving.borrow();
            let from = serving.iter().position(|(serving, _)| *serving == identity)?;
            let mut names: Vec<_> =
                serving[from..].iter().map(|(_, name)| name.to_string()).collect();
            names.push(names[0].clone());
            Some(names)
        });
        chain.ok().flatten()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        DEADLINE.with(|current| current.set(self.outer));
        let _ = SERVING.try_with(|serving| {
            let mut serving = serving.borrow_mut();
            let left = serving.len().saturating_sub(self.count);
            serving.truncate(left);
        });
    }
}
