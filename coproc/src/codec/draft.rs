//! A message while it is encoded.

use std::fmt;

use serde::Serialize;

use super::{
    Chosen,
    attachments::Attachments,
    bounded_buf::BoundedBuf,
    bytes::Bytes,
    encode_error::EncodeError,
    encoding::Encoding,
    frame::{Body, LONGEST},
    message_limits::MessageLimits,
};

/// A message while its arguments are encoded, one after the other.
///
/// The first error ends the encoding and is returned when the message is finished.
pub struct Draft {
    out: BoundedBuf,
    limits: MessageLimits,
    attachments: Attachments,
    error: Option<EncodeError>,
}

impl Draft {
    /// An empty message that may become `limit` bytes long, or 4 GiB.
    pub(crate) fn new(limit: usize) -> Self {
        Self::within(Vec::new(), limit)
    }

    /// An empty message in `memory`, whose content is discarded.
    pub(crate) fn within(memory: Vec<u8>, limit: usize) -> Self {
        Self::with(Body::buffer(memory, limit), Attachments::default())
    }

    /// An empty message behind the content of `memory`, without room for a head. Its attachments are
    /// added to `attachments`.
    pub(crate) fn onto(memory: Vec<u8>, attachments: Attachments) -> Self {
        Self::with(BoundedBuf::onto(memory, LONGEST), attachments)
    }

    fn with(out: BoundedBuf, attachments: Attachments) -> Self {
        Self { limits: MessageLimits::of(out.limit()), out, attachments, error: None }
    }

    /// Encodes the next argument.
    #[inline]
    pub fn put<T: Serialize + ?Sized>(&mut self, value: &T) {
        if self.error.is_none() {
            let Self { out, limits, attachments, error } = self;
            *error = attachments.filled_by(|| Chosen::encode(value, out, limits)).err();
        }
    }

    /// Appends bytes without their length, which the decoder has to know.
    pub(crate) fn put_raw(&mut self, bytes: &[u8]) {
        if self.error.is_none() {
            let _ = self.out.append(bytes);
            self.error = self.out.end(Ok(())).err();
        }
    }

    /// The message.
    ///
    /// # Errors
    ///
    /// The first error of an argument; [`EncodeError::Refused`] if the message has more elements
    /// than a decoder accepts.
    pub(crate) fn finish(self) -> Result<Body, EncodeError> {
        let (bytes, written) = self.leave();
        Ok(Body::new(bytes, written?))
    }

    /// The memory that was passed to [`onto`](Self::onto), with the message behind its content. After
    /// an error, a part of the message may be there.
    pub(crate) fn leave(self) -> (Vec<u8>, Result<Attachments, EncodeError>) {
        let written = self.error.map_or_else(|| self.limits.check(self.out.len()), Err);
        (self.out.into_bytes(), written.map(|()| self.attachments))
    }
}

impl Body {
    /// `value`, encoded in at most `limit` bytes.
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T, limit: usize) -> Result<Self, EncodeError> {
        let mut draft = Draft::new(limit);
        draft.put(value);
        draft.finish()
    }

    /// `value`, encoded, and this body behind it.
    pub(crate) fn behind<T: Serialize + ?Sized>(mut self, value: &T) -> Result<Self, EncodeError> {
        let mut draft = Draft::new(usize::MAX);
        draft.put(value);
        draft.put_raw(self.payload());
        let mut whole = draft.finish()?;
        *whole.attachments() = std::mem::take(self.attachments());
        Ok(whole)
    }
}

/// `value` alone, encoded in at most `limit` bytes. It can have no attachments.
pub(crate) fn to_bytes<T: Serialize>(value: &T, limit: usize) -> Result<Bytes, EncodeError> {
    let (mut out, limits) = (BoundedBuf::behind(0, Vec::new(), limit), MessageLimits::of(limit));
    Chosen::encode(value, &mut out, &limits)?;
    limits.check(out.len())?;
    Ok(out.into_bytes().into())
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("out", &self.out).field("error", &self.error).finish()
    }
}
