//! A message while it is being written.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{
    Attachments, BoundedBuf, Chosen, Codec, EncodeError,
    frame::{Body, LONGEST},
};

/// A message while its arguments are written, one after the other.
///
/// The first error ends the writing and is told when the message is finished.
pub struct Draft {
    out: BoundedBuf,
    attachments: Attachments,
    error: Option<EncodeError>,
}

impl Draft {
    /// An empty message that may become `limit` bytes long, or 4 GiB.
    pub(crate) fn new(limit: usize) -> Self {
        Self::within(Vec::new(), limit)
    }

    /// An empty message in memory that is there already, and holds nothing worth keeping.
    pub(crate) fn within(memory: Vec<u8>, limit: usize) -> Self {
        Self { out: Body::buffer(memory, limit), attachments: Attachments::default(), error: None }
    }

    /// An empty message behind what `memory` holds: a payload without room for a head.
    /// What it carries lies behind what is in `attachments`.
    pub(crate) fn onto(memory: Vec<u8>, attachments: Attachments) -> Self {
        let out = BoundedBuf::onto(memory, LONGEST);
        Self { out, attachments, error: None }
    }

    /// Writes the next argument.
    #[inline]
    pub fn put<T: Serialize + ?Sized>(&mut self, value: &T) {
        if self.error.is_none() {
            let Self { out, attachments, error } = self;
            *error = attachments.filled_by(|| Chosen::encode(value, out)).err();
        }
    }

    /// Writes the next argument, which is bytes, in one piece.
    pub fn put_bytes(&mut self, bytes: &[u8]) {
        self.put(&Piece(bytes));
    }

    /// Writes bytes as they are, without a length; whoever reads them has to know it.
    pub(crate) fn put_raw(&mut self, bytes: &[u8]) {
        if self.error.is_none() && self.out.append(bytes).is_err() {
            self.error = Some(EncodeError::Refused("there is no room".into()));
        }
    }

    /// The message, or what was wrong with it.
    ///
    /// # Errors
    ///
    /// The first error of what was put; [`EncodeError::Refused`] if it has more elements than any
    /// reader would accept.
    pub(crate) fn finish(self) -> Result<Body, EncodeError> {
        match self.error {
            Some(error) => Err(error),
            None => Body::from_encoder(self.out, self.attachments),
        }
    }

    /// The memory that was given to [`onto`](Self::onto), with the payload behind what it held; or
    /// what was wrong with it, and then a part of it may stand there.
    pub(crate) fn leave(self) -> (Vec<u8>, Result<Attachments, EncodeError>) {
        let written = self.error.map_or_else(|| self.out.check(), Err);
        (self.out.into_memory(), written.map(|()| self.attachments))
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("out", &self.out).field("error", &self.error).finish()
    }
}

/// Bytes that are written in one piece, which serde does not do for slices.
pub(super) struct Piece<'a>(pub(super) &'a [u8]);

impl Serialize for Piece<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}
