//! What a messenger receives.

use crate::protocol::Priority;

/// A message with what stood on its outside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received<R, C> {
    /// The message.
    pub value: R,
    /// How urgent it was.
    pub priority: Priority,
    /// The channel it came through.
    pub channel: C,
    /// What it is.
    pub kind: ReceivedKind,
}

/// What a received message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReceivedKind {
    /// A message that wants no reply.
    Message,
    /// A message that wants a reply.
    Request,
    /// The reply to a request.
    Reply,
}
