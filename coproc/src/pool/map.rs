//! Maps: an iterator of items becomes one of results.

use std::{collections::HashMap, fmt, iter::FusedIterator, marker::PhantomData, time::Instant};

use super::{
    chunks::{Applicable, Chunks},
    map_window::{Fate, MapWindow, Settled},
};
use crate::{
    call::{Completions, Dispatch, Encoded, Job},
    codec::reply::Completion,
    error::CallError,
    link::Serving,
    protocol::Priority,
    sync::Arc,
};

/// What makes a map's messages: [`Calls`](super::Calls) or [`Chunks`].
///
/// It is implemented for these two and not meant to be implemented elsewhere.
pub trait Source {
    /// What an item becomes.
    type Value;
    /// The error of whatever makes it so.
    type Error;
    /// Items that travel together.
    #[doc(hidden)]
    type Batch;

    /// How many items the input has, if it says so.
    #[doc(hidden)]
    fn items(&self) -> Option<usize>;

    /// How many items the next batch should have.
    #[doc(hidden)]
    fn wished(&self) -> usize;

    /// Whether each batch is of one item.
    #[doc(hidden)]
    fn is_single(&self) -> bool;

    /// Reads items for a batch, up to `most`; gives how many.
    #[doc(hidden)]
    fn read(&mut self, most: usize) -> Option<(Self::Batch, usize)>;

    /// The message that carries a batch.
    #[doc(hidden)]
    fn message(&mut self, batch: &Self::Batch) -> Arc<Encoded>;

    /// So many items of a batch, from this one on.
    #[doc(hidden)]
    fn part(&self, batch: &Self::Batch, from: usize, count: usize) -> Self::Batch;

    /// The results of a batch.
    #[doc(hidden)]
    fn results(
        &mut self,
        batch: &Self::Batch,
        completion: Completion,
    ) -> Settled<Kept<Self::Value, Self::Error>>;
}

/// In which order a map gives its results: [`Ordered`] or [`Unordered`].
///
/// It is not meant to be implemented by hand.
pub trait MapOrder {
    /// What a map gives for each item.
    type Item<R>;

    #[doc(hidden)]
    const ORDERED: bool;

    #[doc(hidden)]
    fn item<R>(index: u64, result: R) -> Self::Item<R>;
}

/// Results come in the order of the input.
#[derive(Clone, Copy, Debug)]
pub enum Ordered {}

/// Results come as they are there, each with the place of its item in the input, from 0.
#[derive(Clone, Copy, Debug)]
pub enum Unordered {}

impl MapOrder for Ordered {
    type Item<R> = R;
    const ORDERED: bool = true;

    fn item<R>(_: u64, result: R) -> R {
        result
    }
}

impl MapOrder for Unordered {
    type Item<R> = (usize, R);
    const ORDERED: bool = false;

    fn item<R>(index: u64, result: R) -> (usize, R) {
        (usize::try_from(index).unwrap_or(usize::MAX), result)
    }
}

/// A result until it is given out. An error is large beside most values, and rare.
pub(super) type Kept<T, E> = Result<T, Box<CallError<E>>>;

type Outcomes<S> = Result<<S as Source>::Value, CallError<<S as Source>::Error>>;

/// The results of a map over a pool: an iterator.
///
/// Nothing happens before the first `next`, and the input is read only as far ahead as there are
/// items in flight: it may be endless, and what is held in memory does not grow with it. A failed
/// item is an `Err` in its place and nothing else. Dropping the iterator cancels what is left.
///
/// Of a pool that is closed or killed, what is in flight has its outcomes. If none of them says so,
/// the next item of the input does, with [`CallError::Closed`]; then the map ends, and reads no more.
///
/// The input is read by whoever asks for the next result: while it blocks, no result is given out,
/// and what a message is still being filled with is not sent.
///
/// Its type can be written where it has to be, as in a struct's field: of a [`Pool`](crate::Pool) it
/// makes [`Chunks`], of a [`WorkerPool`](crate::WorkerPool) [`Calls`](super::Calls), and its results
/// are [`Ordered`] or [`Unordered`].
///
/// ```
/// use std::ops::Range;
/// use coproc::{Pool, pool::{Chunks, Map, Ordered}, prelude::*};
///
/// #[worker]
/// fn square(n: u64) -> u64 {
///     n * n
/// }
///
/// struct Squares {
///     map: Map<Chunks<Range<u64>, Square>, Ordered>,
/// }
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let pool = Pool::new(2)?;
///     let mut squares = Squares { map: pool.map(5..8, Square) };
///     assert_eq!(squares.map.next(), Some(Ok(25)));
///     Ok(())
/// }
/// ```
///
/// # Panics
///
/// `next` passes on the panics of the input and of the closure; the pool remains usable.
#[must_use = "a map sends nothing before it is iterated over"]
pub struct Map<S: Source, O> {
    dispatch: Arc<dyn Dispatch>,
    source: S,
    window: MapWindow<Kept<S::Value, S::Error>>,
    completions: Arc<Completions>,
    /// What is out: the parcels by their tags, and the number of the job of each.
    out: HashMap<u64, Sent<S::Batch>>,
    priority: Option<Priority>,
    exhausted: bool,
    #[cfg(feature = "progress")]
    bar: Option<indicatif::ProgressBar>,
    order: PhantomData<O>,
}

struct Sent<P> {
    job: u64,
    batch: P,
    idempotent: bool,
}

impl<S: Source, O: MapOrder> Map<S, O> {
    pub(super) fn new(dispatch: Arc<dyn Dispatch>, source: S) -> Self {
        Self {
            dispatch,
            source,
            window: MapWindow::new(O::ORDERED),
            completions: Completions::new(),
            out: HashMap::new(),
            priority: None,
            exhausted: false,
            #[cfg(feature = "progress")]
            bar: None,
            order: PhantomData,
        }
    }

