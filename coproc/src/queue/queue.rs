//! The handle of a queue, and sending.

use std::{any::type_name, fmt, marker::PhantomData, time::Duration};

use super::{
    core::{ItemBytes, Question, QueueReply},
    link::{Holders, unexpected},
};
use crate::{
    call::Controller as _,
    error::queue::{QueueError, QueueSendError},
    protocol::Wire,
    sync::Arc,
};

/// A queue that any number of processes send to and receive from.
///
/// A handle is cheap to clone and travels: as an argument, a reply or a field of a message. An item
/// is of any serde type; it cannot hold a handle itself, since those travel only in messages. It
/// has the size of a message at most, 64 MiB.
///
/// The receiver of an item [acknowledges](super::Delivery::ack) it. Until then the queue keeps it: if
/// the [`Delivery`](super::Delivery) is dropped or its process dies, the item returns to its place
/// and is delivered again. An item that three processes have died with is a
/// [dead letter](Self::dead_letters). Items are received in the order in which they were sent.
/// Receivers that wait for an item, and senders that wait for room, are served in the order in which
/// they came.
///
/// The items are kept in the process that made the queue, where its handles reach them directly,
/// and a thread of coproc's own serves those in other processes. No code of users runs there. The
/// queue ends with everything in it when the last handle in that process is dropped. Handles in other
/// processes do not own it, nor do handles that come back from there. After that every operation
/// gives [`QueueError::Ended`].
///
/// ```
/// use coproc::{Queue, prelude::*};
///
/// #[derive(Serialize, Deserialize)]
/// enum Job {
///     Square(u64),
///     Stop,
/// }
///
/// /// Does jobs until it is told to stop.
/// #[worker]
/// fn work(jobs: Queue<Job>, squares: Queue<u64>) -> coproc::Result<()> {
///     loop {
///         let job = jobs.recv()?;
///         match *job {
///             Job::Square(n) => squares.send(n * n)?,
///             Job::Stop => return Ok(job.ack()?),
///         }
///         job.ack()?;
///     }
/// }
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let (jobs, squares) = (Queue::bounded(100)?, Queue::unbounded()?);
///     let workers = [(); 2].map(|()| Work::spawn(jobs.clone(), squares.clone()));
///     for n in 1..=10 {
///         jobs.send(Job::Square(n))?;
///     }
///     jobs.clone().join()?;
///     assert_eq!(squares.len()?, 10);
///     let mut sum = 0;
///     for square in squares.try_iter() {
///         sum += square?.into_inner();
///     }
///     assert_eq!(sum, 385);
///     // One for each worker.
///     workers.iter().try_for_each(|_| jobs.send(Job::Stop))?;
///     for worker in workers {
///         worker?.worker().join()?;
///     }
///     Ok(())
/// }
/// ```
pub struct Queue<T> {
    pub(super) holders: Arc<Holders>,
    item: PhantomData<fn(T) -> T>,
}

impl<T: Wire> Queue<T> {
    /// Sends an item that any process may receive. Waits while the queue is full. The item is in the
    /// queue when this returns.
    ///
    /// # Errors
    ///
    /// With the item: [`QueueError::Ended`], [`QueueError::Lost`], [`QueueError::Encode`],
    /// [`QueueError::TooLarge`] and [`QueueError::Exhausted`].
    pub fn send(&self, item: T) -> Result<(), QueueSendError<T>> {
        self.send_item(item, None, None)
    }

    /// As [`send`](Self::send), but does not wait for room.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Full`].
    pub fn try_send(&self, item: T) -> Result<(), QueueSendError<T>> {
        self.send_item(item, None, Some(Duration::ZERO)).map_err(full)
    }

    /// As [`send`](Self::send), but waits for room for this long at most.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Timeout`].
    pub fn send_timeout(&self, item: T, timeout: Duration) -> Result<(), QueueSendError<T>> {
        self.send_item(item, None, Some(timeout))
    }

