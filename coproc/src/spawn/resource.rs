//! The owner of a worker.

use std::{any::TypeId, convert::Infallible, fmt, ops::Deref, time::Duration};

use crate::{
    call::{Controller, Link},
    link::{Connection, Owned},
    sync::{Arc, AtomicBool, Ordering, now},
    worker::Worker,
};

/// Owns a worker, and derefs to its controller.
///
/// Dropping it closes the worker, and blocks meanwhile: the worker is asked to finish what is
/// queued, has its grace (2 s unless a process's `.grace(…)` says otherwise) for that, and is then
/// killed. Nothing of it is left behind.
/// [`terminate`](crate::spawn::WorkerHandle::terminate) does the same with a grace of its own,
/// [`detach`](crate::spawn::WorkerHandle::detach) makes dropping do nothing.
///
/// It has no methods of its own, so that every handler can be called by its name; whatever is not a
/// message is in `worker()`.
pub struct WorkerResource<W: Worker> {
    connection: Arc<Connection>,
    controller: W::Controller,
}

impl<W: Worker> WorkerResource<W> {
    pub(crate) fn new(connection: Arc<Connection>, grace: Duration) -> Self {
        let _ = connection.owned.set(Owned { grace, detached: AtomicBool::new(false) });
        if TypeId::of::<W::Event>() != TypeId::of::<Infallible>() {
            // Nobody has to call it for what it emits to be taken in.
            connection.endpoint.state().background = true;
            connection.endpoint.attend_if_idle();
        }
        let controller = W::Controller::from_link(Link::direct(Arc::clone(&connection)));
        Self { connection, controller }
    }

    /// The connection to the worker.
    pub(crate) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }
}

impl<W: Worker> Deref for WorkerResource<W> {
    type Target = W::Controller;

    fn deref(&self) -> &W::Controller {
        &self.controller
    }
}

impl<W: Worker> Drop for WorkerResource<W> {
    fn drop(&mut self) {
        let connection = &self.connection;
        let Some(owned) = connection.owned.get() else { return };
        if !owned.detached.load(Ordering::SeqCst) {
            terminate(connection, owned.grace);
        }
    }
}

/// Asks a worker to close, gives it `grace` for that, kills it then; waits for its end.
pub(super) fn terminate(connection: &Arc<Connection>, grace: Duration) {
    if connection.concluded().is_some() {
        settle(connection);
        return;
    }
    connection.close(Some(grace));
    // A worker that drops its own owner cannot wait for itself to end; the request stands.
    if connection.check_cycle::<()>().is_err() {
        return;
    }
    if connection.wait_concluded(now().checked_add(grace)).is_none() {
        kill(connection);
        connection.wait_concluded(None);
    }
    settle(connection);
}

/// Waits until nothing is left to be done about a worker that has ended.
pub(super) fn settle(connection: &Arc<Connection>) {
    if let Some(life) = connection.life.get() {
        life.settle();
    }
}

pub(super) fn kill(connection: &Arc<Connection>) {
    if let Some(life) = connection.life.get() {
        life.kill();
    }
}

impl<W: Worker> fmt::Debug for WorkerResource<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WorkerResource").field(self.controller.link()).finish()
    }
}
