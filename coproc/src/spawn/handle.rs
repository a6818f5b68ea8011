//! Everything about a worker that is not a message.

use std::{
    fmt,
    marker::PhantomData,
    time::{Duration, Instant},
};

use super::resource;
use crate::{
    call::{Address, Controller, Link},
    codec::Body,
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
    /// The connection to the worker; `None` if the controller stands for a whole pool.
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

    /// The process it runs in; `None` if that is this one.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.connection()?.life.get().and_then(|life| life.pid())
    }

    /// Whether it has not ended; of a whole pool, whether the pool takes calls.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        match self.link.address() {
            Address::Dispatched(route) if route.slot.is_none() => route.dispatch.closed().is_none(),
            _ => self.connection().is_some() && self.exit().is_none(),
        }
    }

    /// How it ended; `None` while it has not.
    #[must_use]
    pub fn exit(&self) -> Option<Exit> {
        self.drained()?.concluded().map(|loss| loss.exit())
    }

    /// Asks it to finish what is queued and to end; does not wait. New calls are
    /// [`Closed`](CallError::Closed) from now on.
    pub fn close(&self) {
        if let Some(connection) = self.open() {
            connection.close(None);
        }
    }

    /// Asks it to close, waits as long as it takes, and gives what its `#[close]` returned; of a
    /// function worker, what the function returned. Every further call gives the same, but for ends
    /// of messengers in it: of such an end there is only one.
    ///
    /// # Errors
    ///
    /// [`CallError::Handler`] with the error of `#[close]`, [`Panicked`](CallError::Panicked) if it
    /// ended by a panic, [`Crashed`](CallError::Crashed) if its process died,
    /// [`Closed`](CallError::Closed) if it was killed, [`Deadlock`](CallError::Deadlock) if it is the
    /// worker itself that waits.
    pub fn join(&self) -> Result<W::Output, CallError<W::OutputError>> {
        let connection = self.connection().ok_or_else(|| self.of_pool())?;
        connection.check_cycle()?;
        self.close();
        connection.wait_concluded(None);
        resource::settle(&connection);
        Self::last_word(&connection)
    }

    /// The same, waiting for `timeout` at most; `None` if it has not ended by then. It goes on
    /// closing.
    pub fn join_timeout(
        &self,
        timeout: Duration,
    ) -> Option<Result<W::Output, CallError<W::OutputError>>> {
        let Some(connection) = self.connection() else { return Some(Err(self.of_pool())) };
        if let Err(error) = connection.check_cycle() {
            return Some(Err(error));
        }
        self.close();
        connection.wait_concluded(now().checked_add(timeout))?;
        resource::settle(&connection);
        Some(Self::last_word(&connection))
    }

    /// Asks it to close, kills it if it has not ended within `grace`, and waits for its end. A
    /// worker that does this to itself is only asked.
    pub fn terminate(&self, grace: Duration) {
        if let Some(connection) = self.connection() {
            resource::terminate(&connection, grace);
        }
    }

    /// Ends it now, and does not wait for its end. A worker in this process is given up: of its
    /// handlers, the one that is running runs on, and its thread, if it has one, ends when that
    /// returns. It may be the worker's own handler that does this.
    pub fn kill(&self) {
        if let Some(connection) = self.open() {
            resource::kill(&connection);
        }
    }

    /// From now on dropping its owner does not close it. It still ends with this process.
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
        let connection = self.connection();
        if let Some(connection) = &connection {
            connection.endpoint.state().background = true;
            connection.endpoint.attend_if_idle();
        }
        Events { connection, worker: PhantomData }
    }

    /// What has gone over the link so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let Some(connection) = self.drained() else { return Stats::default() };
        let state = connection.endpoint.state();
        Stats {
            sent: connection.sent.load(Ordering::Relaxed),
            remaining: state.requests.calls(),
            unheard_errors: state.unheard,
            late_replies: state.requests.late,
            missed_events: state.events.missed,
        }
    }

    /// Asks it to close, waits for its end, and tells whether it gave a value, which is not read.
    pub(super) fn has_succeeded(&self) -> bool {
        let Some(connection) = self.connection() else { return false };
        self.close();
        connection.wait_concluded(None);
        resource::settle(&connection);
        let state = connection.endpoint.state();
        state.farewell.as_ref().is_some_and(|farewell| farewell.status == Status::Value)
    }

    /// Why a controller of a whole pool cannot be joined.
    fn of_pool(&self) -> CallError<W::OutputError> {
        let name = self.link.address().name();
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
pub struct Stats {
    /// Messages sent.
    pub sent: u64,
    /// Calls that are not answered.
    pub remaining: usize,
    /// Errors that handlers returned to messages sent with `tell`. The worker tells of them when
    /// it has nothing else to do.
    pub unheard_errors: u64,
    /// Replies to calls that were given up before.
    pub late_replies: u64,
    /// Events that were dropped because nobody took them.
    pub missed_events: u64,
}

/// What a worker emits; see [`WorkerHandle::events`].
pub struct Events<W: Worker> {
    /// `None` of a whole pool, which has no events.
    connection: Option<Arc<Connection>>,
    worker: PhantomData<fn() -> W>,
}

impl<W: Worker> Events<W> {
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
