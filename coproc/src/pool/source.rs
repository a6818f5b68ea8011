//! What a map reads its items from.

use super::map_window::Settled;
use crate::{call::Encoded, codec::reply::Completion, error::CallError, sync::Arc};

/// Makes the messages of a map from its input: [`Calls`](super::Calls) or [`Chunks`](super::Chunks).
///
/// It is not meant to be implemented elsewhere.
pub trait Source {
    /// The result of an item.
    type Value;
    /// The error of the handler or function.
    type Error;
    /// Items that travel together.
    #[doc(hidden)]
    type Batch;

    /// The number of items of the input, if it is known.
    #[doc(hidden)]
    fn items(&self) -> Option<usize>;

    /// How many items the next batch should have.
    #[doc(hidden)]
    fn wished(&self) -> usize;

    /// Whether each batch has one item.
    #[doc(hidden)]
    fn is_single(&self) -> bool;

    /// Reads up to `most` items; gives the batch and its number of items.
    #[doc(hidden)]
    fn read(&mut self, most: usize) -> Option<(Self::Batch, usize)>;

    /// The message that carries a batch.
    #[doc(hidden)]
    fn message(&mut self, batch: &Self::Batch) -> Arc<Encoded>;

    /// The batch of the `count` items from the index `from` on.
    #[doc(hidden)]
    fn part(&self, batch: &Self::Batch, from: usize, count: usize) -> Self::Batch;

    /// The results of a batch, from the reply.
    #[doc(hidden)]
    fn results(
        &mut self,
        batch: &Self::Batch,
        completion: Completion,
    ) -> Settled<HeldResult<Self::Value, Self::Error>>;
}

/// A result until it is given out. An error is boxed, since it is larger than most values and rare.
pub(super) type HeldResult<T, E> = Result<T, Box<CallError<E>>>;
