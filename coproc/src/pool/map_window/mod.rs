//! The items of a map: how far ahead it reads, which items it sends again, and the order of results.
//! Without clock, thread or descriptor.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};

/// After the death of this many workers, an item is not run again.
const MAX_DEATHS: u32 = 3;

/// The default number of batches in flight for each worker.
const BATCHES_AHEAD: usize = 4;

/// A batch in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpenBatch {
    /// The index of its first item in the input.
    first: u64,
    pub(super) count: usize,
    /// How often its item was sent again. Only a batch of one item is.
    tries: u32,
    /// How many workers have died of its item.
    deaths: u32,
}

/// The outcome of a batch.
#[derive(Debug)]
pub enum Settled<R> {
    /// The results of its first items, each with whether it failed. The others were not begun.
    Results(Vec<(R, bool)>),
    /// The worker died of it; the result of its item unless it is sent again.
    Died(R),
}

/// The outcome of an item.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ItemOutcome<R> {
    Result(R),
    /// This many workers have died of it.
    Poisoned(u32),
}

/// Items of a batch to be sent again, as a new batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Again {
    pub(super) tag: u64,
    /// The index of its first item in the old batch.
    pub(super) from: usize,
    pub(super) count: usize,
}

/// The options of a map.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Terms {
    /// The most items that are read and not given out.
    pub(super) in_flight: Option<usize>,
    /// How often an item is sent again.
    pub(super) retry: u32,
    /// Results come out in the order of the input.
    pub(super) ordered: bool,
}

/// The items of a map.
#[derive(Debug)]
pub(super) struct MapWindow<R> {
    pub(super) terms: Terms,
    open: HashMap<u64, OpenBatch>,
    last_tag: u64,
    /// How many items were read.
    read: u64,
    /// How many results were given out.
    given: u64,
    /// Results in the order of the input, from the first that was not given out.
    ordered: VecDeque<Option<ItemOutcome<R>>>,
    unordered: VecDeque<(u64, ItemOutcome<R>)>,
}

impl<R> MapWindow<R> {
    pub(super) fn new(ordered: bool) -> Self {
        Self {
            terms: Terms { ordered, ..Terms::default() },
            open: HashMap::new(),
            last_tag: 0,
            read: 0,
            given: 0,
            ordered: VecDeque::new(),
            unordered: VecDeque::new(),
        }
    }

    /// How many items may be read for the next batch, which should have `wished`; 0 if it has to wait.
    pub(super) fn room(&self, wished: usize, workers: usize) -> usize {
        let out = usize::try_from(self.read - self.given).unwrap_or(usize::MAX);
        match self.terms.in_flight {
            // The items are divided, so that no worker gets all of them.
            Some(most) => {
                let share = most.div_ceil(2 * workers.max(1));
                most.saturating_sub(out).min(wished.min(share))
            }
            None => {
                let batches = BATCHES_AHEAD * workers.max(1);
                let full = self.open.len() >= batches || out >= batches.saturating_mul(wished);
                if full { 0 } else { wished }
            }
        }
    }

    /// The tag of the batch with the next result, in an ordered map without retries whose batches have one
    /// item each.
    pub(super) fn awaited(&self) -> Option<u64> {
        let tag = self.given + 1;
        let is_next = self.open.get(&tag).is_some_and(|batch| batch.first == self.given);
        (is_next && self.terms.ordered && self.terms.retry == 0).then_some(tag)
    }

    /// Opens a batch of `count` items that were read; gives its tag.
    pub(super) fn opened(&mut self, count: usize) -> u64 {
        let batch = OpenBatch { first: self.read, count, tries: 0, deaths: 0 };
        self.read += count as u64;
        if self.terms.ordered {
            self.ordered.extend(std::iter::repeat_with(|| None).take(count));
        }
        self.open(batch)
    }

    fn open(&mut self, batch: OpenBatch) -> u64 {
        self.last_tag += 1;
        self.open.insert(self.last_tag, batch);
        self.last_tag
    }

    /// Closes a batch; gives the items to be sent again. An `idempotent` item may run again after a death.
    pub(super) fn settled(&mut self, tag: u64, how: Settled<R>, idempotent: bool) -> Vec<Again> {
        let Some(batch) = self.open.remove(&tag) else { return Vec::new() };
        match how {
            Settled::Died(_) if batch.count > 1 => {
                // It is not known of which item the worker died, so each is sent alone.
                (0..batch.count).map(|from| self.again(batch, from, 1)).collect()
            }
            Settled::Died(result) => self.died(batch, result, idempotent).into_iter().collect(),
            Settled::Results(results) => self.results(batch, results),
        }
    }

    fn died(&mut self, batch: OpenBatch, result: R, idempotent: bool) -> Option<Again> {
        let batch = OpenBatch { deaths: batch.deaths + 1, tries: batch.tries + 1, ..batch };
        if batch.tries > self.terms.retry && !idempotent {
            self.finish(batch.first, ItemOutcome::Result(result));
        } else if batch.deaths >= MAX_DEATHS {
            self.finish(batch.first, ItemOutcome::Poisoned(batch.deaths));
        } else {
            return Some(self.again(batch, 0, 1));
        }
        None
    }

    fn results(&mut self, batch: OpenBatch, results: Vec<(R, bool)>) -> Vec<Again> {
        let mut again = Vec::new();
        let done = results.len().min(batch.count);
        for (from, (result, failed)) in results.into_iter().take(done).enumerate() {
            if failed && batch.tries < self.terms.retry {
                let batch = OpenBatch { tries: batch.tries + 1, ..batch };
                again.push(self.again(batch, from, 1));
            } else {
                self.finish(batch.first + from as u64, ItemOutcome::Result(result));
            }
        }
        if done < batch.count {
            again.push(self.again(batch, done, batch.count - done));
        }
        again
    }

    fn again(&mut self, batch: OpenBatch, from: usize, count: usize) -> Again {
        let first = batch.first + from as u64;
        let tag = self.open(OpenBatch { first, count, ..batch });
        Again { tag, from, count }
    }

    fn finish(&mut self, index: u64, fate: ItemOutcome<R>) {
        if !self.terms.ordered {
            self.unordered.push_back((index, fate));
            return;
        }
        let place = usize::try_from(index - self.given).ok();
        if let Some(slot) = place.and_then(|place| self.ordered.get_mut(place)) {
            *slot = Some(fate);
        }
    }

    /// The next result to be given out, with the index of its item in the input.
    pub(super) fn next(&mut self) -> Option<(u64, ItemOutcome<R>)> {
        let next = match self.terms.ordered {
            true => {
                let fate = self.ordered.front_mut()?.take()?;
                self.ordered.pop_front();
                (self.given, fate)
            }
            false => self.unordered.pop_front()?,
        };
        self.given += 1;
        Some(next)
    }
}
