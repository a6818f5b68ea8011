//! What a messenger receives, and what can go wrong with it.

use std::{any::type_name, fmt};

use crate::{
    codec::{Arguments, Draft, EncodeError, Malformed},
    protocol::{Message, Priority},
};

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

/// Why a receive gave no message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecvError {
    /// The peer sent this error with `send_error`.
    Remote(RemoteError),
    /// The peer asks this end to close with `send_close_request`; what else it sent can still be
    /// received. Or the owner of this function worker does, and all that it sent is received.
    CloseRequested,
    /// The peer is gone, and nothing is left of what it sent.
    Closed,
    /// Nothing came in time.
    Timeout,
    /// Nothing is there now.
    Empty,
    /// The peer broke the protocol, or sent what is no such message.
    Protocol(String),
    /// This end has gone away with a message that it was a part of.
    Moved,
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remote(error) => error.fmt(f),
            Self::CloseRequested => f.write_str("the peer asks to close"),
            Self::Closed => f.write_str("the peer is gone"),
            Self::Timeout => f.write_str("no message came in time"),
            Self::Empty => f.write_str("no message is there"),
            Self::Protocol(text) => write!(f, "the peer broke the protocol: {text}"),
            Self::Moved => f.write_str(MOVED),
        }
    }
}

impl std::error::Error for RecvError {}

/// What is said of an end of a messenger that is not here any more.
pub(super) const MOVED: &str =
    "this end of the messenger has gone away with a message; it works where that was received";

/// An error that the peer sent as a value.
#[derive(Clone, PartialEq, Eq)]
pub struct RemoteError {
    text: String,
    type_name: String,
    payload: Vec<u8>,
    /// Where the value begins in the payload.
    value_at: usize,
}

impl RemoteError {
    pub(super) fn write<E: std::error::Error + Message>(error: &E, draft: &mut Draft) {
        draft.put(&error.to_string());
        draft.put(type_name::<E>());
        draft.put(error);
    }

    pub(super) fn read(payload: &[u8]) -> Result<Self, Malformed> {
        let mut arguments = Arguments::new(payload);
        let text = arguments.take()?;
        let type_name = arguments.take()?;
        let value_at = payload.len() - arguments.left();
        Ok(Self { text, type_name, payload: payload.to_vec(), value_at })
    }

    /// The error, if an `E` was sent; another type is `None`, also where its bytes would fit.
    #[must_use]
    pub fn downcast<E: Message>(&self) -> Option<E> {
        if self.type_name != type_name::<E>() {
            return None;
        }
        let mut arguments = Arguments::new(&self.payload[self.value_at..]);
        let error = arguments.take().ok()?;
        arguments.finish().ok()?;
        Some(error)
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RemoteError({}: {:?})", self.type_name, self.text)
    }
}

impl std::error::Error for RemoteError {}

/// Why a message did not go out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// The peer is gone.
    Closed,
    /// The message is over the limit, in bytes.
    TooLarge {
        /// How large it is, or how large it had grown when it was given up.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// The message cannot be encoded.
    Encode(String),
    /// 64 MiB wait to be taken by the peer, and no room came in time.
    Full,
    /// There is no request to reply to.
    NoRequest,
    /// This end has gone away with a message that it was a part of.
    Moved,
}

impl From<EncodeError> for SendError {
    fn from(error: EncodeError) -> Self {
        match error {
            EncodeError::TooLarge { size, limit } => Self::TooLarge { size, limit },
            EncodeError::Refused(text) => Self::Encode(text),
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the peer is gone"),
            Self::TooLarge { size, limit } => {
                write!(f, "a message of {size} bytes or more is over the limit of {limit}")
            }
            Self::Encode(text) => write!(f, "cannot encode: {text}"),
            Self::Full => f.write_str("the peer does not keep up: no room to send in time"),
            Self::NoRequest => f.write_str("there is no request on this channel to reply to"),
            Self::Moved => f.write_str(MOVED),
        }
    }
}

impl std::error::Error for SendError {}
