//! What handles of a queue share.

use std::time::Duration;

use super::{
    desk::Desk,
    server::{Server, ServerController},
};
use crate::{
    spawn::Host,
    sync::{Arc, AtomicU64},
};

/// What the handles and deliveries of a queue share that were cloned from one another: the way to it.
pub(super) struct Shared {
    pub(super) server: ServerController,
    /// In the process of the queue.
    pub(super) host: Option<Host<Desk, Server>>,
    /// How long it may take to answer.
    pub(super) timeout: Duration,
    pub(super) capacity: Option<usize>,
    pub(super) tickets: AtomicU64,
}

impl Shared {
    pub(super) fn new(
        server: ServerController,
        timeout: Duration,
        capacity: Option<usize>,
        host: Option<Host<Desk, Server>>,
    ) -> Self {
        Self { server, host, timeout, capacity, tickets: AtomicU64::new(1) }
    }

    /// Where the queue is kept, in its process.
    pub(super) fn desk(&self) -> Option<&Arc<Desk>> {
        self.host.as_ref().map(|host| &host.hosted)
    }
}
