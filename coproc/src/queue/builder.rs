//! How a queue is made.

use std::{fmt, marker::PhantomData, time::Duration};

use super::{core::QueueLimits, link::QueueLink, queue::Queue, worker::KeptQueue};
use crate::{
    error::SpawnError,
    protocol::Wire,
    spawn::{Access, MESSAGE_MOST, Store, StoreHost},
};

const TIMEOUT: Duration = Duration::from_secs(5);
const BYTES: usize = 1 << 30;

/// How a [`Queue`] is to be; see [`Queue::builder`].
///
/// ```
/// use std::time::Duration;
/// use coproc::{Queue, queue::QueueError};
///
/// let queue = Queue::builder().bytes(1 << 20).timeout(Duration::from_secs(1)).spawn()?;
/// queue.send(vec![7_u8; 1 << 10])?;
/// let unsent = queue.send(vec![7; 1 << 20]).unwrap_err();
/// assert!(matches!(unsent.error, QueueError::TooLarge { .. }));
/// assert_eq!(unsent.item.len(), 1 << 20);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is made before `spawn`"]
pub struct QueueBuilder<T> {
    limits: QueueLimits,
    timeout: Duration,
    item: PhantomData<fn(T) -> T>,
}

impl<T: Wire> QueueBuilder<T> {
    /// How many items may wait for a receiver, at least one; a sender of more waits. Without it there
    /// is no such limit. Items that return to the queue count, but are never refused.
    pub fn capacity(mut self, items: usize) -> Self {
        self.limits.items = Some(items.max(1));
        self
    }

    /// How many bytes all items may have together, as they are encoded and with 128 more for each;
    /// 1 GiB if nothing else is said. Items that are delivered and not acknowledged count, and so do
    /// dead letters. A sender of more waits if the queue has a [capacity](Self::capacity) in items,
    /// and else gets [`QueueError::Exhausted`](super::QueueError::Exhausted).
    pub fn bytes(mut self, bytes: usize) -> Self {
        self.limits.bytes = bytes;
        self
    }

    /// How long the queue may take to answer, besides the time that it was told to wait; 5 s if
    /// nothing else is said. In other processes than its own, a queue that hangs is an error after
    /// this time, [`Lost`](super::QueueError::Lost): an operation that waits for longer asks at every
    /// half of it whether the queue answers.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Makes the queue.
    ///
    /// # Errors
    ///
    /// [`SpawnError::Os`] if no thread can be started.
    pub fn spawn(self) -> Result<Queue<T>, SpawnError> {
        let host = StoreHost::start(Store::new(KeptQueue::new(self.limits)), MESSAGE_MOST)?;
        let access = Access::here(&host, Some(self.timeout));
        Ok(Queue::of(QueueLink::open(access, self.limits.items, Some(host))))
    }
}

impl<T> fmt::Debug for QueueBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueBuilder")
            .field("limits", &self.limits)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl<T: Wire> Queue<T> {
    /// A queue in which `capacity` items, at least one, may wait for a receiver; a sender of more
    /// waits.
    ///
    /// # Errors
    ///
    /// As [`QueueBuilder::spawn`].
    pub fn bounded(capacity: usize) -> Result<Self, SpawnError> {
        Self::builder().capacity(capacity).spawn()
    }

    /// A queue in which any number of items may wait, up to 1 GiB of them; see
    /// [`QueueBuilder::bytes`].
    ///
    /// # Errors
    ///
    /// As [`QueueBuilder::spawn`].
    pub fn unbounded() -> Result<Self, SpawnError> {
        Self::builder().spawn()
    }

    /// A queue with settings of its own.
    pub fn builder() -> QueueBuilder<T> {
        let limits = QueueLimits { items: None, bytes: BYTES };
        QueueBuilder { limits, timeout: TIMEOUT, item: PhantomData }
    }
}
