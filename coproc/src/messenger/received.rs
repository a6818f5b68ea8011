//! A received message with its priority, channel and kind.

use crate::protocol::Priority;

/// A message with its priority, channel and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received<R, C> {
    /// The message.
    pub value: R,
    /// Its priority.
    pub priority: Priority,
    /// The channel on which it was sent.
    pub channel: C,
    /// Its kind.
    pub kind: ReceivedKind,
}

/// The kind of a received message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReceivedKind {
    /// A message without a reply.
    Message,
    /// A request, which the receiver should reply to.
    Request,
    /// The reply to a request.
    Reply,
}