    /// How many items may be read and not yet given out, at least 1. Without it, four messages for
    /// each worker.
    ///
    /// A slow item holds back the results of those behind it, in a map that keeps the order: as many
    /// as this are done meanwhile.
    pub fn in_flight(mut self, items: usize) -> Self {
        self.window.terms.in_flight = Some(items.max(1));
        self
    }

    /// How urgent its items are among all that wait for the pool: lower is sooner. Without it, what
    /// the handler says, and 0 for functions.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Tries an item so many times more after an `Err`, or after it has ended its worker.
    ///
    /// An item that has ended three workers is given up with
    /// [`CallError::Poisoned`], even if tries are left.
    pub fn retry(mut self, times: u32) -> Self {
        self.window.terms.retry = times;
        self
    }

    /// Moves `bar` by one for each result that is given out, and finishes it after the last. Where
    /// the input says how many items it has, that becomes the bar's length. Only with the feature
    /// `progress`.
    #[cfg(feature = "progress")]
    pub fn progress(mut self, bar: indicatif::ProgressBar) -> Self {
        if let Some(items) = self.source.items() {
            bar.set_length(items as u64);
        }
        self.bar = Some(bar);
        self
    }

    /// Tells the bar of one more result, or that there are no more.
    fn show(&self, more: bool) {
        #[cfg(feature = "progress")]
        match &self.bar {
            Some(bar) if more => bar.inc(1),
            Some(bar) => bar.finish(),
            None => {}
        }
        let _ = more;
    }

    /// Reads and sends as much as may be in flight.
    fn fill(&mut self) {
        while !self.exhausted {
            let wished = self.source.wished();
            let room = self.window.room(wished, self.dispatch.slots());
            if room == 0 {
                return;
            }
            // Of a closed pool, the next item tells.
            let is_last = self.dispatch.closed().is_some();
            match self.source.read(if is_last { 1 } else { room }) {
                Some((batch, count)) => {
                    let tag = self.window.opened(count);
                    self.send(tag, batch, count);
                    self.exhausted = is_last;
                }
                None => self.exhausted = true,
            }
        }
    }

    fn send(&mut self, tag: u64, batch: S::Batch, count: usize) {
        let message = self.source.message(&batch);
        let idempotent = message.is_idempotent();
        let job = Job {
            priority: self.priority.unwrap_or(message.priority),
            message,
            slot: None,
            until: None,
            calls: count as u64,
            completions: Arc::clone(&self.completions),
            tag,
        };
        let job = Arc::clone(&self.dispatch).submit(job);
        self.out.insert(tag, Sent { job, batch, idempotent });
    }

    /// Waits for the next result to be given out, if nothing else can come meanwhile that asks for
    /// something to be sent. It may return at once.
    ///
    /// Nobody has to wake whoever waits so, nor is it woken for results behind that one.
    fn await_next(&self, until: Option<Instant>) {
        if !self.source.is_single() {
            return;
        }
        if let Some(sent) = self.window.awaited().and_then(|tag| self.out.get(&tag)) {
            Arc::clone(&self.dispatch).wait(sent.job, until);
        }
    }

    /// Waits for the next outcome. What has not begun at the deadline of the message that is being
    /// handled on this thread ends then; what has begun inherits that deadline itself.
    fn recv(&self) -> Option<(u64, Completion)> {
        let until = Serving::deadline();
        self.await_next(until);
        self.completions.pop(until).or_else(|| {
            self.out.values().for_each(|sent| Arc::clone(&self.dispatch).expire(sent.job));
            self.completions.pop(None)
        })
    }

    fn settle(&mut self, tag: u64, completion: Completion) {
        let Some(Sent { batch, idempotent, .. }) = self.out.remove(&tag) else { return };
        let is_closed =
            matches!(completion, Err(CallError::Closed(_))) && self.dispatch.closed().is_some();
        self.exhausted |= is_closed;
        let settled = self.source.results(&batch, completion);
        for again in self.window.settled(tag, settled, idempotent) {
            let part = self.source.part(&batch, again.from, again.count);
            self.send(again.tag, part, again.count);
        }
    }
}

impl<I: Iterator<Item = A::Item>, A: Applicable, O: MapOrder> Map<Chunks<I, A>, O> {
    /// Sends so many items in each message, at least one. Without it, as many as take about a
    /// millisecond: the first go alone, and from then on it is measured.
    pub fn chunk(mut self, items: usize) -> Self {
        self.source.chunk = Some(items.max(1));
        self
    }
}

impl<S: Source, O: MapOrder> Iterator for Map<S, O> {
    type Item = O::Item<Outcomes<S>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            while let Some((tag, completion)) = self.completions.try_pop() {
                self.settle(tag, completion);
            }
            self.fill();
            if let Some((index, fate)) = self.window.next() {
                let result = match fate {
                    Fate::Result(result) => result.map_err(|error| *error),
                    Fate::Poisoned(crashes) => Err(CallError::Poisoned { crashes }),
                };
                self.show(true);
                return Some(O::item(index, result));
            }
            if self.out.is_empty() {
                self.show(false);
                return None;
            }
            if let Some((tag, completion)) = self.recv() {
                self.settle(tag, completion);
            }
        }
    }
}

impl<S: Source, O: MapOrder> FusedIterator for Map<S, O> {}

impl<S: Source, O> Drop for Map<S, O> {
    fn drop(&mut self) {
        for (_, sent) in self.out.drain() {
            Arc::clone(&self.dispatch).abandon(sent.job);
        }
    }
}

impl<S: Source, O> fmt::Debug for Map<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map").field("out", &self.out.len()).finish_non_exhaustive()
    }
}
