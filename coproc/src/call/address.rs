//! [`Address`]: the destination of a call, one worker or a dispatcher that picks one.

use std::{any::Any, collections::HashMap, fmt, marker::PhantomData, time::Instant};

use super::{completions::Completions, encoded::Encoded};
use crate::{
    error::{CallError, CloseReason},
    link::Connection,
    protocol::{Handler, Plan, Priority},
    sync::{Arc, Mutex},
};

/// The destination that a controller and a call hold. A verb resolves it to a connection when it sends.
#[derive(Clone)]
pub(crate) enum Address {
    /// One incarnation of one worker.
    Direct(Arc<Connection>),
    /// A dispatcher picks the incarnation.
    Dispatched(Route),
}

/// A dispatcher, and which of its slots may take the message.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) dispatch: Arc<dyn Dispatch>,
    /// `None` if any slot may.
    pub(crate) slot: Option<usize>,
}

impl Route {
    /// An error if the dispatcher takes no more jobs, or the message could not be encoded.
    pub(crate) fn check(&self, message: &mut Encoded) -> Result<(), CallError> {
        message.body()?;
        self.dispatch.closed().map_or(Ok(()), |reason| Err(CallError::Closed(reason)))
    }
}

impl Address {
    pub(crate) fn plan(&self) -> &'static Plan {
        match self {
            Self::Direct(connection) => connection.plan,
            Self::Dispatched(route) => route.dispatch.plan(),
        }
    }

    pub(super) fn handler(&self, number: u32) -> Option<&'static Handler> {
        self.plan().handler(number)
    }

    /// How many bytes a message may have.
    pub(crate) fn max_message(&self) -> usize {
        match self {
            Self::Direct(connection) => connection.max_message,
            Self::Dispatched(route) => route.dispatch.max_message(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Direct(connection) => &connection.name,
            Self::Dispatched(route) => route.dispatch.plan().name,
        }
    }

    /// The connection to the present incarnation; `None` if there are several, or none is up.
    pub(crate) fn current(&self) -> Option<Arc<Connection>> {
        match self {
            Self::Direct(connection) => Some(Arc::clone(connection)),
            Self::Dispatched(Route { dispatch, slot }) => Arc::clone(dispatch).current((*slot)?),
        }
    }

    /// An error if the worker's code runs on this thread.
    pub(super) fn check_cycle<E>(&self) -> Result<(), CallError<E>> {
        match self {
            Self::Direct(connection) => connection.check_cycle(),
            // Another worker of the dispatcher may take the call.
            Self::Dispatched(_) => Ok(()),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.name()).finish()
    }
}

/// A message for a dispatcher to send, once or more often.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) message: Arc<Encoded>,
    /// Its priority among all jobs of the dispatcher.
    pub(crate) priority: Priority,
    /// The only slot that may take it.
    pub(crate) slot: Option<usize>,
    /// The deadline of its caller.
    pub(crate) until: Option<Instant>,
    /// How many calls it counts for.
    pub(crate) calls: u64,
    /// The queue for its outcome, which is pushed with `tag`.
    pub(crate) completions: Arc<Completions>,
    pub(crate) tag: u64,
}

/// The owners of workers in this process that relay calls of other processes to a dispatcher, each with
/// its connection, by the slot that the calls go to.
pub(crate) type Relays = HashMap<Option<usize>, (Arc<Connection>, Box<dyn Any + Send>)>;

/// Picks the connection that each message goes out on.
pub(crate) trait Dispatch: Send + Sync {
    /// The workers' static description.
    fn plan(&self) -> &'static Plan;

    /// How many bytes a message may have.
    fn max_message(&self) -> usize;

    /// Why it takes no more jobs; `None` while it takes them.
    fn closed(&self) -> Option<CloseReason>;

    /// How many slots it has.
    fn slots(&self) -> usize;

    /// Accepts a job; returns its number. The job has exactly one outcome, unless it is abandoned.
    fn submit(self: Arc<Self>, job: Job) -> u64;

    /// Abandons a job: its outcome is not needed.
    fn abandon(self: Arc<Self>, job: u64);

    /// Ends a job whose deadline has passed, unless it has begun.
    fn expire(self: Arc<Self>, job: u64);

    /// Reads on this thread until the outcome of a begun job has arrived, at most until `until`. It may
    /// return at once.
    fn wait(self: Arc<Self>, job: u64, until: Option<Instant>);

    /// The connection to the incarnation in this slot, if one is up.
    fn current(self: Arc<Self>, slot: usize) -> Option<Arc<Connection>>;

    /// How many incarnations have begun, of a dispatcher for one worker that is started again.
    fn runs(&self) -> u32;

    /// Waits, until `until` at the latest, until no other incarnation follows the present one; whether
    /// that is so. In a pool it always is: there the next one is another worker.
    fn is_last(&self, until: Option<Instant>) -> bool;

    /// Has no other incarnation follow the present one. A pool is none of its workers, and goes on.
    fn run_no_more(self: Arc<Self>);

    /// Closes all workers, and waits until nothing is left of them.
    fn retire(self: Arc<Self>);

    /// The workers that relay calls of other processes to this dispatcher, by slot.
    fn relays(&self) -> &Mutex<Relays>;
}

/// The destination of a controller's calls.
pub struct Link<W> {
    address: Address,
    worker: PhantomData<fn() -> W>,
}

impl<W> Link<W> {
    pub(crate) fn new(address: Address) -> Self {
        Self { address, worker: PhantomData }
    }

    pub(crate) fn direct(connection: Arc<Connection>) -> Self {
        Self::new(Address::Direct(connection))
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// The connection to the present incarnation; see [`Address::current`].
    pub(crate) fn current(&self) -> Option<Arc<Connection>> {
        self.address.current()
    }
}

impl<W> Clone for Link<W> {
    fn clone(&self) -> Self {
        Self::new(self.address.clone())
    }
}

impl<W> fmt::Debug for Link<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let connection = self.current();
        let pid =
            connection.and_then(|connection| connection.life.get().and_then(|life| life.pid()));
        f.debug_struct("Link").field("worker", &self.address.name()).field("pid", &pid).finish()
    }
}
