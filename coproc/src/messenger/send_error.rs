//! [`SendError`]: a message that was not sent.

use std::fmt;

use super::recv_error::MOVED;
use crate::codec::EncodeError;

/// A message that was not sent, and why.
///
/// All forms of sending have this error type. Only those that wait for a limited time, or not at all,
/// give [`Full`](Self::Full). It is an error for all message types; its text does not show the message.
///
/// ```
/// use coproc::{Messenger, messenger::SendError};
///
/// let (left, right) = Messenger::<String, String>::pair();
/// drop(right);
/// let error = left.send("hello".to_owned()).unwrap_err();
/// assert!(matches!(error, SendError::Closed(_)));
/// assert_eq!(error.into_inner(), "hello");
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError<T> {
    /// The peer is gone.
    #[error("the peer is gone")]
    Closed(T),
    /// The message is over the limit, in bytes.
    #[error("a message of {size} bytes or more is over the limit of {limit}")]
    TooLarge {
        /// The message.
        message: T,
        /// Its size, or the size it had reached when encoding stopped.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// The message cannot be encoded.
    #[error("cannot encode: {text}")]
    Encode {
        /// The message.
        message: T,
        /// The reason.
        text: String,
    },
    /// 64 MiB wait for the peer to receive them, and no room came in time.
    #[error("the peer does not keep up: no room to send in time")]
    Full(T),
    /// There is no request to reply to.
    #[error("there is no request on this channel to reply to")]
    NoRequest(T),
    /// This end has left with a message.
    #[error("{MOVED}")]
    Moved(T),
}

impl<T> SendError<T> {
    /// The message.
    pub fn into_inner(self) -> T {
        match self {
            Self::Closed(message)
            | Self::TooLarge { message, .. }
            | Self::Encode { message, .. }
            | Self::Full(message)
            | Self::NoRequest(message)
            | Self::Moved(message) => message,
        }
    }
}

impl SendError<()> {
    /// The same error with this message.
    pub(super) fn of<T>(self, message: T) -> SendError<T> {
        match self {
            Self::Closed(()) => SendError::Closed(message),
            Self::TooLarge { size, limit, .. } => SendError::TooLarge { message, size, limit },
            Self::Encode { text, .. } => SendError::Encode { message, text },
            Self::Full(()) => SendError::Full(message),
            Self::NoRequest(()) => SendError::NoRequest(message),
            Self::Moved(()) => SendError::Moved(message),
        }
    }
}

impl From<EncodeError> for SendError<()> {
    fn from(error: EncodeError) -> Self {
        match error {
            EncodeError::TooLarge { size, limit } => Self::TooLarge { message: (), size, limit },
            EncodeError::Refused(text) => Self::Encode { message: (), text },
        }
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SendError({self})")
    }
}
