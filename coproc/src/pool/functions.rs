//! Workers that run functions.

use std::fmt;

use super::{
    chunks::{Applicable, Chunks, Error, Value, apply},
    map::{Map, MapOrder, Ordered, Unordered},
    place::Pooled,
    runner::Runner,
    worker_pool::WorkerPool,
};
use crate::{
    call::{Call, Pending},
    error::{CallError, SpawnError},
    spawn::Place,
};

/// Workers that run any function with `#[worker]` on items: a pool as in Python's multiprocessing.
///
/// A function is named by its worker type: `Square` for `square`. Its items are its one argument, or
/// the tuple of all; borrowed arguments are what owns them. [`Square.with(…)`](crate::worker::With) fixes
/// all arguments but the first. A function that takes a `Messenger` is refused by the compiler.
///
/// A function that returns an error or panics costs its own item, and the worker goes on; one that
/// ends the process costs its own item, and the worker is replaced, as in a [`WorkerPool`], to which
/// this is otherwise the same.
///
/// # How items travel
///
/// Items that take little time travel together, so that a message takes about a millisecond;
/// [`chunk`](Map::chunk) says otherwise. If a worker dies, which of them it died of is not known:
/// each is then run again, alone. So items that were done already may run twice. Where they must
/// not, say `.chunk(1)`.
///
/// Items, fixed arguments and results can hold handles: controllers, and ends of messengers. An item
/// that does travels alone, and so do all where fixed arguments do.
///
/// ```
/// use coproc::{Pool, prelude::*};
///
/// #[worker]
/// fn square(n: u64) -> u64 {
///     n * n
/// }
///
/// #[worker]
/// fn power(base: u64, exponent: u32) -> Result<u64, String> {
///     base.checked_pow(exponent).ok_or_else(|| format!("{base} to the {exponent} is too much"))
/// }
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let pool = Pool::new(2)?;
///     let squares: Vec<u64> = pool.map(0..1000, Square).collect::<Result<_, _>>()?;
///     assert_eq!(squares[31], 961);
///
///     let cubes = pool.map([2, 3], Power.with(3));
///     assert_eq!(cubes.collect::<Result<Vec<_>, _>>()?, [8, 27]);
///
///     let powers: Vec<_> = pool.starmap([(2, 10), (10, 200)], Power).collect();
///     assert_eq!(powers[0], Ok(1024));
///     assert_eq!(powers[1], Err(CallError::Handler("10 to the 200 is too much".to_owned())));
///
///     let pending = pool.submit(Square, 7)?;
///     assert_eq!(pool.apply(Square, 8)?, 64);
///     assert_eq!(pending.wait()?, 49);
///     Ok(())
/// }
/// ```
pub struct Pool {
    runners: WorkerPool<Runner>,
}

impl Pool {
    /// So many workers, at least one, each in a process of its own.
    ///
    /// # Errors
    ///
    /// As every spawn in a process; see [`SpawnError`].
    #[cfg(feature = "process")]
    pub fn new(workers: usize) -> Result<Self, SpawnError> {
        Self::on(crate::spawn::Process::new().pool(workers)).spawn()
    }

    /// A pool on its way to a place that says how many workers it has: [`Process`](crate::Process)
    /// with its options, [`Thread`](crate::Thread) or [`Inline`](crate::Inline), with `.pool(n)`.
    /// [`recycle_after`](Pooled::recycle_after) counts items.
    ///
    /// ```
    /// use coproc::{Pool, Process, prelude::*};
    ///
    /// #[worker]
    /// fn length(text: &str) -> usize {
    ///     text.len()
    /// }
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let place = Process::new().memory_limit(4 << 30).pool(2).recycle_after(1000);
    ///     let pool = Pool::on(place).spawn()?;
    ///     let lengths = pool.map(["a", "bc"].map(String::from), Length);
    ///     assert_eq!(lengths.collect::<Result<Vec<_>, _>>()?, [1, 2]);
    ///     Ok(())
    /// }
    /// ```
    pub fn on<P>(place: Pooled<P>) -> PoolOn<P> {
        PoolOn(place)
    }

