//! Messages that did not go out.

use std::fmt;

use super::recv_error::MOVED;
use crate::codec::EncodeError;

/// Why a message did not go out. It holds the message.
///
/// All forms of sending give this one type; [`Full`](Self::Full) comes only from those that do not
/// wait for room, or wait for a limited time. It can be shown and passed on with `?` whatever the
/// message is; the message is not shown.
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
        /// How large it is, or how large it had grown when it was given up.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// The message cannot be encoded.
    #[error("cannot encode: {text}")]
    Encode {
        /// The message.
        message: T,
        /// Why it cannot.
        text: String,
    },
    /// 64 MiB wait to be received by the peer, and no room came in time.
    #[error("the peer does not keep up: no room to send in time")]
    Full(T),
    /// There is no request to reply to.
    #[error("there is no request on this channel to reply to")]
    NoRequest(T),
    /// This end has gone away with a message that it was a part of.
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
    /// The same of this message.
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
