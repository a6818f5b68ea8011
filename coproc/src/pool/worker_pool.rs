//! [`WorkerPool`]: equal workers behind one handle.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{
    calls::Calls,
    into_call::IntoCall,
    map::{Map, Ordered, Unordered},
};
use crate::{
    call::{Address, Controller, Dispatch, Link, Route},
    dispatch::Dispatcher,
    error::CallError,
    spawn::handle,
    sync::Arc,
    worker::Worker,
};

/// Equal workers behind one handle, started by a spawn at a place with `.pool(n)`.
///
/// A call of [`any`](Self::any) goes to the first free worker. If none is free, the call waits in this
/// process. The most urgent call goes out first, with the aging that the worker declares. In a map, a
/// closure makes the message of each item; it runs in this process.
///
/// A worker that dies is replaced by a new one, started with the same arguments. Only the call that it
/// was handling ends in an error. If no worker can be started any more, each call tries to start one,
/// and ends in [`CallError::Closed`] if that fails.
///
/// A handler of the pool's workers that calls the pool may wait for a worker that waits for it. Such
/// calls should have a deadline.
///
/// A pool can be used from any number of threads. Dropping it cancels the calls that wait, and closes
/// all workers at the same time, each with the grace of its place. A worker that is still starting is
/// ended at once, as by [`kill`](Self::kill). In a thread, its `#[init]` runs to its end; with
/// [`Inline`](crate::Inline), the drop waits for that.
///
/// The waker of a call can use the pool inside `wake`, and kill it, but should not wait there, as a drop
/// of the pool does: it often runs on the thread that reads the workers' replies.
///
/// ```
/// use coproc::{Process, prelude::*};
///
/// struct Scaler {
///     factor: u64,
/// }
///
/// #[worker]
/// impl Scaler {
///     #[init]
///     fn new(factor: u64) -> Self {
///         Self { factor }
///     }
///
///     #[message]
///     fn scale(&self, n: u64) -> u64 {
///         n * self.factor
///     }
///
///     #[message]
///     fn set_factor(&mut self, factor: u64) {
///         self.factor = factor;
///     }
/// }
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let pool = Scaler::on(Process::new().pool(2)).spawn(3)?;
///     let tripled: Vec<u64> = pool.map(0..10, |w, n| w.scale(n)).collect::<Result<_, _>>()?;
///     assert_eq!(tripled, [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
///
///     assert_eq!(pool.any().scale(5).priority(-5).wait()?, 15);
///
///     for answer in pool.each(|w| w.set_factor(10))? {
///         answer?;
///     }
///     assert_eq!(pool.by_key("a user").scale(5).wait()?, 50);
///     Ok(())
/// }
/// ```
pub struct WorkerPool<W: Worker> {
    dispatcher: Arc<Dispatcher<W>>,
}

impl<W: Worker> WorkerPool<W> {
    pub(super) fn new(dispatcher: Arc<Dispatcher<W>>) -> Self {
        Self { dispatcher }
    }

    pub(super) fn dispatcher(&self) -> &Arc<Dispatcher<W>> {
        &self.dispatcher
    }

    /// The results of the messages that `pick` makes of `items`, in the order of the items.
    ///
    /// The map is lazy; [`Map`] has its options.
    pub fn map<I, R, F>(
        &self,
        items: I,
        pick: F,
    ) -> Map<Calls<I::IntoIter, W::Controller, F>, Ordered>
    where
        I: IntoIterator,
        R: IntoCall,
        F: FnMut(&W::Controller, I::Item) -> R,
    {
        Map::new(self.dispatcher.clone(), self.calls(items, pick))
    }

    /// The results in the order in which they arrive, each with the index of its item in the input.
    pub fn map_unordered<I, R, F>(
        &self,
        items: I,
        pick: F,
    ) -> Map<Calls<I::IntoIter, W::Controller, F>, Unordered>
    where
        I: IntoIterator,
        R: IntoCall,
        F: FnMut(&W::Controller, I::Item) -> R,
    {
        Map::new(self.dispatcher.clone(), self.calls(items, pick))
    }

