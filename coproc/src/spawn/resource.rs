//! The owner of a worker.

use std::{any::TypeId, convert::Infallible, fmt, ops::Deref, time::Duration};

use crate::{
    call::{Address, Controller, Dispatch, Link, Route},
    link::{Connection, Owned},
    sync::{Arc, AtomicBool, Ordering, now},
    worker::Worker,
};

/// Owns a worker, and derefs to its controller.
///
/// Dropping it closes the worker, and blocks meanwhile: the worker is asked to finish what is
/// queued, has its grace (2 s unless a process's `.grace(…)` says otherwise) for that, and is then
/// killed. Nothing of it is left behind. A function at a place with `.retry(n)` is not run again.
/// [`terminate`](crate::spawn::WorkerHandle::terminate) does the same with a grace of its own,
/// [`detach`](crate::spawn::WorkerHandle::detach) makes dropping do nothing.
///
/// It has no methods of its own, so that every handler can be called by its name; whatever is not a
/// message is in `worker()`.
pub struct WorkerResource<W: Worker> {
    controller: W::Controller,
}

impl<W: Worker> WorkerResource<W> {
    pub(crate) fn new(connection: Arc<Connection>, grace: Duration) -> Self {
        let _ = connection.owned.set(Owned { grace, detached: AtomicBool::new(false) });
        if TypeId::of::<W::Event>() != TypeId::of::<Infallible>() {
            // Its events are taken in also while no thread calls it.
            connection.endpoint.state().background = true;
            connection.endpoint.arm_if_idle();
        }
        Self { controller: W::Controller::from_link(Link::direct(connection)) }
    }

    /// The owner of the one worker of this dispatcher.
    pub(crate) fn dispatched(dispatch: Arc<dyn Dispatch>) -> Self {
        let address = Address::Dispatched(Route { dispatch, slot: Some(0) });
        Self { controller: W::Controller::from_link(Link::new(address)) }
    }

    /// The connection to the worker; `None` if it may be started again.
    pub(crate) fn connection(&self) -> Option<&Arc<Connection>> {
        match self.controller.link().address() {
            Address::Direct(connection) => Some(connection),
            Address::Dispatched(_) => None,
        }
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
        match self.controller.link().address() {
            Address::Dispatched(route) => Arc::clone(&route.dispatch).retire(),
            Address::Direct(connection) => {
                if let Some(grace) = grace(connection) {
                    terminate(connection, grace);
                }
            }
        }
    }
}

/// How long a worker has to close when its owner is dropped; `None` if that does not close it.
pub(super) fn grace(connection: &Connection) -> Option<Duration> {
    let owned = connection.owned.get()?;
    (!owned.detached.load(Ordering::SeqCst)).then_some(owned.grace)
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
