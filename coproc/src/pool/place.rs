//! A place for a pool.

use super::worker_pool::WorkerPool;
use crate::{
    dispatch::{Dispatcher, Recycling, start},
    error::SpawnError,
    spawn::{Order, Place, WorkerResource},
    worker::Worker,
};

/// Several workers at places of the same kind: what `.pool(n)` on a worker's way to a place makes of
/// the place. Spawning there gives a [`WorkerPool`].
#[derive(Clone, Debug)]
#[must_use = "a place starts nothing by itself"]
pub struct Pooled<P> {
    place: P,
    len: usize,
    recycling: Recycling,
}

impl<P> Pooled<P> {
    /// `workers` of them, at least one.
    pub fn new(place: P, workers: usize) -> Self {
        Self { place, len: workers.max(1), recycling: Recycling::default() }
    }

    /// The same with so many workers, at least one.
    pub(super) fn of(self, workers: usize) -> Self {
        Self { len: workers.max(1), ..self }
    }

    /// Replaces a worker after so many calls, at least one: against handlers that leak.
    pub fn recycle_after(mut self, calls: u64) -> Self {
        self.recycling.after = Some(calls.max(1));
        self
    }

    /// Replaces a worker whose process has more resident memory than so many bytes after a call.
    /// It does nothing for workers in this process.
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
        Ok(WorkerPool::new(Dispatcher::new(first, others, (launch, starts), self.recycling)))
    }
}
