//! [`Pooled`]: a place for several equal workers.

use super::worker_pool::WorkerPool;
use crate::{
    dispatch::{Dispatcher, Policy, Recycling, start},
    error::SpawnError,
    spawn::{Order, Place, WorkerResource, on_every_place},
    worker::Worker,
};

/// A place for several equal workers, made by `.pool(n)` of another place. A spawn there returns a
/// [`WorkerPool`].
///
/// ```
/// use coproc::{WorkerPool, prelude::*};
///
/// struct Scaler;
///
/// #[worker]
/// impl Scaler {
///     #[init]
///     fn new() -> Self {
///         Self
///     }
///
///     #[message]
///     fn twice(&self, n: u64) -> u64 {
///         2 * n
///     }
/// }
///
/// let place = Thread.pool(2).recycle_after(1000);
/// let pool: WorkerPool<Scaler> = Scaler::on(place.clone()).spawn()?;
/// let spare: WorkerPool<Scaler> = Scaler::on(place).spawn()?;
/// assert_eq!(pool.any().twice(4).wait()?, spare.any().twice(4).wait()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a place starts nothing by itself"]
pub struct Pooled<P> {
    place: P,
    len: usize,
    recycling: Recycling,
}

on_every_place! {
    /// A place for `workers` equal workers, at least one. A spawn there returns a
    /// [`WorkerPool`](crate::WorkerPool).
    pub fn pool(self, workers: usize) -> Pooled<Self> {
        Pooled { place: self, len: workers.max(1), recycling: Recycling::default() }
    }
}

impl<P> Pooled<P> {
    /// Replaces a worker after `calls` calls, at least one, for handlers that leak.
    pub fn recycle_after(mut self, calls: u64) -> Self {
        self.recycling.after = Some(calls.max(1));
        self
    }

    /// Replaces a worker whose process has more resident memory than `bytes` after a call. Workers
    /// in this process are not replaced.
    pub fn recycle_above(mut self, bytes: u64) -> Self {
        self.recycling.above = Some(bytes);
        self
    }
}

impl<W: Worker, By: 'static, P> Place<W, By> for Pooled<P>
where
    P: Place<W, By, Spawned = WorkerResource<W>> + Clone + Send + Sync + 'static,
{
    type Spawned = WorkerPool<W>;

    fn max_message(&self) -> usize {
        self.place.max_message()
    }

    fn launch(self, order: Order) -> Result<WorkerPool<W>, SpawnError<W::InitError>> {
        let (place, starts) = (self.place, order.starts.clone());
        let launch = move || place.clone().launch(order.clone());
        let (first, others) = start(self.len, &launch)?;
        let launch = Box::new(move || launch().map_err(|error| error.text(W::say_init_error)));
        let policy = Policy { recycling: self.recycling, retries: None };
        Ok(WorkerPool::new(Dispatcher::new(first, others, (launch, starts), policy)))
    }
}
