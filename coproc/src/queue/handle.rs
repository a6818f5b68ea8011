//! What all handles of a queue in one process share.

use std::time::Duration;

use super::{
    desk::Desk,
    server::{Server, ServerController},
};
use crate::{
    call::Controller as _,
    link::Identity,
    spawn::Host,
    sync::{Arc, AtomicU64, Mutex, Weak, is_only_thread},
};

/// What all handles of a queue in one process share: the way to it, and the knowledge who here uses
/// it.
pub(super) struct Shared {
    pub(super) server: ServerController,
    /// In the process of the queue.
    pub(super) host: Option<Host<Desk, Server>>,
    /// How long it may take to answer.
    pub(super) timeout: Duration,
    pub(super) capacity: Option<usize>,
    pub(super) tickets: AtomicU64,
    /// The threads that have used it; those that have ended since are gone.
    users: Mutex<Vec<Weak<()>>>,
}

/// The queues that this process has handles of.
static KNOWN: Mutex<Vec<(Identity, Weak<Shared>)>> = Mutex::new(Vec::new());

thread_local! {
    /// Lives as long as this thread.
    static ALIVE: Arc<()> = Arc::new(());
}

impl Shared {
    /// What the handles of this queue in this process share: one link is enough for them, and who
    /// waits for the end of a queue is to know of all of them.
    pub(super) fn of(
        server: ServerController,
        timeout: Duration,
        capacity: Option<usize>,
        host: Option<Host<Desk, Server>>,
    ) -> Arc<Self> {
        let identity = server.link().current().map_or_else(Identity::new, |line| line.identity);
        let mut known = KNOWN.lock();
        known.retain(|(_, shared)| shared.strong_count() > 0);
        let same = known.iter().find(|(other, _)| *other == identity);
        if let Some(shared) = same.and_then(|(_, shared)| shared.upgrade()) {
            return shared;
        }
        let (tickets, users) = (AtomicU64::new(1), Mutex::default());
        let shared = Arc::new(Self { server, host, timeout, capacity, tickets, users });
        known.push((identity, Arc::downgrade(&shared)));
        shared
    }

    /// Where the queue is kept, in its process.
    pub(super) fn desk(&self) -> Option<&Arc<Desk>> {
        self.host.as_ref().map(|host| &host.hosted)
    }

    /// This thread uses the queue.
    pub(super) fn used(&self) {
        // A thread that is ending counts no longer.
        let _ = ALIVE.try_with(|alive| {
            let mut users = self.users.lock();
            if !users.iter().any(|user| user.as_ptr() == Arc::as_ptr(alive)) {
                users.retain(|user| user.strong_count() > 0);
                users.push(Arc::downgrade(alive));
            }
        });
    }

    /// Whether nobody in this process can be seen who might use the queue, but for this thread: with
    /// one handle and without deliveries, since others could lie with other threads, if there are.
    pub(super) fn is_alone(self: &Arc<Self>) -> bool {
        if is_only_thread() {
            return true;
        }
        let others = ALIVE.try_with(|alive| {
            let users = self.users.lock();
            users.iter().any(|user| user.strong_count() > 0 && user.as_ptr() != Arc::as_ptr(alive))
        });
        Arc::strong_count(self) == 1 && !others.unwrap_or(true)
    }
}
