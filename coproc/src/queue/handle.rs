//! What all handles and deliveries over one link to a queue share.
//!
//! 1. A handle and a delivery hold the [`Holders`] of their link; a join holds only the [`Shared`]. So
//!    when the `Holders` are dropped, only joins are left over that link.
//! 2. `Shared::holders` is locked while the queue is told that they are dropped or there again, so that
//!    it learns of both in the order in which they happen.

use std::{ops::Deref, time::Duration};

use super::{
    desk::Desk,
    server::{Server, ServerController},
};
use crate::{
    spawn::Host,
    sync::{Arc, AtomicU64, Mutex, Weak},
};

/// One link to a queue.
pub(super) struct Shared {
    pub(super) server: ServerController,
    /// In the process of the queue.
    host: Option<Host<Desk, Server>>,
    /// How long the queue may take to answer.
    pub(super) timeout: Duration,
    pub(super) capacity: Option<usize>,
    pub(super) tickets: AtomicU64,
    holders: Mutex<Weak<Holders>>,
}

/// What the handles and deliveries over one link hold.
pub(super) struct Holders {
    pub(super) shared: Arc<Shared>,
}

impl Shared {
    pub(super) fn open(
        server: ServerController,
        timeout: Duration,
        capacity: Option<usize>,
        host: Option<Host<Desk, Server>>,
    ) -> Arc<Holders> {
        let (tickets, holders) = (AtomicU64::new(1), Mutex::new(Weak::new()));
        let shared = Arc::new(Self { server, host, timeout, capacity, tickets, holders });
        let mut current = shared.holders.lock();
        shared.hold(&mut current)
    }

    /// The queue's store, in its process.
    pub(super) fn desk(&self) -> Option<&Arc<Desk>> {
        self.host.as_ref().map(|host| &host.hosted)
    }

    /// Gives a join its handle back.
    pub(super) fn resume(self: &Arc<Self>) -> Arc<Holders> {
        let mut current = self.holders.lock();
        current.upgrade().unwrap_or_else(|| {
            // If it fails, the queue has ended.
            let _ = self.server.resume().tell_within(self.timeout);
            self.hold(&mut current)
        })
    }

    fn hold(self: &Arc<Self>, current: &mut Weak<Holders>) -> Arc<Holders> {
        let holders = Arc::new(Holders { shared: Arc::clone(self) });
        *current = Arc::downgrade(&holders);
        holders
    }
}

impl Drop for Holders {
    fn drop(&mut self) {
        // Without a join over this link, it ends, which tells the same.
        if Arc::strong_count(&self.shared) > 1 {
            let current = self.shared.holders.lock();
            if current.strong_count() == 0 {
                // If it fails, the queue has ended.
                let _ = self.shared.server.abandon().tell_within(self.shared.timeout);
            }
        }
    }
}

impl Deref for Holders {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}
