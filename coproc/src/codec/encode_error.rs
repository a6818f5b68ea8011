//! Errors of encoding and decoding.

/// Why a value cannot be encoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The value is larger than the message may be.
    #[error("{size} bytes or more are over the limit of {limit}")]
    TooLarge {
        /// The size in bytes that it had reached when encoding stopped.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The value cannot be encoded, for the reason in the text.
    #[error("{0}")]
    Refused(String),
}

/// Why bytes cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub(crate) String);

impl Malformed {
    /// The message is for a handler that this worker does not have.
    #[must_use]
    pub fn handler(number: u32) -> Self {
        Self(format!("there is no handler {number}"))
    }
}

/// Why the head of a frame is none; the text names the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadFrame(pub(super) String);
