//! [`Pool`]: workers that run functions on items.

use std::fmt;

use super::{
    chunks::{Applicable, Chunks, ErrorOf, ValueOf, apply},
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

/// Workers that run any function with `#[worker]` on items, as a pool in Python's multiprocessing.
///
/// A function is named by its worker type: `Square` for `square`. An item is its only argument, or a
/// tuple of all its arguments; for a borrowed argument, an item has the owned type.
/// [`Square.with(…)`](crate::worker::With) fixes all arguments but the first. The compiler refuses a
/// function that takes a `Messenger`.
///
/// If the function returns an error or panics, its item fails and the worker goes on. If the process
/// ends, its item fails and the worker is replaced. Otherwise the pool is as a [`WorkerPool`].
///
/// # How items travel
///
/// A message carries as many items as take about a millisecond, or as many as [`chunk`](Map::chunk)
/// sets. If a worker dies, it is not known of which item, so each item of the message is run again,
/// alone. Items that were done already then run twice; `.chunk(1)` rules that out.
///
/// Items, fixed arguments and results can hold handles: controllers, and ends of messengers. An item
/// with a handle travels alone; if fixed arguments have one, every item does.
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
    /// Starts `workers` workers, at least one, each in a process of its own.
    ///
    /// # Errors
    ///
    /// As every spawn in a process; see [`SpawnError`].
    #[cfg(feature = "process")]
    pub fn new(workers: usize) -> Result<Self, SpawnError> {
        Self::on(crate::spawn::Process::new().pool(workers)).spawn()
    }

    /// A pool at a place with `.pool(n)`: [`Process`](crate::Process) with its options,
    /// [`Thread`](crate::Thread) or [`Inline`](crate::Inline).
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

    /// The results of `function` for each of `items`, in the order of the items.
    ///
    /// The map is lazy; [`Map`] has its options.
    pub fn map<I, A>(&self, items: I, function: A) -> Map<Chunks<I::IntoIter, A>, Ordered>
    where
        I: IntoIterator<Item = A::Item>,
        A: Applicable,
    {
        self.over(items, function)
    }

    /// The results in the order in which they arrive, each with the index of its item in the input.
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

    /// The same as [`map`](Self::map), under Python's name for items that are tuples.
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

    /// A call of a function with one item; a verb sends it.
    #[expect(clippy::needless_pass_by_value, reason = "as in `map`")]
    pub fn call<A: Applicable>(&self, function: A, item: A::Item) -> Call<ValueOf<A>, ErrorOf<A>> {
        apply(&self.runners.any(), &function, &item)
    }

    /// Calls a function, and waits for the value that it returns.
    ///
    /// # Errors
    ///
    /// Every [`CallError`] but [`Cancelled`](CallError::Cancelled).
    pub fn apply<A: Applicable>(
        &self,
        function: A,
        item: A::Item,
    ) -> Result<ValueOf<A>, CallError<ErrorOf<A>>> {
        self.call(function, item).wait()
    }

    /// Calls a function, and returns the pending reply.
    ///
    /// # Errors
    ///
    /// [`CallError::Closed`] if the pool is closed.
    #[expect(clippy::type_complexity, reason = "the reply's two types, and the error once more")]
    pub fn submit<A: Applicable>(
        &self,
        function: A,
        item: A::Item,
    ) -> Result<Pending<ValueOf<A>, ErrorOf<A>>, CallError<ErrorOf<A>>> {
        self.call(function, item).send()
    }

    /// The number of workers, at least one, with those that are being replaced.
    #[expect(clippy::len_without_is_empty, reason = "a pool is never without workers")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.runners.len()
    }

    /// Sets the number of workers, at least one; see [`WorkerPool::resize`].
    pub fn resize(&self, workers: usize) {
        self.runners.resize(workers);
    }

    /// Whether it takes calls: it is not closed or killed.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.runners.is_alive()
    }

    /// Takes no more calls. Calls that wait are still handled. This returns at once.
    pub fn close(&self) {
        self.runners.close();
    }

    /// Takes no more calls, waits until the last is done, and joins the workers.
    ///
    /// # Errors
    ///
    /// The error of the first worker whose `join` gives one.
    pub fn join(&self) -> Result<(), CallError> {
        self.runners.join().into_iter().collect()
    }

    /// Ends all workers now, also those that are starting. All open calls end in [`CallError::Closed`].
    pub fn kill(&self) {
        self.runners.kill();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("workers", &self.len()).finish()
    }
}

/// A pool that is not started; see [`Pool::on`].
#[derive(Clone, Debug)]
#[must_use = "nothing starts before `spawn`"]
pub struct PoolOn<P>(Pooled<P>);

impl<P> PoolOn<P> {
    /// Starts the workers.
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
