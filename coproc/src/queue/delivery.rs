//! An item that was received.

use std::{fmt, ops::Deref};

use super::{
    core::{Delivered, ItemBytes, Notice},
    link::Holders,
};
use crate::{error::QueueError, protocol::Wire, sync::Arc};

/// The right to say what becomes of a delivered item. Dropped, it returns the item.
pub(super) struct Claim {
    holders: Arc<Holders>,
    number: u64,
    sender: u32,
    recipient: Option<u32>,
    attempt: u32,
    open: bool,
}

impl Claim {
    /// Claims an item. If decoding it panics, the item returns to the queue.
    pub(super) fn new(holders: &Arc<Holders>, delivered: Delivered) -> (Self, ItemBytes) {
        let Delivered { number, sender, recipient, attempt, bytes } = delivered;
        let holders = Arc::clone(holders);
        (Self { holders, number, sender, recipient, attempt, open: true }, bytes)
    }

    fn settle(mut self, notice: fn(u64) -> Notice) -> Result<(), QueueError> {
        self.open = false;
        self.holders.link.tell(notice(self.number))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.open {
            // If it fails, the queue has ended.
            let _ = self.holders.link.tell(Notice::Return(self.number));
        }
    }
}

/// An item that was received from a [`Queue`](crate::Queue), to which it derefs, until it is
/// acknowledged.
///
/// Dropped without [`ack`](Self::ack) it returns to its place in the queue and is delivered again; so
/// it does if this process dies. This process may receive it again: a loop over
/// [`iter`](crate::Queue::iter) or [`try_iter`](crate::Queue::try_iter) that acknowledges nothing never
/// comes to the second item. It keeps the queue as a handle does.
///
/// ```
/// use coproc::Queue;
///
/// let queue = Queue::unbounded()?;
/// queue.send("a job".to_owned())?;
/// let job = queue.recv()?;
/// assert_eq!((job.len(), job.attempt()), (5, 0));
/// drop(job);
/// let job = queue.recv()?;
/// assert_eq!(job.attempt(), 1);
/// job.ack()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "an item that is not acknowledged returns to the queue, and is received again"]
pub struct Delivery<T> {
    item: T,
    claim: Claim,
}

impl<T: Wire> Delivery<T> {
    /// # Errors
    ///
    /// [`QueueError::Decode`]; the item is a dead letter then.
    pub(super) fn read((claim, bytes): (Claim, ItemBytes)) -> Result<Self, QueueError> {
        match bytes.decode() {
            Ok(item) => Ok(Self { item, claim }),
            Err(error) => {
                // If it fails, the queue has ended.
                let _ = claim.settle(Notice::Reject);
                Err(error)
            }
        }
    }
}

impl<T> Delivery<T> {
    pub(super) fn is_of(&self, holders: &Arc<Holders>) -> bool {
        Arc::ptr_eq(&self.claim.holders, holders)
    }

    /// Gives its number, with which the caller acknowledges it.
    pub(super) fn release(mut self) -> u64 {
        self.claim.open = false;
        self.claim.number
    }

    /// Tells the queue that this item is done with. Does not wait for the queue.
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`] if there is no queue any more.
    pub fn ack(self) -> Result<(), QueueError> {
        self.claim.settle(|number| Notice::Acknowledge(vec![number]))
    }

    /// Returns the item to its place in the queue, as dropping this does.
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`] if there is no queue any more.
    pub fn nack(self) -> Result<(), QueueError> {
        self.claim.settle(Notice::Return)
    }

    /// Acknowledges the item and gives it, also if the queue has ended.
    #[must_use = "the item is acknowledged, and is not delivered again"]
    pub fn into_inner(self) -> T {
        let Self { item, claim } = self;
        let _ = claim.settle(|number| Notice::Acknowledge(vec![number]));
        item
    }

    /// The process that sent it.
    #[must_use]
    pub fn sender(&self) -> u32 {
        self.claim.sender
    }

    /// The process that it was sent to; `None` if any process may receive it.
    #[must_use]
    pub fn recipient(&self) -> Option<u32> {
        self.claim.recipient
    }

    /// How often it was delivered before.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.claim.attempt
    }

    /// The number of this delivery: no other of this queue has it, nor has another of this item.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.claim.number
    }
}

impl<T> Deref for Delivery<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.item
    }
}

impl<T: fmt::Debug> fmt::Debug for Delivery<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("item", &self.item)
            .field("number", &self.claim.number)
            .field("sender", &self.claim.sender)
            .field("recipient", &self.claim.recipient)
            .field("attempt", &self.claim.attempt)
            .finish()
    }
}
