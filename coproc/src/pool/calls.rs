//! The messages of a map over a worker pool: one for each item.

use std::fmt;

use super::{
    into_call::IntoCall,
    map_window::Settled,
    source::{HeldResult, Source},
};
use crate::{
    call::Encoded,
    codec::reply::{Completion, Read},
    error::CallError,
    sync::Arc,
};

/// The messages of a map over a [`WorkerPool`](crate::WorkerPool): one for each item of `I`, made by the
/// closure `F` with a controller `C`.
pub struct Calls<I, C, F> {
    items: I,
    controller: C,
    pick: F,
    /// Whether a worker survives a panic.
    keeps_on_panic: bool,
}

impl<I, C, F> Calls<I, C, F> {
    pub(super) fn new(items: I, controller: C, pick: F, keeps_on_panic: bool) -> Self {
        Self { items, controller, pick, keeps_on_panic }
    }
}

/// A message and how its reply is read, until the item is done.
pub struct SentItem<T, E> {
    message: Arc<Encoded>,
    read: Read<T, E>,
}

impl<I: Iterator, C, R: IntoCall, F: FnMut(&C, I::Item) -> R> Source for Calls<I, C, F> {
    type Value = R::Value;
    type Error = R::Error;
    type Batch = SentItem<R::Value, R::Error>;

    fn items(&self) -> Option<usize> {
        self.items.size_hint().1
    }

    fn wished(&self) -> usize {
        1
    }

    fn is_single(&self) -> bool {
        true
    }

    fn read(&mut self, _: usize) -> Option<(Self::Batch, usize)> {
        let item = self.items.next()?;
        let (message, read) = (self.pick)(&self.controller, item).into_call().into_parts();
        Some((SentItem { message: Arc::new(message), read }, 1))
    }

    fn message(&mut self, batch: &Self::Batch) -> Arc<Encoded> {
        Arc::clone(&batch.message)
    }

    fn part(&self, batch: &Self::Batch, _: usize, _: usize) -> Self::Batch {
        SentItem { message: Arc::clone(&batch.message), read: batch.read }
    }

    fn results(
        &mut self,
        batch: &Self::Batch,
        completion: Completion,
    ) -> Settled<HeldResult<R::Value, R::Error>> {
        let died = match completion {
            Err(CallError::Crashed(_)) => true,
            Err(CallError::Panicked(_)) => !self.keeps_on_panic,
            _ => false,
        };
        let result = (batch.read)(completion).map_err(Box::new);
        if died {
            return Settled::Died(result);
        }
        let failed = result.is_err();
        Settled::Results(vec![(result, failed)])
    }
}

impl<I, C, F> fmt::Debug for Calls<I, C, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").finish_non_exhaustive()
    }
}

impl<T, E> fmt::Debug for SentItem<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SentItem").field(&self.message).finish()
    }
}
