//! Receives that gave no message, and errors that the peer sent.

use std::{any::type_name, fmt};

use crate::{
    codec::{Arguments, Draft, Malformed},
    protocol::Message,
};

/// What is said of an end of a messenger that is not here any more.
pub(super) const MOVED: &str =
    "this end of the messenger has gone away with a message; it works where that was received";

/// Why a receive gave no message: what any form of it can give. [`TryRecvError`] and
/// [`RecvTimeoutError`] add what only the form that gives them can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecvError {
    /// The peer sent this error with [`send_error`](super::Lane::send_error).
    #[error(transparent)]
    Remote(RemoteError),
    /// The peer asks this end to close with
    /// [`send_close_request`](super::Lane::send_close_request); what else it sent can still be
    /// received. Or the owner of this function worker does, and all that it sent is received.
    #[error("the peer asks to close")]
    CloseRequested,
    /// The peer is gone, and nothing is left of what it sent.
    #[error("the peer is gone")]
    Closed,
    /// The peer broke the protocol, or sent what is no such message.
    #[error("the peer broke the protocol: {0}")]
    Protocol(String),
    /// This end has gone away with a message that it was a part of.
    #[error("{MOVED}")]
    Moved,
}

/// Why [`try_recv`](super::Lane::try_recv) gave no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TryRecvError {
    /// No message is there now.
    #[error("no message is there")]
    Empty,
    /// What a receive that waits gives too.
    #[error(transparent)]
    Recv(#[from] RecvError),
}

/// Why [`recv_timeout`](super::Lane::recv_timeout) or
/// [`recv_deadline`](super::Lane::recv_deadline) gave no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecvTimeoutError {
    /// No message came in time.
    #[error("no message came in time")]
    Timeout,
    /// What a receive that waits as long as it takes gives too.
    #[error(transparent)]
    Recv(#[from] RecvError),
}

/// An error that the peer sent as a value.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
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

impl fmt::Debug for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RemoteError({}: {:?})", self.type_name, self.text)
    }
}
