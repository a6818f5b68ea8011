//! What goes in and out of a queue, and how it is said.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{codec::Bytes, sync::Arc};

/// The bytes of an item, which the queue keeps while they are elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::queue) struct Content(pub(in crate::queue) Arc<Bytes>);

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Arc::new(Bytes::deserialize(deserializer)?)))
    }
}

/// An item in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::queue) struct Item {
    pub(in crate::queue) content: Content,
    pub(in crate::queue) sender: u32,
    pub(in crate::queue) recipient: Option<u32>,
    /// How often it was delivered.
    pub(super) delivered: u32,
    /// How many of those it was delivered to have died with it.
    pub(super) deaths: u32,
    /// When it came back last; 0: never.
    pub(super) returned: u64,
}

/// What an item takes besides its own bytes, about.
const AROUND: usize = 128;

impl Content {
    /// What it counts for in the bytes that a queue may hold.
    pub(super) fn size(&self) -> usize {
        self.0.len() + AROUND
    }
}

impl Item {
    pub(in crate::queue) fn new(content: Content, sender: u32, recipient: Option<u32>) -> Self {
        Self { content, sender, recipient, delivered: 0, deaths: 0, returned: 0 }
    }
}

/// An item that was given to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::queue) struct Handed {
    /// The number of the delivery.
    pub(in crate::queue) number: u64,
    pub(in crate::queue) sender: u32,
    pub(in crate::queue) recipient: Option<u32>,
    /// How often it was delivered before.
    pub(in crate::queue) attempt: u32,
    pub(in crate::queue) content: Content,
}

/// How far somebody who looks for an item has looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::queue) struct Cursor {
    /// The first place that was not looked at.
    pub(super) place: u64,
    /// Of what has come back, the last that was looked at.
    pub(super) returned: u64,
}

/// Why nobody gets an item any more.
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

/// An item that nobody gets any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::queue) struct Dead {
    pub(in crate::queue) content: Content,
    pub(in crate::queue) sender: u32,
    pub(in crate::queue) recipient: Option<u32>,
    pub(in crate::queue) delivered: u32,
    pub(in crate::queue) reason: DeadReason,
}

/// What is there for somebody who looks for an item: each with its place.
pub(in crate::queue) type Offer = (Vec<(u64, Content)>, Cursor);

/// How those who wait are answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::queue) enum Reply {
    /// The item is in the queue, or with whoever waited for it.
    Sent,
    Handed(Vec<Handed>),
    Offered(Offer),
    /// Everything is acknowledged.
    Done,
}
