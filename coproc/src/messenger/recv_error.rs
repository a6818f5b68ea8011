//! The errors of receives, and errors that the peer sends as values.

use std::{any::type_name, fmt};

use crate::{
    codec::{Arguments, Draft, Malformed},
    protocol::Message,
};

/// The text of an error at an end that has left.
pub(super) const MOVED: &str =
    "this end of the messenger has left with a message; it works where that was received";

/// Why a receive gave no message. [`TryRecvError`] and [`RecvTimeoutError`] add the error that only their
/// form of receiving has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecvError {
    /// The peer sent this error with [`send_error`](super::Lane::send_error).
    #[error(transparent)]
    Remote(RemoteError),
    /// The peer asks this end to close with [`send_close_request`](super::Lane::send_close_request); its
    /// other messages can still be received. Or the owner of this function worker asks it to close, and
    /// all its messages are received.
    #[error("the peer asks to close")]
    CloseRequested,
    /// The peer is gone, and all its messages are received.
    #[error("the peer is gone")]
    Closed,
    /// The peer broke the protocol, or sent a message of another type.
    #[error("the peer broke the protocol: {0}")]
    Protocol(String),
    /// This end has left with a message.
    #[error("{MOVED}")]
    Moved,
}

/// Why [`try_recv`](super::Lane::try_recv) gave no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TryRecvError {
    /// No message has arrived.
    #[error("no message is there")]
    Empty,
    /// An error of any form of receiving.
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
    /// An error of any form of receiving.
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

    /// The error as an `E`; `None` if the peer sent another type.
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
