//! Items that many processes send, and many receive.

mod asking;
mod core;
mod delivery;
mod desk;
mod handle;
mod joining;
mod letters;
mod receiving;
mod server;
mod travel;
mod value;
mod watch;

use std::{any::type_name, fmt, marker::PhantomData, time::Duration};

use self::{
    core::{Content, Limits},
    desk::Desk,
    handle::{Holders, Shared},
    server::Server,
    value::store,
};
use crate::{
    error::SpawnError,
    protocol::Wire,
    spawn::{Host, HostThread, Lent, MESSAGE_MOST},
    sync::Arc,
};

pub use crate::error::queue::{QueueError, QueueSendError};

pub use self::{
    core::DeadReason,
    delivery::Delivery,
    joining::QueueJoinError,
    letters::DeadLetter,
    receiving::{QueueIter, QueueTryIter},
};

const TIMEOUT: Duration = Duration::from_secs(5);
const BYTES: usize = 1 << 30;

/// A queue that any number of processes send to and receive from.
///
/// A handle is cheap to clone and travels: as an argument, a reply or a field of a message. An item
/// is of any serde type; it cannot hold a handle itself, since those travel only in messages. It
/// has the size of a message at most, 64 MiB.
///
/// Whoever [receives](Self::recv) an item acknowledges it. Until then the queue keeps it: if the
/// [`Delivery`] is dropped or its process dies, the item goes back to its place, and somebody else
/// gets it. What three processes have died with goes to the [dead letters](Self::dead_letters).
/// Items are received in the order in which they were sent, and those who wait for one, or for room,
/// have their turn in the order in which they came.
///
/// The items are kept in the process that made the queue, where its handles reach them directly,
/// and a thread of coproc's own serves those in other processes. No code of users runs there, and a
/// process of its own would live no longer, start later, and be one hop further. The queue
/// ends with everything in it when the last handle in that process is dropped. Handles in other
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
///     // One for each: nobody knows who takes which.
///     workers.iter().try_for_each(|_| jobs.send(Job::Stop))?;
///     for worker in workers {
///         worker?.worker().join()?;
///     }
///     Ok(())
/// }
/// ```
pub struct Queue<T> {
    holders: Arc<Holders>,
    item: PhantomData<fn(T) -> T>,
}

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
    limits: Limits,
    timeout: Duration,
    item: PhantomData<fn(T) -> T>,
}

impl<T: Wire> QueueBuilder<T> {
    /// How many items may wait for a receiver, at least one; who sends more waits. Without it there
    /// is no such limit. Items that come back count, but are never refused.
    pub fn capacity(mut self, items: usize) -> Self {
        self.limits.items = Some(items.max(1));
        self
    }

    /// How many bytes all items may have together, as they are encoded and with 128 more for each;
    /// 1 GiB if nothing else is said. Items that are delivered and not acknowledged count, and so do
    /// dead letters. Who sends more waits if the queue has a [capacity](Self::capacity) in items,
    /// and else gets [`QueueError::Exhausted`].
    pub fn bytes(mut self, bytes: usize) -> Self {
        self.limits.bytes = bytes;
        self
    }

