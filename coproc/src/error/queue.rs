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
    /// What was waited for did not come in time. The queue goes on.
    #[error("what was waited for did not come in time")]
    Timeout,
    /// Nothing in the queue is for this process, and it was not to be waited for.
    #[error("nothing in the queue is for this process")]
    Empty,
    /// There is no room, and it was not to be waited for.
    #[error("the queue is full")]
    Full,
    /// A queue that is not bounded in items holds as many bytes as it may.
    #[error(
        "the queue holds {limit} bytes, as many as it may; receive from it faster, or set `.bytes(…)` \
         on its builder"
    )]
    Exhausted {
        /// How many bytes it may hold.
        limit: usize,
    },
    /// The queue has ended, with everything that was in it.
    #[error(
        "the queue has ended: its last handle in the process that made it was dropped, or that \
         process is gone"
    )]
    Ended,
    /// The queue did not answer within its timeout. Whether a send was done is not known.
    #[error("the queue gave no answer: {0}")]
    Lost(String),
    /// One item is larger than a message or than all that the queue may hold.
    #[error("an item of {size} bytes is more than the {limit} bytes that the queue takes")]
    TooLarge {
        /// Its size in bytes, or what it had reached when it was given up.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The item cannot be encoded; also because it holds a handle, which travels only in messages.
    #[error("the item cannot be encoded: {0}")]
    Encode(String),
    /// An item cannot be read, which its `Deserialize` refused. It is with the dead letters now.
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
#[non_exhaustive]
pub struct QueueSendError<T> {
    /// The item, as it was.
    pub item: T,
    /// Why it was not sent.
    pub error: QueueError,
    /// Of several processes that it was sent to, those it was not sent to.
    pub unsent: Vec<u32>,
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

impl<T> fmt::Display for QueueSendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)?;
        match &*self.unsent {
            [] => Ok(()),
            unsent => write!(f, " (not sent to {unsent:?})"),
        }
    }
}

impl<T> std::error::Error for QueueSendError<T> {}

impl<T> From<QueueSendError<T>> for QueueError {
    fn from(unsent: QueueSendError<T>) -> Self {
        unsent.error
    }
}
