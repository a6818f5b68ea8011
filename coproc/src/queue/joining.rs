//! Waiting until everything is acknowledged.

use std::time::{Duration, Instant};

use super::{Queue, core::Standing};
use crate::{error::QueueError, protocol::Wire, sync::Arc};

impl<T: Wire> Queue<T> {
    /// Waits until every item that was sent is acknowledged, or a
    /// [dead letter](Self::dead_letters).
    ///
    /// It takes the handle, so that the handles and deliveries that are left tell whether an item can
    /// still be acknowledged: if there is none, in any process, and for the queue's timeout nothing
    /// happens in the queue, this fails with [`QueueError::Deserted`] instead of waiting for ever.
    /// Handles whose owners wait in this way do not count. A handle or a
    /// [`Delivery`](super::Delivery) counts as long as it exists, whether it is used or not.
    ///
    /// To go on using the queue, join a clone: `queue.clone().join()`. The handle that is kept then
    /// counts, so that this is never `Deserted`.
    ///
    /// If the handle is the last one in the process that made the queue, the queue ends when this
    /// returns.
    ///
    /// ```
    /// use coproc::Queue;
    ///
    /// let queue = Queue::unbounded()?;
    /// queue.send(1)?;
    /// let consumer = queue.clone();
    /// let consumer = std::thread::spawn(move || consumer.recv()?.ack());
    /// queue.join()?;
    /// consumer.join().unwrap()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`QueueError::Deserted`], [`QueueError::Ended`] and [`QueueError::Lost`].
    pub fn join(self) -> Result<(), QueueError> {
        self.join_until(None)
    }

    /// As [`join`](Self::join), for `timeout` at most.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Timeout`].
    pub fn join_timeout(self, timeout: Duration) -> Result<(), QueueError> {
        self.join_until(Instant::now().checked_add(timeout))
    }

    fn join_until(&self, until: Option<Instant>) -> Result<(), QueueError> {
        let shared = &self.shared;
        let interval = shared.timeout / 4;
        let mut quiet: Option<(u64, Instant)> = None;
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let patience = left.map_or(interval, |left| left.min(interval));
            // This handle is the only one of its kind, and no delivery came through it.
            let alone = Arc::strong_count(shared) == 1;
            match shared.join(alone, patience) {
                Ok(_) => return Ok(()),
                Err(QueueError::Timeout) => {}
                Err(error) => return Err(error),
            }
            let Standing { left, version, lonely } = shared.standing()?;
            let now = Instant::now();
            quiet = match quiet {
                _ if !(alone && lonely) => None,
                Some((before, since)) if before == version => Some((before, since)),
                _ => Some((version, now)),
            };
            if quiet.is_some_and(|(_, since)| now - since >= shared.timeout) {
                return Err(QueueError::Deserted { left });
            }
            if until.is_some_and(|until| until <= now) {
                return Err(QueueError::Timeout);
            }
        }
    }
}
