//! Everything about a worker that is not a message.

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{events::Events, resource};
use crate::{
    call::{Address, Controller, Link, Route},
    codec::reply::{Answered, read_text},
    error::{CallError, CloseReason, Exit},
    link::{Connection, DisconnectCause},
    protocol::{Channel, Status},
    sync::{Arc, Ordering, now},
    worker::{Function, FunctionController, Worker},
};

/// Everything about a worker that is not a message: what `worker()` on a controller gives.
///
/// The controller that [`WorkerPool::by_key`](crate::WorkerPool::by_key) gives stands for the worker
/// that has the slot at present. The one that [`WorkerPool::any`](crate::WorkerPool::any) gives stands
/// for no one worker: `is_alive` tells whether the pool takes calls, `join` is an error, there are no
/// events, counts are 0, and `close`, `terminate`, `kill` and `detach` do nothing; the pool has methods
/// for these.
///
/// ```
/// use coproc::prelude::*;
///
/// struct Counter {
///     count: u64,
/// }
///
/// #[worker]
/// impl Counter {
///     #[init]
///     fn new() -> Self {
///         Self { count: 0 }
///     }
///
///     #[message]
///     fn add(&mut self, n: u64) {
///         self.count += n;
///     }
///
///     #[close]
///     fn sum(self) -> u64 {
///         self.count
///     }
/// }
///
/// let counter = Counter::on(Thread).spawn()?;
/// counter.add(2).tell()?;
/// counter.add(3).tell()?;
/// assert!(counter.worker().is_alive());
/// assert_eq!(counter.worker().join()?, 5);
/// assert_eq!(counter.worker().exit(), Some(coproc::error::Exit::Closed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct WorkerHandle<'a, W: Worker> {
    link: &'a Link<W>,
}

/// The handle that belongs to a link.
#[must_use]
pub fn handle<W: Worker>(link: &Link<W>) -> WorkerHandle<'_, W> {
    WorkerHandle { link }
}

/// The handle of an owner whatever its worker is, for generic code; elsewhere `worker()` on it.
#[must_use]
pub fn owner<W: Worker>(owner: &super::WorkerResource<W>) -> WorkerHandle<'_, W> {
    handle(owner.link())
}

impl<F: Function> FunctionController<F> {
    /// Everything about this worker that is not a message.
    #[must_use]
    pub fn worker(&self) -> WorkerHandle<'_, F> {
        handle(self.link())
    }
}