    /// Sends an item that only this process receives; if it is gone, or dies before, the item is a
    /// [dead letter](Self::dead_letters). Waits while the queue is full.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_to(&self, pid: u32, item: T) -> Result<(), QueueSendError<T>> {
        self.send_item(item, Some(pid), None)
    }

    /// As [`send_to`](Self::send_to), but does not wait for room.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Full`].
    pub fn try_send_to(&self, pid: u32, item: T) -> Result<(), QueueSendError<T>> {
        self.send_item(item, Some(pid), Some(Duration::ZERO)).map_err(full)
    }

    /// As [`send_to`](Self::send_to), but waits for room for this long at most.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Timeout`].
    pub fn send_to_timeout(
        &self,
        pid: u32,
        item: T,
        timeout: Duration,
    ) -> Result<(), QueueSendError<T>> {
        self.send_item(item, Some(pid), Some(timeout))
    }

    /// Sends each of these processes an item of its own, all of them the same, in this order; see
    /// [`send_to`](Self::send_to).
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); the error names the processes that it was not sent to.
    pub fn send_each(
        &self,
        pids: impl IntoIterator<Item = u32>,
        item: T,
    ) -> Result<(), QueueSendError<T>> {
        let mut pids = pids.into_iter();
        let bytes = match ItemBytes::encode(&item) {
            Ok(bytes) => bytes,
            Err(error) => return Err(QueueSendError::new(item, error, pids.collect())),
        };
        while let Some(pid) = pids.next() {
            if let Err(error) = self.send_bytes(bytes.clone(), Some(pid), None) {
                let unsent = std::iter::once(pid).chain(pids).collect();
                return Err(QueueSendError::new(item, error, unsent));
            }
        }
        Ok(())
    }

    fn send_item(
        &self,
        item: T,
        recipient: Option<u32>,
        patience: Option<Duration>,
    ) -> Result<(), QueueSendError<T>> {
        let bytes = ItemBytes::encode(&item);
        let sent = bytes.and_then(|bytes| self.send_bytes(bytes, recipient, patience));
        sent.map_err(|error| QueueSendError::new(item, error, recipient.into_iter().collect()))
    }

    fn send_bytes(
        &self,
        bytes: ItemBytes,
        recipient: Option<u32>,
        patience: Option<Duration>,
    ) -> Result<(), QueueError> {
        self.holders.link.ask(Question::Send(bytes, recipient), patience).map(drop)
    }

    fn level(&self) -> Result<(usize, bool), QueueError> {
        match self.holders.link.ask(Question::Level, None)? {
            QueueReply::Level(len, is_full) => Ok((len, is_full)),
            other => Err(unexpected(&other)),
        }
    }

    /// How many items wait for a receiver, those for one process among them.
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`] and [`QueueError::Lost`].
    pub fn len(&self) -> Result<usize, QueueError> {
        self.level().map(|(len, _)| len)
    }

    /// Whether no item waits for a receiver.
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`] and [`QueueError::Lost`].
    pub fn is_empty(&self) -> Result<bool, QueueError> {
        self.level().map(|(len, _)| len == 0)
    }

    /// Whether there is no room for another item.
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`] and [`QueueError::Lost`].
    pub fn is_full(&self) -> Result<bool, QueueError> {
        self.level().map(|(_, full)| full)
    }
}

impl<T> Queue<T> {
    pub(super) fn of(holders: Arc<Holders>) -> Self {
        Self { holders, item: PhantomData }
    }

    /// How many items may wait for a receiver; `None` if any number may.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.holders.link.capacity
    }
}

fn full<T>(unsent: QueueSendError<T>) -> QueueSendError<T> {
    match unsent.error {
        QueueError::Timeout => QueueSendError { error: QueueError::Full, ..unsent },
        _ => unsent,
    }
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Self::of(Arc::clone(&self.holders))
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("item", &type_name::<T>())
            .field("worker", self.holders.link.access.worker.link())
            .finish_non_exhaustive()
    }
}
