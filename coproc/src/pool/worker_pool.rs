//! Equal stateful workers behind one handle.

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
    dispatch::{Dispatcher, at_once},
    error::CallError,
    spawn::handle,
    sync::Arc,
    worker::Worker,
};

/// Equal workers behind one handle: what spawning at a place with `.pool(n)` gives.
///
/// A call of [`any`](Self::any) goes to the first worker that is free. What no worker is free for waits
/// in this process, the most urgent first, with the aging of the worker if it has one. In a map, a
/// closure picks the message of each item; it runs in this process.
///
/// A worker that dies is replaced by a new one, started with the same arguments; the call that it
/// was handling ends in an error, and no other. If no worker can be started any more, calls end in
/// [`CallError::Closed`], each of which is another attempt to start one.
///
/// A worker of a pool that waits for the pool itself may wait for a worker that waits for it: calls
/// that its handlers make of it want a deadline.
///
/// A pool can be used from any number of threads. Dropping it cancels what waits, closes the
/// workers, each within the grace of its place, and leaves nothing behind. One that is still
/// starting is ended at once, as by [`kill`](Self::kill); in a thread, its `#[init]` runs on, and the
/// thread ends when that returns, and [`Inline`](crate::Inline), the pool waits for it.
///
/// A waker that a call was polled with can use the pool inside `wake`, and kill it, but should not
/// wait there, as dropping the pool may: the thread that wakes is often the one that reads what the
/// workers say.
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
    /// Lazy: see [`Map`], which has the options.
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

    /// The same, as the results come, each with the place of its item in the input, from 0.
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

    /// A controller whose calls go to the first worker that is free.
    ///
    /// It is cloned and sent like any other, also to other processes, whose calls then pass through a
    /// thread of this one. It does not own the pool: once that is closed or dropped, calls are
    /// [`CallError::Closed`]. A call from another process that is given up there and waits in the pool
    /// is not taken out of it before its deadline.
    ///
    /// A call never waits for room in a channel: what no worker is free for waits in this process,
    /// ordered by priority, and its deadline counts meanwhile.
    #[must_use]
    pub fn any(&self) -> W::Controller {
        self.controller(None)
    }

    /// A controller whose calls go to the same worker for the same key, as long as there are as many
    /// workers. If the worker is replaced, they go to the one that takes its place.
    pub fn by_key(&self, key: impl Hash) -> W::Controller {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        self.controller(Some((hasher.finish() % self.len() as u64) as usize))
    }

    fn controller(&self, slot: Option<usize>) -> W::Controller {
        let route = Route { dispatch: self.dispatcher.clone(), slot };
        W::Controller::from_link(Link::new(Address::Dispatched(route)))
    }

    /// One call of every worker; gives what each says, in order. One that is being replaced is
    /// waited for. Those that come later know nothing of it.
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

    /// How many workers it has, those that are being replaced among them; at least one.
    #[expect(clippy::len_without_is_empty, reason = "a pool is never without workers")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.dispatcher.len()
    }

    /// Has it have so many workers, at least one; does not wait. New ones start with the arguments
    /// of the others; those that are too many go when they have done what they are at.
    pub fn resize(&self, workers: usize) {
        self.dispatcher.resize(workers);
    }

    /// Whether it takes calls: it was not closed or killed.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.dispatcher.is_closed()
    }

    /// Takes no more calls; what waits is still done. Does not wait.
    pub fn close(&self) {
        self.dispatcher.close();
    }

    /// Takes no more calls, waits until the last is done, as long as that takes, and joins the
    /// workers; gives what the `#[close]` of each returned, in order, as
    /// [`WorkerHandle::join`](crate::spawn::WorkerHandle::join). Of one that died and was not replaced,
    /// since nothing was left to do or no other could be started, that is its error. Every further
    /// call gives the same.
    pub fn join(&self) -> Vec<Result<W::Output, CallError<W::OutputError>>> {
        self.dispatcher.close();
        self.dispatcher.wait_done();
        let controllers = self.dispatcher.controllers();
        for controller in &controllers {
            handle(controller.link()).close();
        }
        controllers.iter().map(|controller| handle(controller.link()).join()).collect()
    }

    /// Ends all workers now, those that are starting among them. What waits and what is being done ends in [`CallError::Closed`].
    pub fn kill(&self) {
        self.dispatcher.stop();
        for controller in self.dispatcher.controllers() {
            handle(controller.link()).kill();
        }
    }
}

impl<W: Worker> Drop for WorkerPool<W> {
    fn drop(&mut self) {
        self.dispatcher.stop();
        self.dispatcher.close_relays();
        // Each may take its grace, and they take it at the same time.
        at_once(self.dispatcher.take_owners().into_iter().map(|owner| move || drop(owner)));
    }
}

impl<W: Worker> fmt::Debug for WorkerPool<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WorkerPool").field(&self.dispatcher).finish()
    }
}
