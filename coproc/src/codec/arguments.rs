//! A message while it is being read.

use std::fmt;

use serde::Deserialize;

use super::{Attachments, Body, Chosen, Codec, Limits, Malformed};

/// A message while its arguments are read, one after the other.
pub struct Arguments<'a> {
    rest: &'a [u8],
    limits: Limits,
    attachments: Attachments,
}

impl<'a> Arguments<'a> {
    /// The arguments that this payload holds.
    pub(crate) fn new(payload: &'a [u8]) -> Self {
        Self::with(payload, Attachments::default())
    }

    /// The same with what came beside it.
    pub(crate) fn with(payload: &'a [u8], attachments: Attachments) -> Self {
        Self { rest: payload, limits: Limits::of(payload.len()), attachments }
    }

    /// Reads the next argument, which may borrow from the message.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value.
    #[inline]
    pub fn take<T: Deserialize<'a>>(&mut self) -> Result<T, Malformed> {
        let Self { rest, limits, attachments } = self;
        attachments.emptied_by(|| Chosen::decode(rest, limits))
    }

    /// All that is not read yet, with the handles that came beside it.
    pub(crate) fn rest(&mut self) -> Body {
        Body::of_payload(std::mem::take(&mut self.rest), self.attachments.clone())
    }

    /// How many bytes are not read yet.
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    /// Says that the last argument is read. The message does not keep the handles in it any longer.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if there is more.
    pub fn finish(&mut self) -> Result<(), Malformed> {
        self.attachments = Attachments::default();
        match self.rest.len() {
            0 => Ok(()),
            more => Err(Malformed(format!("{more} bytes are left over at its end"))),
        }
    }
}

impl fmt::Debug for Arguments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arguments").field("left", &self.rest.len()).finish_non_exhaustive()
    }
}
