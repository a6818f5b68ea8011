//! A message while it is decoded.

use std::fmt;

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    Chosen, attachments::Attachments, encode_error::Malformed, encoding::Encoding,
    message_limits::MessageLimits,
};

/// A message while its arguments are decoded, one after the other.
pub struct Arguments<'a> {
    rest: &'a [u8],
    limits: MessageLimits,
    attachments: Attachments,
}

impl<'a> Arguments<'a> {
    /// The arguments in this payload.
    pub(crate) fn new(payload: &'a [u8]) -> Self {
        Self::with(payload, Attachments::default())
    }

    /// The arguments in this payload, with its attachments.
    pub(crate) fn with(payload: &'a [u8], attachments: Attachments) -> Self {
        Self { rest: payload, limits: MessageLimits::of(payload.len()), attachments }
    }

    /// Decodes the next argument, which may borrow from the message.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value.
    #[inline]
    pub fn take<T: Deserialize<'a>>(&mut self) -> Result<T, Malformed> {
        let Self { rest, limits, attachments } = self;
        attachments.emptied_by(|| Chosen::decode(rest, limits))
    }

    /// The arguments that are not decoded yet, and all attachments.
    pub(crate) fn rest(&mut self) -> (&'a [u8], Attachments) {
        (std::mem::take(&mut self.rest), self.attachments.clone())
    }

    /// How many bytes are not decoded yet.
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    /// Ends the decoding and drops the attachments that no argument has taken.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if there are more arguments.
    pub fn finish(&mut self) -> Result<(), Malformed> {
        self.attachments = Attachments::default();
        match self.rest.len() {
            0 => Ok(()),
            more => Err(Malformed(format!("{more} bytes are left over at its end"))),
        }
    }
}

/// The value that [`to_bytes`](super::to_bytes) encoded.
pub(crate) fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    Arguments::new(bytes).take()
}

impl fmt::Debug for Arguments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arguments").field("left", &self.rest.len()).finish_non_exhaustive()
    }
}
