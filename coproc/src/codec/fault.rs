//! What can be wrong with a value or with bytes, as texts.

use std::fmt;

/// Why a value could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// It is larger than the message may be, in bytes.
    TooLarge {
        /// How large it had grown when it was given up.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// It cannot be encoded, for the reason in the text.
    Refused(String),
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EncodeError::TooLarge { size, limit } => {
                write!(f, "{size} bytes or more are over the limit of {limit}")
            }
            EncodeError::Refused(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for EncodeError {}

/// Why bytes are not the value they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecodeError(pub(super) String);

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DecodeError {}

/// Why a message could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl Malformed {
    /// The message is for a handler that this worker does not have.
    #[must_use]
    pub fn handler(number: u32) -> Self {
        Self(format!("there is no handler {number}"))
    }

    /// For this reason.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl From<DecodeError> for Malformed {
    fn from(error: DecodeError) -> Self {
        Self(error.0)
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

/// The head of a frame says what no peer of this version would say; the text names the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadFrame(pub(super) String);

impl fmt::Display for BadFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadFrame {}
