//! [`Map`]: an iterator over the results of items.

use std::{collections::HashMap, fmt, iter::FusedIterator, marker::PhantomData, time::Instant};

use super::{
    map_window::{ItemOutcome, MapWindow},
    source::{HeldResult, Source},
};
use crate::{
    call::{Completions, Dispatch, Job},
    codec::reply::Completion,
    error::CallError,
    link::Serving,
    protocol::Priority,
    sync::Arc,
};

/// The order of a map's results: [`Ordered`] or [`Unordered`].
///
/// It is not meant to be implemented by hand.
pub trait MapOrder {
    /// The iterator's item for a result `R`.
    type Item<R>;

    #[doc(hidden)]
    const ORDERED: bool;

    #[doc(hidden)]
    fn item<R>(index: u64, result: R) -> Self::Item<R>;
}

/// Results come in the order of the input.
#[derive(Clone, Copy, Debug)]
pub enum Ordered {}

/// Results come in the order in which they arrive, each with the index of its item in the input.
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

type ItemResult<S> = Result<<S as Source>::Value, CallError<<S as Source>::Error>>;

/// The results of a map over a pool: an iterator.
///
/// A map sends nothing before the first `next`. It reads its input only as far ahead as it has items in
/// flight, so the input may be endless, and memory does not grow with it. An item that fails is an `Err`
/// in its place, and the map goes on. Dropping the iterator cancels the items in flight.
///
/// If the pool is closed or killed, the items in flight still have their outcomes. If none of these is
/// [`CallError::Closed`], the next item of the input is; then the map ends.
///
/// `next` reads the input on the calling thread. While the input blocks, the map gives no result, and
/// does not send the items of an incomplete message.
///
/// The type of a map can be written, as in a struct's field: that of a [`Pool`](crate::Pool) is over
/// [`Chunks`](super::Chunks), that of a [`WorkerPool`](crate::WorkerPool) over
/// [`Calls`](super::Calls), and its results are [`Ordered`] or [`Unordered`].
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
    pub(super) source: S,
    window: MapWindow<HeldResult<S::Value, S::Error>>,
    completions: Arc<Completions>,
    /// The batches in flight, by their tags.
    out: HashMap<u64, SentBatch<S::Batch>>,
    priority: Option<Priority>,
    exhausted: bool,
    #[cfg(feature = "progress")]
    bar: Option<indicatif::ProgressBar>,
    order: PhantomData<O>,
}

struct SentBatch<P> {
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

    /// The most items that are read and whose results are not given out, at least 1. Without it, four
    /// messages for each worker.
    ///
    /// In an ordered map, a slow item holds back the results of the items behind it; this is how many
    /// of them are done meanwhile.
    pub fn in_flight(mut self, items: usize) -> Self {
        self.window.terms.in_flight = Some(items.max(1));
        self
    }

    /// The priority of its items among all calls that wait in the pool: lower is sooner. Without it, the
    /// priority of the handler, or 0 for functions.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Runs an item up to `times` times again after an `Err`, or after its worker has died.
    ///
    /// An item of which three workers have died ends in [`CallError::Poisoned`], also if it could be run
    /// again.
    pub fn retry(mut self, times: u32) -> Self {
        self.window.terms.retry = times;
        self
    }

    /// Moves `bar` by one for each result, and finishes it after the last. If the number of items of the
    /// input is known, it becomes the length of the bar. Only with the feature `progress`.
    #[cfg(feature = "progress")]
    pub fn progress(mut self, bar: indicatif::ProgressBar) -> Self {
        if let Some(items) = self.source.items() {
            bar.set_length(items as u64);
        }
        self.bar = Some(bar);
        self
    }

    /// Moves the bar by one result, or finishes it.
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
            // The next item of a closed pool has the outcome `Closed`.
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
        self.out.insert(tag, SentBatch { job, batch, idempotent });
    }

    /// Reads on this thread until the next result to be given out has arrived, if no other result can
    /// make the map send something meanwhile. It may return at once.
    fn await_next(&self, until: Option<Instant>) {
        if !self.source.is_single() {
            return;
        }
        if let Some(sent) = self.window.awaited().and_then(|tag| self.out.get(&tag)) {
            Arc::clone(&self.dispatch).wait(sent.job, until);
        }
    }

    /// Waits for the next outcome. At the deadline of the message that this thread handles, the items that
    /// have not begun end; those that have begun have inherited it.
    fn recv(&self) -> Option<(u64, Completion)> {
        let until = Serving::deadline();
        self.await_next(until);
        self.completions.pop(until).or_else(|| {
            self.out.values().for_each(|sent| Arc::clone(&self.dispatch).expire(sent.job));
            self.completions.pop(None)
        })
    }

    fn settle(&mut self, tag: u64, completion: Completion) {
        let Some(SentBatch { batch, idempotent, .. }) = self.out.remove(&tag) else { return };
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

impl<S: Source, O: MapOrder> Iterator for Map<S, O> {
    type Item = O::Item<ItemResult<S>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            while let Some((tag, completion)) = self.completions.try_pop() {
                self.settle(tag, completion);
            }
            self.fill();
            if let Some((index, outcome)) = self.window.next() {
                let result = match outcome {
                    ItemOutcome::Result(result) => result.map_err(|error| *error),
                    ItemOutcome::Poisoned(crashes) => Err(CallError::Poisoned { crashes }),
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