    fn calls<I: IntoIterator, F>(&self, items: I, pick: F) -> Calls<I::IntoIter, W::Controller, F> {
        let keeps = W::PLAN.keep_on_panic;
        Calls::new(items.into_iter(), self.any(), pick, keeps)
    }

    /// A controller whose calls go to the first free worker.
    ///
    /// It can be cloned and sent as any controller. Calls from other processes pass through a thread of
    /// this process. The controller does not own the pool: after the pool is closed or dropped, calls end
    /// in [`CallError::Closed`]. A call that another process has cancelled stays in the pool until its
    /// deadline.
    ///
    /// A call does not wait for room in a channel. If no worker is free, it waits in this process,
    /// ordered by priority, and its deadline counts meanwhile.
    #[must_use]
    pub fn any(&self) -> W::Controller {
        self.controller(None)
    }

    /// A controller whose calls go to the same worker for the same key, as long as the number of workers
    /// is the same. If that worker is replaced, the calls go to its replacement.
    pub fn by_key(&self, key: impl Hash) -> W::Controller {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        self.controller(Some((hasher.finish() % self.len() as u64) as usize))
    }

    fn controller(&self, slot: Option<usize>) -> W::Controller {
        let route = Route { dispatch: self.dispatcher.clone(), slot };
        W::Controller::from_link(Link::new(Address::Dispatched(route)))
    }

    /// Calls every worker; returns their results, in order. If a worker is being replaced, this waits for
    /// its replacement. Workers that are started later are not called.
    ///
    /// # Errors
    ///
    /// [`CallError::Closed`] if the pool is closed.
    #[expect(clippy::type_complexity, reason = "a result each, and one for all")]
    pub fn each<R: IntoCall>(
        &self,
        mut pick: impl FnMut(&W::Controller) -> R,
    ) -> Result<Vec<Result<R::Value, CallError<R::Error>>>, CallError> {
        if let Some(reason) = self.dispatcher.closed() {
            return Err(CallError::Closed(reason));
        }
        let calls = (0..self.len()).map(|slot| pick(&self.controller(Some(slot))).into_call());
        let sent: Vec<_> = calls.map(|call| call.send()).collect();
        Ok(sent.into_iter().map(|sent| sent?.wait()).collect())
    }

    /// The number of workers, at least one, with those that are being replaced.
    #[expect(clippy::len_without_is_empty, reason = "a pool is never without workers")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.dispatcher.len()
    }

    /// Sets the number of workers, at least one, without waiting. New workers start with the arguments of
    /// the others. Surplus workers end when they have handled their present call.
    pub fn resize(&self, workers: usize) {
        self.dispatcher.resize(workers);
    }

    /// Whether it takes calls: it is not closed or killed.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.dispatcher.is_closed()
    }

    /// Takes no more calls. Calls that wait are still handled. This returns at once.
    pub fn close(&self) {
        self.dispatcher.close();
    }

    /// Takes no more calls, waits until the last is done, and joins the workers. Returns the value of the
    /// `#[close]` of each, in order, as [`WorkerHandle::join`](crate::spawn::WorkerHandle::join) does; for
    /// a worker that died and was not replaced, its error. Every further call returns the same.
    pub fn join(&self) -> Vec<Result<W::Output, CallError<W::OutputError>>> {
        self.dispatcher.close();
        self.dispatcher.wait_done();
        let controllers = self.dispatcher.controllers();
        for controller in &controllers {
            handle(controller.link()).close();
        }
        controllers.iter().map(|controller| handle(controller.link()).join()).collect()
    }

    /// Ends all workers now, also those that are starting. All open calls end in [`CallError::Closed`].
    pub fn kill(&self) {
        self.dispatcher.stop();
        for controller in self.dispatcher.controllers() {
            handle(controller.link()).kill();
        }
    }
}

impl<W: Worker> Drop for WorkerPool<W> {
    fn drop(&mut self) {
        self.dispatcher.clone().retire();
    }
}

impl<W: Worker> fmt::Debug for WorkerPool<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WorkerPool").field(&self.dispatcher).finish()
    }
}
