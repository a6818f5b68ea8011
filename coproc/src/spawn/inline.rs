//! Workers inside their callers.

use super::{GRACE, MESSAGE_MOST, Order, Place, WorkerResource, started, thread::LocalEnds};
use crate::{
    codec::reply::limit_replies,
    error::SpawnError,
    sync::Arc,
    transport::{InlineCaller, Local},
    worker::Worker,
};

/// No thread and no process: handlers run on the threads that wait for the worker or look at it. For
/// tests.
///
/// A thread that waits for the worker runs its handlers meanwhile. So does a thread that only looks: `try_wait` on a call; `remaining`, `stats`, `exit` and `is_alive` on `worker()`; `try_next`
/// on its events. What is to be handled then is handled before they return.
///
/// What a call does is the same as anywhere else, and messages are encoded and decoded. Time passes
/// for the worker only while a thread waits or looks: ticks that were due before run then. A
/// function worker runs to its end inside `spawn`, and finds its messenger empty and closed.
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
///     fn add(&mut self, n: u64) -> u64 {
///         self.count += n;
///         self.count
///     }
/// }
///
/// let counter = Counter::on(Inline).spawn()?;
/// let mut sum = counter.add(2).send()?;
/// assert_eq!(counter.worker().remaining(), 0, "looking has run it");
/// assert_eq!(sum.try_wait(), Some(Ok(2)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Inline;

impl<W: Worker> Place<W> for Inline
where
    W::Engine: Send,
{
    type Spawned = WorkerResource<W>;

    fn max_message(&self) -> usize {
        MESSAGE_MOST
    }

    fn launch(self, mut order: Order) -> Result<Self::Spawned, SpawnError<W::InitError>> {
        let (near, far) = Local::inline_pair();
        let inline = Arc::new(InlineCaller::new(near));
        let near = Arc::clone(&inline);
        let LocalEnds { connection, hello, parameters, .. } =
            LocalEnds::<W>::new(near, far, MESSAGE_MOST);
        let before = limit_replies(usize::MAX);
        let engine = W::start(parameters, order.arguments.take_arguments());
        limit_replies(before);
        if let Ok(engine) = engine {
            inline.set(Box::new(engine));
        }
        let outcome = connection.endpoint.wait(hello, None);
        started::<W>(&connection, outcome)?;
        Ok(WorkerResource::new(connection, GRACE))
    }
}
