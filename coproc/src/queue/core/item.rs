//! Items in a queue, on their way to a receiver, and as dead letters.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    codec::{self, Bytes, EncodeError},
    error::QueueError,
    protocol::Wire,
    sync::Arc,
};

/// How large an item may be, in bytes: a message, less what stands around it.
const ITEM_MOST: usize = (64 << 20) - (64 << 10);

/// What an item takes besides its own bytes, about.
const OVERHEAD: usize = 128;

/// The bytes of an item. The queue and its deliveries share them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ItemBytes(Arc<Bytes>);

impl ItemBytes {
    pub(crate) fn encode<T: Wire>(item: &T) -> Result<Self, QueueError> {
        let bytes = codec::to_bytes(item, ITEM_MOST).map_err(|error| match error {
            EncodeError::TooLarge { size, limit } => QueueError::TooLarge { size, limit },
            EncodeError::Refused(text) => QueueError::Encode(text),
        })?;
        Ok(Self(Arc::new(bytes)))
    }

    pub(crate) fn decode<T: Wire>(&self) -> Result<T, QueueError> {
        codec::from_bytes(&self.0).map_err(|error| QueueError::Decode(error.to_string()))
    }

    /// What it counts for in the bytes that a queue may hold.
    pub(super) fn size(&self) -> usize {
        self.0.len() + OVERHEAD
    }
}

impl Serialize for ItemBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ItemBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Arc::new(Bytes::deserialize(deserializer)?)))
    }
}

/// An item in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct QueueItem {
    pub(super) bytes: ItemBytes,
    pub(super) sender: u32,
    pub(super) recipient: Option<u32>,
    /// How often it was delivered.
    pub(super) deliveries: u32,
    /// How many processes have died with it.
    pub(super) deaths: u32,
    /// The number of its last return to the queue; 0 if it was never returned.
    pub(super) returned: u64,
}

impl QueueItem {
    pub(super) fn new(bytes: ItemBytes, sender: u32, recipient: Option<u32>) -> Self {
        Self { bytes, sender, recipient, deliveries: 0, deaths: 0, returned: 0 }
    }
}

/// An item on its way to a receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delivered {
    /// The number of the delivery.
    pub(crate) number: u64,
    pub(crate) sender: u32,
    pub(crate) recipient: Option<u32>,
    /// How often it was delivered before.
    pub(crate) attempt: u32,
    pub(crate) bytes: ItemBytes,
}

/// How much of a queue a selecting receiver has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The first place that it has not seen.
    pub(super) place: u64,
    /// The last return that it has seen.
    pub(super) returned: u64,
}

/// Why an item is a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DeadReason {
    /// Three processes have died while they had it.
    Deaths,
    /// The process that it was sent to is gone.
    Recipient,
    /// Its own `Deserialize` refused to read it.
    Unreadable,
}

/// An item that is not delivered any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeadItem {
    pub(crate) bytes: ItemBytes,
    pub(crate) sender: u32,
    pub(crate) recipient: Option<u32>,
    pub(crate) deliveries: u32,
    pub(crate) reason: DeadReason,
}
