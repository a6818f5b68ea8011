//! How an operation on a queue between processes can fail.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why an operation on a `Queue` gave nothing.
///
/// One type serves all operations, where crossbeam has one for each form of receiving: a form adds
/// [`Empty`](Self::Empty) or [`Timeout`](Self::Timeout) to all that any operation can give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// The operation did not end within its time limit. The queue goes on.
    #[error("the operation timed out")]
    Timeout,
    /// Nothing in the queue is for this process, and the operation does not wait.
    #[error("nothing in the queue is for this process")]
    Empty,
    /// The queue is full, and the operation does not wait.
    #[error("the queue is full")]
    Full,
    /// A queue that is not bounded in items has reached its limit in bytes.
    #[error(
        "the queue has reached its limit of {limit} bytes; receive from it faster, or set `.bytes(…)` \
         on its builder"
    )]
    Exhausted {
        /// The limit in bytes.
        limit: usize,
    },
    /// The queue has ended, and its items are lost.
    #[error(
        "the queue has ended: its last handle in the process that made it was dropped, or that \
         process is gone"
    )]
    Ended,
    /// The queue did not answer within its timeout. A send may have been done.
    #[error("the queue gave no answer: {0}")]
    Lost(String),
    /// One item is larger than a message or than all that the queue may hold.
    #[error("an item of {size} bytes is over the limit of {limit}")]
    TooLarge {
        /// Its size in bytes, or the size it had reached when encoding stopped.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The item cannot be encoded. This includes an item with a handle, which travels only in
    /// messages.
    #[error("the item cannot be encoded: {0}")]
    Encode(String),
    /// An item cannot be decoded. It is among the dead letters now.
    #[error("the item cannot be read: {0}")]
    Decode(String),
    /// Items are not acknowledged, and no handle and no delivery is left that could do so, but for
    /// handles that joins have taken.
    #[error(
        "{left} items are not acknowledged, and no handle or delivery is left that could do so"
    )]
    Deserted {
        /// How many items are not acknowledged.
        left: usize,
    },
}

/// An item that was not sent, and why.
#[derive(thiserror::Error)]
#[error("{error}{}", not_sent_to(unsent))]
#[non_exhaustive]
pub struct QueueSendError<T> {
    /// The item, as it was.
    pub item: T,
    /// Why the item was not sent.
    pub error: QueueError,
    /// The processes that the item was not sent to, of several that it was for.
    pub unsent: Vec<u32>,
}

fn not_sent_to(unsent: &[u32]) -> String {
    if unsent.is_empty() { String::new() } else { format!(" (not sent to {unsent:?})") }
}

impl<T> QueueSendError<T> {
    pub(crate) fn new(item: T, error: QueueError, unsent: Vec<u32>) -> Self {
        Self { item, error, unsent }
    }
}

impl<T> fmt::Debug for QueueSendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueSendError")
            .field("error", &self.error)
            .field("unsent", &self.unsent)
            .finish_non_exhaustive()
    }
}

impl<T> From<QueueSendError<T>> for QueueError {
    fn from(unsent: QueueSendError<T>) -> Self {
        unsent.error
    }
}
