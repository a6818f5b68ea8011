//! Which workers run on this thread right now, so that a worker that waits for itself is told.

use std::cell::RefCell;

use crate::sync::{Arc, AtomicU64, Ordering};

/// Tells one worker in this process from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity(u64);

impl Identity {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

thread_local! {
    static SERVING: RefCell<Vec<(Identity, Arc<str>)>> = const { RefCell::new(Vec::new()) };
}

/// While this lives, the worker's code runs on this thread.
#[derive(Debug)]
pub(crate) struct Serving;

impl Serving {
    pub(crate) fn begin(identity: Identity, name: &Arc<str>) -> Self {
        SERVING.with_borrow_mut(|serving| serving.push((identity, Arc::clone(name))));
        Self
    }

    /// The chain of workers from `identity` up to the code that runs now, if it is one of them.
    pub(crate) fn chain(identity: Identity) -> Option<Vec<String>> {
        SERVING.with_borrow(|serving| {
            let from = serving.iter().position(|(serving, _)| *serving == identity)?;
            let mut names: Vec<_> =
                serving[from..].iter().map(|(_, name)| name.to_string()).collect();
            names.push(names[0].clone());
            Some(names)
        })
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        SERVING.with_borrow_mut(Vec::pop);
    }
}
