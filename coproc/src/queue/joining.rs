//! Waiting until everything is acknowledged.

use std::{fmt, time::Duration};

use super::queue::Queue;
use crate::{error::QueueError, protocol::Wire, sync::Arc};

impl<T: Wire> Queue<T> {
    /// Blocks until every item that was sent is acknowledged, or a
    /// [dead letter](Self::dead_letters).
    ///
    /// The join takes the handle. It fails when no handle and no [`Delivery`](super::Delivery) is
    /// left anywhere else, in this process or another: then no process can acknowledge the rest. A
    /// handle in a message that is not yet received counts, and so does one in the arguments of a
    /// call that a pool or a retry may start again. A handle that another join has taken does not
    /// count. The join learns of a process that died after half the queue's
    /// [timeout](super::QueueBuilder::timeout) at most.
    ///
    /// To use the queue afterwards, join a clone. The other handle counts as left then, so the join
    /// of the clone waits as long as it takes, also for items that only this thread could receive:
    ///
    /// ```
    /// # use coproc::{Queue, queue::QueueError};
    /// let queue = Queue::unbounded()?;
    /// queue.send(1)?;
    /// queue.recv()?.ack()?;
    /// queue.clone().join()?;
    /// queue.send(2)?;
    /// assert_eq!(queue.join(), Err(QueueError::Deserted { left: 1 }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// If the handle is the last one that the queue lives by, the queue ends with the join.
    ///
    /// # Errors
    ///
    /// [`QueueError::Deserted`] if no handle and no delivery is left anywhere else,
    /// [`QueueError::Ended`] if the queue has ended, and [`QueueError::Lost`] if it does not answer.
    pub fn join(self) -> Result<(), QueueError> {
        self.join_within(None).map_err(QueueError::from)
    }

    /// As [`join`](Self::join), but blocks for this long at most. The error gives the handle back.
    ///
    /// ```
    /// # use coproc::{Queue, queue::QueueError};
    /// # use std::time::Duration;
    /// let queue = Queue::unbounded()?;
    /// queue.send("a job".to_owned())?;
    /// let job = queue.recv()?;
    /// let unfinished = queue.join_timeout(Duration::from_millis(1)).unwrap_err();
    /// assert_eq!(unfinished.error, QueueError::Timeout);
    /// job.ack()?;
    /// unfinished.queue.join()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`join`](Self::join), and [`QueueError::Timeout`].
    pub fn join_timeout(self, timeout: Duration) -> Result<(), QueueJoinError<T>> {
        self.join_within(Some(timeout))
    }

    fn join_within(self, patience: Option<Duration>) -> Result<(), QueueJoinError<T>> {
        let link = Arc::clone(&self.holders.link);
        let joined = link.join(self.holders, patience);
        joined.map_err(|(error, holders)| QueueJoinError { queue: Self::of(holders), error })
    }
}

/// A queue that was not joined, and why: the error of [`Queue::join_timeout`].
#[derive(thiserror::Error)]
#[error("{error}")]
#[non_exhaustive]
pub struct QueueJoinError<T> {
    /// The handle that the join took.
    pub queue: Queue<T>,
    /// Why the join failed.
    pub error: QueueError,
}

impl<T> fmt::Debug for QueueJoinError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueJoinError").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<T> From<QueueJoinError<T>> for QueueError {
    fn from(unjoined: QueueJoinError<T>) -> Self {
        unjoined.error
    }
}
