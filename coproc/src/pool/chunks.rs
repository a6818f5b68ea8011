//! The messages of a map over a function, with several items each.

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{
    batch::{self, BatchResults},
    map::{Map, MapOrder},
    map_window::Settled,
    runner::RunnerController,
    source::{HeldResult, Source},
};
use crate::{
    call::{Call, Encoded},
    codec::reply::{Completion, fallible},
    codec::{Attachments, Bytes, Draft, EncodeError},
    error::CallError,
    sync::Arc,
    worker::{FirstArgument, PoolFunction, Recipe, With, Worker},
};

/// The time that the items of a message should take together.
const AIM: Duration = Duration::from_millis(1);

/// The time after which a worker replies with the items that it has done.
const BUDGET: Duration = Duration::from_millis(10);

/// After the first items, the time that the input takes is measured once in this many items.
const LOOK_EVERY: usize = 16;

/// The most items of a message, and the bytes after which no item is added.
const MAX_ITEMS: usize = 8192;
const FULL_BYTES: usize = 256 << 10;

/// A function that a pool can run on items: the worker type of a function with `#[worker]`, or
/// [`With`], which fixes all arguments but the first.
///
/// It is not meant to be implemented by hand.
pub trait Applicable {
    /// The type of its items.
    type Item;
    /// The function.
    type Function: PoolFunction;

    #[doc(hidden)]
    fn write(&self, item: &Self::Item, draft: &mut Draft);

    /// The fixed arguments, encoded.
    #[doc(hidden)]
    fn fixed(&self) -> Result<(Bytes, Attachments), EncodeError>;
}

impl<F: PoolFunction> Applicable for F {
    type Item = F::Item;
    type Function = F;

    fn write(&self, item: &F::Item, draft: &mut Draft) {
        F::put(item, draft);
    }

    fn fixed(&self) -> Result<(Bytes, Attachments), EncodeError> {
        Ok(Default::default())
    }
}

impl<F: FirstArgument> Applicable for With<F> {
    type Item = F::First;
    type Function = F;

    fn write(&self, first: &F::First, draft: &mut Draft) {
        F::put_first(first, draft);
    }

    fn fixed(&self) -> Result<(Bytes, Attachments), EncodeError> {
        self.fixed.clone()
    }
}

pub(super) type ValueOf<A> = <<A as Applicable>::Function as Worker>::Output;
pub(super) type ErrorOf<A> = <<A as Applicable>::Function as Worker>::OutputError;

/// The messages of a map over a [`Pool`](crate::Pool): several items of `I` each, for the function `A`.
pub struct Chunks<I, A: Applicable> {
    items: I,
    function: A,
    controller: RunnerController,
    fixed: Result<(Bytes, Attachments), EncodeError>,
    /// An item that was read and travels alone.
    alone: Option<Packed>,
    /// The number of items in a message, if the user has set it.
    pub(super) chunk: Option<usize>,
    /// The number of items that a message should have, as measured.
    wished: usize,
    /// The most items of a message.
    most: usize,
}

impl<I, A: Applicable> Chunks<I, A> {
    pub(super) fn new(
        items: I,
        function: A,
        controller: RunnerController,
        recycle_after: Option<u64>,
    ) -> Self {
        let most = recycle_after.and_then(|most| usize::try_from(most).ok());
        let most = most.unwrap_or(MAX_ITEMS).min(MAX_ITEMS);
        let fixed = function.fixed();
        Self { items, function, controller, fixed, alone: None, chunk: None, wished: 1, most }
    }

    /// Adapts the number of items in a message to the time that `items` of them took.
    fn learn(&mut self, items: usize, taken: Duration) {
        let each = (taken.as_nanos() / items.max(1) as u128).max(1);
        let fitting = usize::try_from(AIM.as_nanos() / each).unwrap_or(usize::MAX);
        // It grows slowly, since a few fast items say little about the others.
        self.wished = fitting.min(4 * items.max(1)).clamp(1, self.most);
    }
}

/// A batch of encoded items.
#[derive(Debug)]
pub struct Packed {
    /// The items; an error if the only one cannot be encoded.
    pieces: Result<Vec<u8>, EncodeError>,
    /// Where each ends.
    ends: Vec<usize>,
    /// The attachments of the only item and of the fixed arguments.
    attachments: Attachments,
}

impl Packed {
    fn alone(pieces: Result<Vec<u8>, EncodeError>, attachments: Attachments) -> Self {
        let ends = vec![pieces.as_ref().map_or(0, Vec::len)];
        Self { pieces, ends, attachments }
    }
}

/// The attachments of fixed arguments.
fn carried(fixed: &Result<(Bytes, Attachments), EncodeError>) -> Attachments {
    fixed.as_ref().map(|(_, carried)| carried.clone()).unwrap_or_default()
}

/// The message that runs a function on items.
fn message<F: PoolFunction>(
    controller: &RunnerController,
    budget: u64,
    fixed: &Result<(Bytes, Attachments), EncodeError>,
    Packed { pieces, attachments, .. }: &Packed,
) -> Call<(Bytes, Attachments), String> {
    let carried = attachments.clone();
    let run = |fixed: &[u8], pieces: &[u8]| {
        controller.run(Recipe::key::<F>(), budget, fixed, pieces, carried)
    };
    match (fixed, pieces) {
        (Ok((fixed, _)), Ok(pieces)) => run(fixed, pieces),
        (Err(error), _) | (_, Err(error)) => run(&[], &[]).failed(error.clone()),
    }
}

fn broken<E>() -> CallError<E> {
    CallError::Protocol("malformed results of a batch".into())
}