impl<W: Worker> WorkerHandle<'_, W> {
    /// The connection to the present incarnation; `None` if the controller stands for a whole pool, or
    /// if none could be started.
    fn connection(&self) -> Option<Arc<Connection>> {
        self.link.current()
    }

    /// The connection, if its worker has not ended.
    fn open(&self) -> Option<Arc<Connection>> {
        self.connection().filter(|connection| connection.concluded().is_none())
    }

    /// The connection, with all taken in that has arrived.
    fn drained(&self) -> Option<Arc<Connection>> {
        let connection = self.connection()?;
        connection.endpoint.drain();
        Some(connection)
    }

    /// Whether no other incarnation follows the present one, or is known not to by `until`.
    fn is_last(&self, until: Option<Instant>) -> bool {
        match self.link.address() {
            Address::Direct(_) => true,
            Address::Dispatched(route) => route.dispatch.is_last(until),
        }
    }

    /// Has no other incarnation follow the present one.
    fn run_no_more(&self) {
        if let Address::Dispatched(route) = self.link.address() {
            Arc::clone(&route.dispatch).run_no_more();
        }
    }

    /// Has what the worker sends read also while no thread waits for it.
    pub(super) fn read_in_background(&self) {
        if let Some(connection) = self.connection() {
            connection.endpoint.state().background = true;
            connection.endpoint.arm_if_idle();
        }
    }

    /// The process it runs in; `None` if that is this one, or if there is none.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.connection()?.life.get().and_then(|life| life.pid())
    }

    /// Whether it has not ended; of a function that is run again, also between two runs; of a whole
    /// pool, whether the pool takes calls.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        match self.link.address() {
            Address::Dispatched(route) if route.slot.is_none() => route.dispatch.closed().is_none(),
            _ if !self.is_last(Some(now())) => true,
            _ => self.connection().is_some() && self.exit().is_none(),
        }
    }

    /// How it ended; `None` while it has not. Of a function that is run again, how the last run ended.
    #[must_use]
    pub fn exit(&self) -> Option<Exit> {
        if !self.is_last(Some(now())) {
            return None;
        }
        self.drained()?.concluded().map(|loss| loss.exit())
    }

    /// How often a function at a place with `.retry(n)` was run so far, the runs among them that could
    /// not be started; elsewhere 1.
    #[must_use]
    pub fn runs(&self) -> u32 {
        match self.link.address() {
            Address::Direct(_) => 1,
            Address::Dispatched(route) => route.dispatch.runs(),
        }
    }

    /// Asks it to finish what is queued and to end; does not wait. New calls are
    /// [`Closed`](CallError::Closed) from now on.
    pub fn close(&self) {
        if let Some(connection) = self.open() {
            connection.close(None);
        }
    }

    /// Asks it to close, waits as long as it takes, and gives what its `#[close]` returned; of a
    /// function worker, what the function returned, and of one that is run again, what the last run
    /// gave. Every further call gives the same, but for ends of messengers in it: of such an end there
    /// is only one.
    ///
    /// # Errors
    ///
    /// [`CallError::Handler`] with the error of `#[close]`, [`Panicked`](CallError::Panicked) if it
    /// ended by a panic, [`Crashed`](CallError::Crashed) if its process died,
    /// [`Closed`](CallError::Closed) if it was killed or its last run could not be started,
    /// [`Deadlock`](CallError::Deadlock) if it is the worker itself that waits.
    pub fn join(&self) -> Result<W::Output, CallError<W::OutputError>> {
        loop {
            if let Some(outcome) = self.join_until(None) {
                return outcome;
            }
        }
    }

    /// The same, waiting for `timeout` at most; `None` if it has not ended by then. It goes on
    /// closing.
    pub fn join_timeout(
        &self,
        timeout: Duration,
    ) -> Option<Result<W::Output, CallError<W::OutputError>>> {
        self.join_until(now().checked_add(timeout))
    }

    fn join_until(
        &self,
        until: Option<Instant>,
    ) -> Option<Result<W::Output, CallError<W::OutputError>>> {
        if let Some(connection) = self.connection()
            && let Err(error) = connection.check_cycle()
        {
            return Some(Err(error));
        }
        if !self.is_last(until) {
            return None;
        }
        let Some(connection) = self.connection() else { return Some(Err(self.without_worker())) };
        self.close();
        connection.wait_concluded(until)?;
        resource::settle(&connection);
        Some(Self::last_word(&connection))
    }

    /// Asks it to close, kills it if it has not ended within `grace`, and waits for its end. A
    /// worker that does this to itself is only asked. A function is not run again.
    pub fn terminate(&self, grace: Duration) {
        self.run_no_more();
        if let Some(connection) = self.connection() {
            resource::terminate(&connection, grace);
        }
    }

    /// Ends it now, and does not wait for its end. A worker in this process is given up: of its
    /// handlers, the one that is running runs on, and its thread, if it has one, ends when that
    /// returns. It may be the worker's own handler that does this. A function is not run again.
    pub fn kill(&self) {
        self.run_no_more();
        if let Some(connection) = self.open() {
            resource::kill(&connection);
        }
    }

    /// From now on dropping its owner does not close it. It still ends with this process. A function
    /// is not run again after the owner was dropped.
    pub fn detach(&self) {
        if let Some(owned) =
            self.connection().as_ref().and_then(|connection| connection.owned.get())
        {
            owned.detached.store(true, Ordering::SeqCst);
        }
    }

    /// How many calls were sent and are not answered.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.drained().map_or(0, |connection| connection.endpoint.state().requests.calls())
    }

    /// The same, of one channel.
    #[must_use]
    pub fn remaining_on(&self, channel: <W::Controller as Controller<W>>::Channel) -> usize {
        let channel = channel.index() as u16;
        self.drained()
            .map_or(0, |connection| connection.endpoint.state().requests.calls_on(channel))
    }

    /// What the worker [emits](crate::Context::emit), from the oldest that is kept. It waits for
    /// more and ends with the worker. Each event is given once, over all iterators.
    #[must_use]
    pub fn events(&self) -> Events<W> {
        self.read_in_background();
        Events::new(self.connection())
    }

    /// What has gone over the link so far.
    #[must_use]
    pub fn stats(&self) -> WorkerStats {
        let Some(connection) = self.drained() else { return WorkerStats::default() };
        let state = connection.endpoint.state();
        WorkerStats {
            sent: connection.sent.load(Ordering::Relaxed),
            remaining: state.requests.calls(),
            unheard_errors: state.unheard,
            late_replies: state.requests.late,
            missed_events: state.events.missed,
        }
    }

    /// Whether it has ended with a value, which is not read.
    pub(crate) fn has_succeeded(&self) -> bool {
        let Some(connection) = self.connection() else { return false };
        let state = connection.endpoint.state();
        state.farewell.as_ref().is_some_and(|farewell| farewell.status == Status::Value)
    }

    /// Why there is no worker to join.
    fn without_worker(&self) -> CallError<W::OutputError> {
        let address = self.link.address();
        if let Address::Dispatched(Route { dispatch, slot: Some(_) }) = address
            && let Some(reason) = dispatch.closed()
        {
            return CallError::Closed(reason);
        }
        let name = address.name();
        let text = format!("this controller stands for the pool of `{name}`; join the pool itself");
        CallError::Closed(CloseReason::unstarted(text))
    }

    fn last_word(connection: &Connection) -> Result<W::Output, CallError<W::OutputError>> {
        let state = connection.endpoint.state();
        let Some(Answered { status, body }) = &state.farewell else {
            return Err(state.loss.as_ref().unwrap_or(&DisconnectCause::Gone).joined());
        };
        let malformed = |malformed| CallError::Protocol(format!("a last word with {malformed}"));
        Err(match status {
            Status::Value => return W::output().read(body).map_err(malformed),
            Status::Error => {
                W::output().read_error(body).map_or_else(malformed, CallError::Handler)
            }
            Status::Unencodable => CallError::Encode(read_text(body)),
            Status::TooLarge { size } => {
                CallError::TooLarge { size: *size as usize, limit: connection.max_message }
            }
            Status::Malformed => CallError::Protocol(read_text(body)),
            _ => state.loss.as_ref().unwrap_or(&DisconnectCause::Gone).joined(),
        })
    }
}

impl<W: Worker> fmt::Debug for WorkerHandle<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WorkerHandle").field(self.link).finish()
    }
}

/// What has gone over the link to a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerStats {
    /// Messages sent.
    pub sent: u64,
    /// Calls that are not answered.
    pub remaining: usize,
    /// Errors that handlers returned to messages sent with `tell`. The worker tells of them when
    /// it has nothing else to do.
    pub unheard_errors: u64,
    /// Replies to calls that were given up before.
    pub late_replies: u64,
    /// Events that were dropped because they were not taken.
    pub missed_events: u64,
}