    /// What `function` makes of each of `items`, in the order of the items.
    ///
    /// Lazy: see [`Map`], which has the options.
    pub fn map<I, A>(&self, items: I, function: A) -> Map<Chunks<I::IntoIter, A>, Ordered>
    where
        I: IntoIterator<Item = A::Item>,
        A: Applicable,
    {
        self.over(items, function)
    }

    /// The same, as the results come, each with the place of its item in the input, from 0.
    pub fn map_unordered<I, A>(
        &self,
        items: I,
        function: A,
    ) -> Map<Chunks<I::IntoIter, A>, Unordered>
    where
        I: IntoIterator<Item = A::Item>,
        A: Applicable,
    {
        self.over(items, function)
    }

    /// [`map`](Self::map) under the name that it has in Python where items are tuples.
    pub fn starmap<I, A>(&self, items: I, function: A) -> Map<Chunks<I::IntoIter, A>, Ordered>
    where
        I: IntoIterator<Item = A::Item>,
        A: Applicable,
    {
        self.over(items, function)
    }

    fn over<I, A, O>(&self, items: I, function: A) -> Map<Chunks<I::IntoIter, A>, O>
    where
        I: IntoIterator<Item = A::Item>,
        A: Applicable,
        O: MapOrder,
    {
        let dispatcher = self.runners.dispatcher();
        let most = dispatcher.recycle_after();
        let controller = self.runners.any();
        Map::new(dispatcher.clone(), Chunks::new(items.into_iter(), function, controller, most))
    }

    /// One call of a function, with options; a verb sends it.
    #[expect(clippy::needless_pass_by_value, reason = "what is called is given away")]
    pub fn call<A: Applicable>(&self, function: A, item: A::Item) -> Call<Value<A>, Error<A>> {
        apply(&self.runners.any(), &function, &item)
    }

    /// Calls a function, and waits for what it returns.
    ///
    /// # Errors
    ///
    /// Every [`CallError`] but [`Cancelled`](CallError::Cancelled).
    pub fn apply<A: Applicable>(
        &self,
        function: A,
        item: A::Item,
    ) -> Result<Value<A>, CallError<Error<A>>> {
        self.call(function, item).wait()
    }

    /// Calls a function, and gives the pending reply.
    ///
    /// # Errors
    ///
    /// [`CallError::Closed`] if the pool is closed.
    #[expect(clippy::type_complexity, reason = "the reply's two types, and the error once more")]
    pub fn submit<A: Applicable>(
        &self,
        function: A,
        item: A::Item,
    ) -> Result<Pending<Value<A>, Error<A>>, CallError<Error<A>>> {
        self.call(function, item).send()
    }

    /// How many workers it has, those that are being replaced among them; at least one.
    #[expect(clippy::len_without_is_empty, reason = "a pool is never without workers")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.runners.len()
    }

    /// Has it have so many workers, at least one; see [`WorkerPool::resize`].
    pub fn resize(&self, workers: usize) {
        self.runners.resize(workers);
    }

    /// Whether it takes calls: it was not closed or killed.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.runners.is_alive()
    }

    /// Takes no more calls; what waits is still done. Does not wait.
    pub fn close(&self) {
        self.runners.close();
    }

    /// Takes no more calls, waits until the last is done, as long as that takes, and joins the
    /// workers.
    ///
    /// # Errors
    ///
    /// How the first worker ended that did not end in order.
    pub fn join(&self) -> Result<(), CallError> {
        self.runners.join().into_iter().collect()
    }

    /// Ends all workers now, those that are starting among them. What waits and what is being done ends in [`CallError::Closed`].
    pub fn kill(&self) {
        self.runners.kill();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("workers", &self.len()).finish()
    }
}

/// A pool on its way to a place: what [`Pool::on`] gives.
#[derive(Clone, Debug)]
#[must_use = "nothing starts before `spawn`"]
pub struct PoolOn<P>(Pooled<P>);

impl<P> PoolOn<P> {
    /// Starts the workers there.
    ///
    /// # Errors
    ///
    /// As every spawn; see [`SpawnError`].
    pub fn spawn<By>(self) -> Result<Pool, SpawnError>
    where
        Pooled<P>: Place<Runner, By, Spawned = WorkerPool<Runner>>,
    {
        Ok(Pool { runners: Runner::on(self.0).spawn()? })
    }
}
