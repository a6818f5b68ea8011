//! What workers emit.

use std::{
    fmt,
    marker::PhantomData,
    time::{Duration, Instant},
};

use crate::{
    codec::Body,
    link::Connection,
    sync::{Arc, now},
    worker::Worker,
};

/// What a worker emits; see [`WorkerHandle::events`](super::WorkerHandle::events).
pub struct Events<W: Worker> {
    /// `None` of a whole pool, which has no events.
    connection: Option<Arc<Connection>>,
    worker: PhantomData<fn() -> W>,
}

impl<W: Worker> Events<W> {
    pub(super) fn new(connection: Option<Arc<Connection>>) -> Self {
        Self { connection, worker: PhantomData }
    }

    /// The next event if it is there; `None` also when the worker has ended.
    pub fn try_next(&mut self) -> Option<W::Event> {
        let connection = self.connection.as_ref()?;
        connection.endpoint.drain();
        loop {
            let body = connection.endpoint.state().events.take()?;
            if let Some(event) = Self::read(connection, &body) {
                return Some(event);
            }
        }
    }

    /// Waits for the next event, for `timeout` at most; `None` also when the worker has ended.
    pub fn next_timeout(&mut self, timeout: Duration) -> Option<W::Event> {
        self.wait(now().checked_add(timeout))
    }

    fn wait(&mut self, until: Option<Instant>) -> Option<W::Event> {
        let connection = self.connection.as_ref()?;
        loop {
            let body = connection.endpoint.wait_for(None, until, |state| {
                let event = state.events.take();
                if event.is_none() && state.loss.is_none() { None } else { Some(event) }
            })??;
            if let Some(event) = Self::read(connection, &body) {
                return Some(event);
            }
            if until.is_some_and(|until| until <= now()) {
                return None;
            }
        }
    }

    /// What is no event of this worker counts as missed: it can only come from one that broke the
    /// protocol.
    fn read(connection: &Connection, body: &Body) -> Option<W::Event> {
        let event = W::event().read(body).ok();
        if event.is_none() {
            connection.endpoint.state().events.missed += 1;
        }
        event
    }
}

impl<W: Worker> Iterator for Events<W> {
    type Item = W::Event;

    fn next(&mut self) -> Option<W::Event> {
        self.wait(None)
    }
}

impl<W: Worker> fmt::Debug for Events<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
