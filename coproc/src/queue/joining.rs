//! Waiting until everything is acknowledged.

use std::time::{Duration, Instant};

use super::{Queue, core::Standing};
use crate::{error::QueueError, protocol::Wire};

impl<T: Wire> Queue<T> {
    /// Waits until every item that was sent is acknowledged, or a
    /// [dead letter](Self::dead_letters).
    ///
    /// It does not wait for nobody: if for the queue's timeout nothing has happened in the queue,
    /// and nobody could be seen who might do something about it, it fails. Everybody counts who has
    /// a handle or a [`Delivery`](super::Delivery), in any process, but for those who wait in this
    /// way themselves. Of threads that share one handle by reference those count that have sent or
    /// received something; give each a clone of its own.
    ///
    /// A process without threads but this one and coproc's own counts as waiting, whatever handles
    /// and deliveries it has: nobody could use them. In one with other threads, a second handle or a
    /// delivery may be theirs at any time, so that this waits for them even if both are forgotten
    /// on its own thread: acknowledge or drop what was received before, or say
    /// [how long](Self::join_timeout).
    ///
    /// # Errors
    ///
    /// [`QueueError::Deserted`], [`QueueError::Ended`] and [`QueueError::Lost`].
    pub fn join(&self) -> Result<(), QueueError> {
        self.join_until(None)
    }

    /// As [`join`](Self::join), for this long at most.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Timeout`].
    pub fn join_timeout(&self, timeout: Duration) -> Result<(), QueueError> {
        self.join_until(Instant::now().checked_add(timeout))
    }

    fn join_until(&self, until: Option<Instant>) -> Result<(), QueueError> {
        let shared = &self.shared;
        let interval = shared.timeout / 4;
        let mut quiet: Option<(u64, Instant)> = None;
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let patience = left.map_or(interval, |left| left.min(interval));
            let alone = shared.is_alone();
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
