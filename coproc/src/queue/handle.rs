//! What all handles of a queue in one process share.

use std::time::Duration;

use super::{
    core::Reply,
    server::{Server, ServerController},
    value::failed,
};
use crate::{
    controller::{Call, Controller as _, Identity},
    error::{CallError, QueueError},
    spawn::WorkerResource,
    sync::{Arc, AtomicU64, Mutex, Ordering, Weak},
};

/// Ends the server with the last handle of the process that started it.
#[derive(Debug)]
pub(super) struct Owner(pub(super) WorkerResource<Server>);

impl Drop for Owner {
    fn drop(&mut self) {
        // Without this the server would wait for those who wait for it. If it fails, it has ended.
        let _ = self.0.end().tell();
    }
}

/// What all handles of a queue in one process share: the link to it, and the knowledge who here uses
/// it.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) server: ServerController,
    /// How long it may take to answer.
    pub(super) timeout: Duration,
    pub(super) capacity: Option<usize>,
    tickets: AtomicU64,
    /// The threads that have used it; those that have ended since are gone.
    users: Mutex<Vec<Weak<()>>>,
    _owner: Option<Owner>,
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
        owner: Option<Owner>,
    ) -> Arc<Self> {
        let identity = server.link().line.identity;
        let mut known = KNOWN.lock();
        known.retain(|(_, shared)| shared.strong_count() > 0);
        let same = known.iter().find(|(other, _)| *other == identity);
        if let Some(shared) = same.and_then(|(_, shared)| shared.upgrade()) {
            return shared;
        }
        let shared = Arc::new(Self {
            server,
            timeout,
            capacity,
            tickets: AtomicU64::new(1),
            users: Mutex::default(),
            _owner: owner,
        });
        known.push((identity, Arc::downgrade(&shared)));
        shared
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

    /// Whether nobody in this process can be seen who might use the queue, but for this thread with
    /// one handle.
    pub(super) fn is_alone(self: &Arc<Self>) -> bool {
        let others = ALIVE.try_with(|alive| {
            let users = self.users.lock();
            users.iter().any(|user| user.strong_count() > 0 && user.as_ptr() != Arc::as_ptr(alive))
        });
        Arc::strong_count(self) == 1 && !others.unwrap_or(true)
    }

    /// Asks the queue, which answers within `patience`, if there is one. What comes too late for
    /// whoever asked goes back.
    pub(super) fn ask(
        &self,
        patience: Option<Duration>,
        ask: impl FnOnce(u64) -> Call<Reply, QueueError>,
    ) -> Result<Reply, QueueError> {
        let number = self.tickets.fetch_add(1, Ordering::Relaxed);
        let ticket = Ticket { shared: self, number, open: true };
        let call = ask(number);
        let call = match patience {
            Some(patience) => call.deadline(patience.saturating_add(self.timeout)),
            None => call,
        };
        let outcome = call.wait();
        if matches!(outcome, Ok(_) | Err(CallError::Handler(_))) {
            ticket.close();
        }
        outcome.map_err(failed)
    }
}

/// A question to the queue, which is withdrawn unless it was answered.
struct Ticket<'a> {
    shared: &'a Shared,
    number: u64,
    open: bool,
}

impl Ticket<'_> {
    /// It was answered.
    fn close(mut self) {
        self.open = false;
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.open {
            // If it fails, the queue has ended.
            let _ = self.shared.server.withdraw(self.number).tell();
        }
    }
}
