//! An item that was received.

use std::{fmt, ops::Deref};

use super::{core::Handed, handle::Holders, value::load};
use crate::{error::QueueError, protocol::Wire, sync::Arc};

/// What is to be said about an item that was received; it goes back unless something is.
struct Claim {
    holders: Arc<Holders>,
    number: u64,
    open: bool,
}

impl Claim {
    fn acknowledge(mut self) -> Result<(), QueueError> {
        self.open = false;
        self.holders.acknowledge(&[self.number])
    }

    fn give_back(mut self) -> Result<(), QueueError> {
        self.open = false;
        self.holders.give_back(self.number)
    }

    fn reject(mut self) {
        self.open = false;
        // If it fails, the queue has ended.
        let _ = self.holders.reject(self.number);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.open {
            // If it fails, the queue has ended.
            let _ = self.holders.give_back(self.number);
        }
    }
}

/// An item that was received from a [`Queue`](crate::Queue), to which it derefs, until it is
/// acknowledged.
///
/// Dropped without [`ack`](Self::ack) it goes back to its place in the queue, and somebody else
/// gets it; so it does if this process dies. That may be whoever has dropped it: a loop over
/// [`iter`](crate::Queue::iter) or [`try_iter`](crate::Queue::try_iter) that only looks at items never
/// comes to the second. It keeps the queue as a handle does.
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
#[must_use = "an item that is not acknowledged goes back, and is received again"]
pub struct Delivery<T> {
    item: T,
    claim: Claim,
    sender: u32,
    recipient: Option<u32>,
    attempt: u32,
}

/// An item that has come and is not yet read. If reading it panics, it goes back.
pub(super) struct Unread {
    claim: Claim,
    handed: Handed,
}

impl Unread {
    pub(super) fn new(holders: &Arc<Holders>, handed: Handed) -> Self {
        let claim = Claim { holders: Arc::clone(holders), number: handed.number, open: true };
        Self { claim, handed }
    }

    /// # Errors
    ///
    /// [`QueueError::Decode`]; the item is a dead letter then.
    pub(super) fn read<T: Wire>(self) -> Result<Delivery<T>, QueueError> {
        let Self { claim, handed: Handed { sender, recipient, attempt, content, .. } } = self;
        match load(&content) {
            Ok(item) => Ok(Delivery { item, claim, sender, recipient, attempt }),
            Err(error) => {
                claim.reject();
                Err(error)
            }
        }
    }
}

impl<T> Delivery<T> {
    pub(super) fn is_of(&self, holders: &Arc<Holders>) -> bool {
        Arc::ptr_eq(&self.claim.holders, holders)
    }

    /// Its number, for the caller to say what becomes of it.
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
        self.claim.acknowledge()
    }

    /// Lets the item go back to its place in the queue, as dropping this does.
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`] if there is no queue any more.
    pub fn nack(self) -> Result<(), QueueError> {
        self.claim.give_back()
    }

    /// Acknowledges the item and gives it. If the queue has ended, there is nobody to tell.
    #[must_use = "the item is acknowledged, and nobody else gets it"]
    pub fn into_inner(self) -> T {
        let _ = self.claim.acknowledge();
        self.item
    }

    /// The process that sent it.
    #[must_use]
    pub fn sender(&self) -> u32 {
        self.sender
    }

    /// The process that it was sent to; `None`: whoever comes first.
    #[must_use]
    pub fn recipient(&self) -> Option<u32> {
        self.recipient
    }

    /// How often it was delivered before.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
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
            .field("sender", &self.sender)
            .field("recipient", &self.recipient)
            .field("attempt", &self.attempt)
            .finish()
    }
}
