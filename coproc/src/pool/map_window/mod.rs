//! The way of a map's items: how far ahead is read, what is tried again, and in which order the
//! results come out. Without clock, thread or descriptor.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};

/// How many workers an item ends before it is given up.
const DEATHS_MOST: u32 = 3;

/// How many parcels are read ahead for each worker, unless something else is said.
const PARCELS_AHEAD: usize = 4;

/// Items that travel together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    /// The place of its first item in the input.
    first: u64,
    pub(super) count: usize,
    /// How often its item was tried again. Only an item on its own is.
    tries: u32,
    /// How many workers its item has ended.
    deaths: u32,
}

/// How a batch came back.
#[derive(Debug)]
pub enum Settled<R> {
    /// With the results of its first items, each with whether it failed. The others were not begun.
    Results(Vec<(R, bool)>),
    /// The worker died of it; what its item would be told.
    Died(R),
}

/// What an item has come to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate<R> {
    Result(R),
    /// It has ended so many workers.
    Poisoned(u32),
}

/// Items of a batch that are to be sent again, as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Again {
    pub(super) tag: u64,
    /// Which of the old batch's items is its first.
    pub(super) from: usize,
    pub(super) count: usize,
}

/// What is asked of a map.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Terms {
    /// How many items may be read and not given out.
    pub(super) in_flight: Option<usize>,
    /// How often an item is tried again.
    pub(super) retry: u32,
    /// Results come out in the order of the input.
    pub(super) ordered: bool,
}

/// The way of a map's items.
#[derive(Debug)]
pub(super) struct MapWindow<R> {
    pub(super) terms: Terms,
    open: HashMap<u64, Batch>,
    last_tag: u64,
    /// How many items were read.
    read: u64,
    /// How many results were given out.
    given: u64,
    /// Results in the order of the input, from the first that was not given out.
    ordered: VecDeque<Option<Fate<R>>>,
    unordered: VecDeque<(u64, Fate<R>)>,
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

    /// How many items the next batch may have that should have `wished`; 0: none may be read now.
    pub(super) fn room(&self, wished: usize, workers: usize) -> usize {
        let out = usize::try_from(self.read - self.given).unwrap_or(usize::MAX);
        match self.terms.in_flight {
            // What fits in is shared out, so that no worker has all of it.
            Some(most) => {
                let share = most.div_ceil(2 * workers.max(1));
                most.saturating_sub(out).min(wished.min(share))
            }
            None => {
                let parcels = PARCELS_AHEAD * workers.max(1);
                let full = self.open.len() >= parcels || out >= parcels.saturating_mul(wished);
                if full { 0 } else { wished }
            }
        }
    }

    /// The tag of the batch that the next result comes with, if nothing was sent again, nor is to
    /// be until then, but perhaps what may run again after a death.
    ///
    /// Only where each batch is of one item.
    pub(super) fn awaited(&self) -> Option<u64> {
        let tag = self.given + 1;
        let is_next = self.open.get(&tag).is_some_and(|batch| batch.first == self.given);
        (is_next && self.terms.ordered && self.terms.retry == 0).then_some(tag)
    }

    /// So many items were read, and go out as one batch; gives its tag.
    pub(super) fn opened(&mut self, count: usize) -> u64 {
        let batch = Batch { first: self.read, count, tries: 0, deaths: 0 };
        self.read += count as u64;
        if self.terms.ordered {
            self.ordered.extend(std::iter::repeat_with(|| None).take(count));
        }
        self.open(batch)
    }

    fn open(&mut self, batch: Batch) -> u64 {
        self.last_tag += 1;
        self.open.insert(self.last_tag, batch);
        self.last_tag
    }

    /// A batch came back; gives what is to be sent again. `idempotent`: its items may run again
    /// after a death.
    pub(super) fn settled(&mut self, tag: u64, how: Settled<R>, idempotent: bool) -> Vec<Again> {
        let Some(batch) = self.open.remove(&tag) else { return Vec::new() };
        match how {
            Settled::Died(_) if batch.count > 1 => {
                // Which of them it was shows when each travels alone.
                (0..batch.count).map(|from| self.again(batch, from, 1)).collect()
            }
            Settled::Died(result) => self.died(batch, result, idempotent).into_iter().collect(),
            Settled::Results(results) => self.results(batch, results),
        }
    }

    fn died(&mut self, batch: Batch, result: R, idempotent: bool) -> Option<Again> {
        let batch = Batch { deaths: batch.deaths + 1, tries: batch.tries + 1, ..batch };
        if batch.tries > self.terms.retry && !idempotent {
            self.finish(batch.first, Fate::Result(result));
        } else if batch.deaths >= DEATHS_MOST {
            self.finish(batch.first, Fate::Poisoned(batch.deaths));
        } else {
            return Some(self.again(batch, 0, 1));
        }
        None
    }

    fn results(&mut self, batch: Batch, results: Vec<(R, bool)>) -> Vec<Again> {
        let mut again = Vec::new();
        let done = results.len().min(batch.count);
        for (from, (result, failed)) in results.into_iter().take(done).enumerate() {
            if failed && batch.tries < self.terms.retry {
                let batch = Batch { tries: batch.tries + 1, ..batch };
                again.push(self.again(batch, from, 1));
            } else {
                self.finish(batch.first + from as u64, Fate::Result(result));
            }
        }
        if done < batch.count {
            again.push(self.again(batch, done, batch.count - done));
        }
        again
    }

    fn again(&mut self, batch: Batch, from: usize, count: usize) -> Again {
        let first = batch.first + from as u64;
        let tag = self.open(Batch { first, count, ..batch });
        Again { tag, from, count }
    }

    fn finish(&mut self, index: u64, fate: Fate<R>) {
        if !self.terms.ordered {
            self.unordered.push_back((index, fate));
            return;
        }
        let place = usize::try_from(index - self.given).ok();
        if let Some(slot) = place.and_then(|place| self.ordered.get_mut(place)) {
            *slot = Some(fate);
        }
    }

    /// The next result that can be given out, with its item's place in the input.
    pub(super) fn next(&mut self) -> Option<(u64, Fate<R>)> {
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