/// The results of the items of a message that are done, of `sent` items; `keep` converts each.
fn read<F: PoolFunction, R>(
    completion: Completion,
    sent: usize,
    keep: impl Fn(Result<F::Output, CallError<F::OutputError>>) -> R,
) -> Result<BatchResults<R>, CallError<F::OutputError>> {
    match fallible::<(Bytes, Attachments), String>().complete(completion) {
        Ok(results) => batch::read(results, sent, F::output(), keep).ok_or_else(broken),
        Err(CallError::Handler(text)) => Err(CallError::Protocol(text)),
        Err(CallError::Crashed(report)) => Err(CallError::Crashed(report.in_handler(F::FUNCTION))),
        Err(other) => Err(other.without_handler().widen()),
    }
}

impl<I: Iterator<Item = A::Item>, A: Applicable> Source for Chunks<I, A> {
    type Value = ValueOf<A>;
    type Error = ErrorOf<A>;
    type Batch = Packed;

    fn items(&self) -> Option<usize> {
        self.items.size_hint().1
    }

    fn wished(&self) -> usize {
        self.chunk.unwrap_or(self.wished)
    }

    fn is_single(&self) -> bool {
        self.chunk == Some(1)
    }

    fn read(&mut self, most: usize) -> Option<(Packed, usize)> {
        if let Some(alone) = self.alone.take() {
            return Some((alone, 1));
        }
        let (mut pieces, mut ends) = (Vec::new(), Vec::new());
        let started = Instant::now();
        while ends.len() < most && pieces.len() < FULL_BYTES {
            let Some(item) = self.items.next() else { break };
            let (function, start) = (&self.function, pieces.len());
            let fixed = carried(&self.fixed);
            match batch::write(&mut pieces, fixed, |draft| function.write(&item, draft)) {
                Ok(attachments) if attachments.is_empty() => {}
                // It travels alone, after the items before it: an attachment is received once, also
                // one of the fixed arguments.
                Ok(attachments) => {
                    self.alone = Some(Packed::alone(Ok(pieces.split_off(start)), attachments));
                    break;
                }
                Err(error) => {
                    self.alone = Some(Packed::alone(Err(error), Attachments::default()));
                    break;
                }
            }
            ends.push(pieces.len());
            // Items that were read do not wait for a slow input.
            let look = ends.len() < LOOK_EVERY || ends.len().is_multiple_of(LOOK_EVERY);
            if self.chunk.is_none() && look && started.elapsed() > AIM {
                break;
            }
        }
        match ends.len() {
            0 => self.alone.take().map(|alone| (alone, 1)),
            count => Some((
                Packed { pieces: Ok(pieces), ends, attachments: Attachments::default() },
                count,
            )),
        }
    }

    fn message(&mut self, batch: &Packed) -> Arc<Encoded> {
        let budget = match self.chunk {
            Some(_) => u64::MAX,
            None => BUDGET.as_nanos() as u64,
        };
        let call = message::<A::Function>(&self.controller, budget, &self.fixed, batch);
        Arc::new(call.into_parts().0)
    }

    fn part(&self, batch: &Packed, from: usize, count: usize) -> Packed {
        let start = from.checked_sub(1).map_or(0, |before| batch.ends[before]);
        let ends = &batch.ends[from..from + count];
        let end = ends.last().copied().unwrap_or(start);
        Packed {
            pieces: batch.pieces.as_ref().map(|all| all[start..end].to_vec()).map_err(Clone::clone),
            ends: ends.iter().map(|end| end - start).collect(),
            attachments: batch.attachments.clone(),
        }
    }

    fn results(
        &mut self,
        batch: &Packed,
        completion: Completion,
    ) -> Settled<HeldResult<ValueOf<A>, ErrorOf<A>>> {
        let items = batch.ends.len();
        let with_failure = |result: Result<_, _>| {
            let failed = result.is_err();
            (result.map_err(Box::new), failed)
        };
        match read::<A::Function, _>(completion, items, with_failure) {
            Ok(BatchResults { taken, results }) => {
                self.learn(results.len(), taken);
                Settled::Results(results)
            }
            Err(error @ CallError::Crashed(_)) => Settled::Died(Err(Box::new(error))),
            // The error is that of the whole message. Each item alone shows its own.
            Err(error) if items > 1 => Settled::Died(Err(Box::new(error))),
            Err(error) => Settled::Results(vec![(Err(Box::new(error)), true)]),
        }
    }
}

/// The call of a function with one item.
pub(super) fn apply<A: Applicable>(
    controller: &RunnerController,
    function: &A,
    item: &A::Item,
) -> Call<ValueOf<A>, ErrorOf<A>> {
    let (mut pieces, fixed) = (Vec::new(), function.fixed());
    let written = batch::write(&mut pieces, carried(&fixed), |draft| function.write(item, draft));
    let packed = match written {
        Ok(attachments) => Packed::alone(Ok(pieces), attachments),
        Err(error) => Packed::alone(Err(error), Attachments::default()),
    };
    message::<A::Function>(controller, u64::MAX, &fixed, &packed).read_with(|completion| {
        let mut done = read::<A::Function, _>(completion, 1, |result| result)?;
        done.results.pop().unwrap_or_else(|| Err(broken()))
    })
}

impl<I: Iterator<Item = A::Item>, A: Applicable, O: MapOrder> Map<Chunks<I, A>, O> {
    /// Sends `items` items in each message, at least one. Without it, a message has as many items as take
    /// about a millisecond, which the map measures; the first messages have one item each.
    pub fn chunk(mut self, items: usize) -> Self {
        self.source.chunk = Some(items.max(1));
        self
    }
}

impl<I, A: Applicable> fmt::Debug for Chunks<I, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = A::Function::FUNCTION;
        f.debug_struct("Chunks").field("function", &function).finish_non_exhaustive()
    }
}
