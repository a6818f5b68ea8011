//! Items that are not delivered any more.

use std::{fmt, marker::PhantomData};

use super::{
    core::{DeadItem, DeadReason},
    queue::Queue,
};
use crate::{error::QueueError, protocol::Wire};

/// An item that is not delivered any more; see [`Queue::dead_letters`].
///
/// ```
/// use coproc::{Queue, queue::DeadReason};
///
/// let queue = Queue::unbounded()?;
/// let no_process = u32::MAX;
/// queue.send_to(no_process, 7_u64)?;
/// let letters = queue.dead_letters()?;
/// assert_eq!((letters[0].item()?, letters[0].reason()), (7, DeadReason::Recipient));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct DeadLetter<T> {
    dead: DeadItem,
    item: PhantomData<fn() -> T>,
}

impl<T: Wire> DeadLetter<T> {
    /// The item.
    ///
    /// # Errors
    ///
    /// [`QueueError::Decode`] if its own `Deserialize` refuses to read it.
    pub fn item(&self) -> Result<T, QueueError> {
        self.dead.bytes.decode()
    }
}

impl<T> DeadLetter<T> {
    /// Why it is not delivered any more.
    #[must_use]
    pub fn reason(&self) -> DeadReason {
        self.dead.reason
    }

    /// The process that sent it.
    #[must_use]
    pub fn sender(&self) -> u32 {
        self.dead.sender
    }

    /// The process that it was sent to; `None` if any process may receive it.
    #[must_use]
    pub fn recipient(&self) -> Option<u32> {
        self.dead.recipient
    }

    /// How often it was delivered.
    #[must_use]
    pub fn deliveries(&self) -> u32 {
        self.dead.deliveries
    }
}

impl<T> fmt::Debug for DeadLetter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter")
            .field("reason", &self.dead.reason)
            .field("sender", &self.dead.sender)
            .field("recipient", &self.dead.recipient)
            .field("deliveries", &self.dead.deliveries)
            .finish_non_exhaustive()
    }
}

impl<T: Wire> Queue<T> {
    /// Takes all dead letters out of the queue, the oldest first: items that three processes have
    /// died with, items for a process that is gone, and items that cannot be read. They count in
    /// the bytes that the queue may hold, and [`join`](Self::join) does not wait for them.
    ///
    /// They stay in the queue until all of them have arrived here; with an error none is taken.
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`] and [`QueueError::Lost`].
    pub fn dead_letters(&self) -> Result<Vec<DeadLetter<T>>, QueueError> {
        let letter = |dead| DeadLetter { dead, item: PhantomData };
        Ok(self.holders.link.dead_letters()?.into_iter().map(letter).collect())
    }
}
