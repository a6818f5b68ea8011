//! A message as it travels: a head and a payload in one piece of memory.

use std::fmt;

use serde::Serialize;

use super::{
    Arguments, BoundedBuf, Draft, EncodeError,
    head::{HEAD, write_head},
};
use crate::message::Envelope;

/// A message: what stands on its outside, and its encoded content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) envelope: Envelope,
    pub(crate) body: Body,
}

impl Frame {
    /// A frame with this content.
    pub(crate) fn new(envelope: Envelope, body: Body) -> Self {
        Self { envelope, body }
    }

    /// A frame without content.
    pub(crate) fn bare(envelope: Envelope) -> Self {
        Self::new(envelope, Body::empty())
    }

    /// How many bytes it takes on its way.
    pub(crate) fn size(&self) -> usize {
        HEAD + self.body.len()
    }

    /// The whole frame as it is written to a stream, without copying the payload.
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.body.seal(&self.envelope);
        self.body.bytes
    }
}

/// The payload of a frame, behind room for the frame's head.
///
/// An empty body has no memory. Others are never shorter than a head, nor is the payload longer
/// than the length field of a head can say.
#[derive(Clone, Default)]
pub(crate) struct Body {
    bytes: Vec<u8>,
}

impl Body {
    /// No payload.
    pub(crate) const fn empty() -> Self {
        Self { bytes: Vec::new() }
    }

    /// `value`, encoded in at most `limit` bytes.
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T, limit: usize) -> Result<Self, EncodeError> {
        let mut draft = Draft::new(limit);
        draft.put(value);
        draft.finish()
    }

    /// What an encoder wrote into a buffer made by [`buffer`](Self::buffer).
    pub(super) fn from_encoder(out: BoundedBuf) -> Result<Self, EncodeError> {
        Ok(Self { bytes: out.finish()? })
    }

    /// A buffer for a payload of at most `limit` bytes, in memory that is there already.
    pub(super) fn buffer(memory: Vec<u8>, limit: usize) -> BoundedBuf {
        const LONGEST: usize = u32::MAX as usize;
        BoundedBuf::behind(HEAD, memory, limit.min(LONGEST))
    }

    /// A frame as it was received: a head, which has been read, and the payload.
    pub(super) fn received(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// The payload.
    pub(crate) fn payload(&self) -> &[u8] {
        self.bytes.get(HEAD..).unwrap_or_default()
    }

    /// The payload, to be decoded.
    pub(crate) fn arguments(&self) -> Arguments<'_> {
        Arguments::new(self.payload())
    }

    /// The length of the payload in bytes.
    pub(crate) fn len(&self) -> usize {
        self.payload().len()
    }

    /// Writes the head into its room.
    fn seal(&mut self, envelope: &Envelope) {
        let length = self.len();
        if self.bytes.is_empty() {
            self.bytes.resize(HEAD, 0);
        }
        if let Some(head) = self.bytes.first_chunk_mut() {
            write_head(envelope, length, head);
        }
    }
}

/// Two bodies are equal if their payloads are; what the room in front holds is nobody's business.
impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.payload() == other.payload()
    }
}

impl Eq for Body {}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.len())
    }
}