    /// How long the queue may take to answer, beside what it was told to wait; 5 s if nothing else
    /// is said. In other processes than its own that is how soon a queue that hangs is an error,
    /// [`QueueError::Lost`]: whoever waits for longer asks at every half of it whether it is there.
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
        let desk = Desk::new(self.limits);
        let place = HostThread { max_message: MESSAGE_MOST };
        let worker = Server::on(place).spawn(Lent(Arc::clone(&desk)))?;
        let server = (*worker).clone();
        let host = Host { hosted: desk, worker };
        Ok(Queue::of(Shared::open(server, self.timeout, self.limits.items, Some(host))))
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
    /// A queue in which `capacity` items, at least one, may wait for a receiver; who sends more
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
        let limits = Limits { items: None, bytes: BYTES };
        QueueBuilder { limits, timeout: TIMEOUT, item: PhantomData }
    }

    /// Sends an item to whoever receives it first. Waits while the queue is full. The item is in
    /// the queue when this returns.
    ///
    /// # Errors
    ///
    /// With the item: [`QueueError::Ended`], [`QueueError::Lost`], [`QueueError::Encode`],
    /// [`QueueError::TooLarge`] and [`QueueError::Exhausted`].
    pub fn send(&self, item: T) -> Result<(), QueueSendError<T>> {
        self.put(item, None, None)
    }

    /// As [`send`](Self::send), but does not wait for room.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Full`].
    pub fn try_send(&self, item: T) -> Result<(), QueueSendError<T>> {
        self.put(item, None, Some(Duration::ZERO)).map_err(full)
    }

    /// As [`send`](Self::send), but waits for room for this long at most.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Timeout`].
    pub fn send_timeout(&self, item: T, timeout: Duration) -> Result<(), QueueSendError<T>> {
        self.put(item, None, Some(timeout))
    }

    /// Sends an item that only this process receives; if it is gone, or dies before, the item is a
    /// [dead letter](Self::dead_letters). Waits while the queue is full.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_to(&self, pid: u32, item: T) -> Result<(), QueueSendError<T>> {
        self.put(item, Some(pid), None)
    }

    /// As [`send_to`](Self::send_to), but does not wait for room.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Full`].
    pub fn try_send_to(&self, pid: u32, item: T) -> Result<(), QueueSendError<T>> {
        self.put(item, Some(pid), Some(Duration::ZERO)).map_err(full)
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
        self.put(item, Some(pid), Some(timeout))
    }

    /// Sends each of these processes an item of its own, all of them the same, in this order; see
    /// [`send_to`](Self::send_to).
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); the error says whom it was not sent to.
    pub fn send_each(
        &self,
        pids: impl IntoIterator<Item = u32>,
        item: T,
    ) -> Result<(), QueueSendError<T>> {
        let mut pids = pids.into_iter();
        let content = match store(&item) {
            Ok(content) => content,
            Err(error) => return Err(QueueSendError::new(item, error, pids.collect())),
        };
        while let Some(pid) = pids.next() {
            if let Err(error) = self.put_content(content.clone(), Some(pid), None) {
                let unsent = std::iter::once(pid).chain(pids).collect();
                return Err(QueueSendError::new(item, error, unsent));
            }
        }
        Ok(())
    }

    fn put(
        &self,
        item: T,
        recipient: Option<u32>,
        patience: Option<Duration>,
    ) -> Result<(), QueueSendError<T>> {
        let sent = store(&item).and_then(|content| self.put_content(content, recipient, patience));
        sent.map_err(|error| QueueSendError::new(item, error, recipient.into_iter().collect()))
    }

    fn put_content(
        &self,
        content: Content,
        recipient: Option<u32>,
        patience: Option<Duration>,
    ) -> Result<(), QueueError> {
        self.holders.send(content, recipient, patience).map(drop)
    }

    /// How many items wait for a receiver, those for one process among them.
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`] and [`QueueError::Lost`].
    pub fn len(&self) -> Result<usize, QueueError> {
        self.holders.level().map(|(len, _)| len)
    }

    /// Whether no item waits for a receiver.
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`] and [`QueueError::Lost`].
    pub fn is_empty(&self) -> Result<bool, QueueError> {
        self.holders.level().map(|(len, _)| len == 0)
    }

    /// Whether there is no room for another item.
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`] and [`QueueError::Lost`].
    pub fn is_full(&self) -> Result<bool, QueueError> {
        self.holders.level().map(|(_, full)| full)
    }
}

impl<T> Queue<T> {
    fn of(holders: Arc<Holders>) -> Self {
        Self { holders, item: PhantomData }
    }

    /// How many items may wait for a receiver; `None` if any number may.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.holders.capacity
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
            .field("server", &self.holders.server)
            .finish_non_exhaustive()
    }
}
