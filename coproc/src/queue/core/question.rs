//! What callers ask and tell a queue, and what it replies.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::item::{Cursor, DeadItem, Delivered, ItemBytes};

/// The caller that asks something.
pub(crate) struct QueueCaller<A> {
    /// The link that the question came over.
    pub(crate) link: u64,
    /// The process at the other end of the link.
    pub(crate) pid: u32,
    /// The number of the question, which no other of this link has.
    pub(crate) question: u64,
    /// The end of its wait; `None` if it waits as long as it takes.
    pub(crate) until: Option<Instant>,
    pub(crate) reply_to: A,
}

/// What a receiver waits for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Demand {
    /// The first items for it, at most so many.
    First(usize),
    /// A look at the items for it that the cursor has not seen.
    Look(Cursor),
}

/// What a caller asks. Each question has one reply.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Question {
    /// Adds an item once there is room, for this process or for any.
    Send(ItemBytes, Option<u32>),
    Receive(Demand),
    /// Delivers the item at a place that the caller has looked at, unless it is gone.
    Take(u64),
    /// Is answered once every item is acknowledged.
    Join,
    Level,
    /// Gives the first dead letters that no question holds. The caller's question holds them until it
    /// is withdrawn, or until they are [removed](Notice::RemoveDeadLetters).
    DeadLetters,
}

/// What a caller tells. A notice has no reply.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Notice {
    /// The deliveries with these numbers are done.
    Acknowledge(Vec<u64>),
    /// An item returns to its place.
    Return(u64),
    /// An item cannot be read.
    Reject(u64),
    /// The caller of this question does not wait any more, and has received nothing.
    Withdraw(u64),
    /// All dead letters that this question holds have arrived.
    RemoveDeadLetters(u64),
    /// Over the caller's link no handle and no delivery is left, except in joins.
    Abandon,
    /// Over the caller's link there is a handle again, which a join has given back.
    Resume,
}

/// What a question gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum QueueReply {
    /// The item was added, or every item is acknowledged.
    Done,
    Delivered(Vec<Delivered>),
    /// Items, each with its place, and how much of the queue is seen with them.
    Offered(Vec<(u64, ItemBytes)>, Cursor),
    /// How many items wait for a receiver, and whether there is no room for more.
    Level(usize, bool),
    DeadLetters(Vec<DeadItem>),
}
