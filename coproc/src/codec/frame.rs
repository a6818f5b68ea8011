//! A message as it travels: a head and a payload in one piece of memory.

use std::fmt;

use serde::Serialize;

use super::{
    Arguments, Attachments, BoundedBuf, Draft, EncodeError,
    head::{HEAD, write_head},
};
use crate::protocol::Packet;

/// How long a payload may be: as long as its length can be said.
pub(super) const LONGEST: usize = u32::MAX as usize;

/// How many bytes say how many descriptors come with a frame: its last ones, if its head says so.
pub(super) const COUNT: usize = 2;

/// A message: what stands on its outside, and its encoded content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) packet: Packet,
    pub(crate) body: Body,
}

impl Frame {
    /// A frame with this content.
    pub(crate) fn new(packet: Packet, body: Body) -> Self {
        Self { packet, body }
    }

    /// A frame without content.
    pub(crate) fn bare(packet: Packet) -> Self {
        Self::new(packet, Body::empty())
    }

    /// How many bytes it takes on its way.
    pub(crate) fn size(&self) -> usize {
        HEAD + self.body.len()
    }

    /// The whole frame as it is written to a stream, without copying the payload, and what goes
    /// with it, which has to be packed.
    #[inline]
    pub(crate) fn into_parts(mut self) -> (Vec<u8>, Attachments) {
        self.body.seal(&self.packet);
        (self.body.bytes, self.body.attachments)
    }

    /// The bytes of a frame that carries nothing.
    #[cfg(test)]
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.into_parts().0
    }
}

/// The payload of a frame, behind room for the frame's head.
///
/// An empty body has no memory. Others are never shorter than a head, nor is the payload longer
/// than the length field of a head can say.
#[derive(Clone, Default)]
pub struct Body {
    bytes: Vec<u8>,
    attachments: Attachments,
}

impl Body {
    /// No payload.
    pub(crate) fn empty() -> Self {
        Self::default()
    }

    /// `value`, encoded in at most `limit` bytes.
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T, limit: usize) -> Result<Self, EncodeError> {
        let mut draft = Draft::new(limit);
        draft.put(value);
        draft.finish()
    }

    /// The same with `value` in front of it.
    pub(crate) fn behind<T: Serialize + ?Sized>(self, value: &T) -> Result<Self, EncodeError> {
        let mut draft = Draft::new(usize::MAX);
        draft.put(value);
        draft.put_raw(self.payload());
        Ok(Self { attachments: self.attachments, ..draft.finish()? })
    }

    /// What an encoder wrote into a buffer made by [`buffer`](Self::buffer).
    pub(super) fn from_encoder(
        out: BoundedBuf,
        attachments: Attachments,
    ) -> Result<Self, EncodeError> {
        Ok(Self { bytes: out.finish()?, attachments })
    }

    /// A copy of what was encoded before.
    pub(crate) fn of_payload(payload: &[u8], attachments: Attachments) -> Self {
        let mut bytes = Vec::new();
        if !payload.is_empty() {
            bytes.reserve_exact(HEAD + payload.len());
            bytes.resize(HEAD, 0);
            bytes.extend_from_slice(payload);
        }
        Self { bytes, attachments }
    }

    /// Nothing but what lies in `attachments`.
    pub(crate) fn carrying(attachments: Attachments) -> Self {
        Self { bytes: Vec::new(), attachments }
    }

    /// A buffer for a payload of at most `limit` bytes, in memory that is there already.
    pub(super) fn buffer(memory: Vec<u8>, limit: usize) -> BoundedBuf {
        BoundedBuf::behind(HEAD, memory, limit.min(LONGEST))
    }

    /// A frame as it was received: a head, which has been read, the payload, and what came beside
    /// it.
    pub(super) fn received(bytes: Vec<u8>, attachments: Attachments) -> Self {
        Self { bytes, attachments }
    }

    /// The same things as it carries, if it carries any.
    #[cfg(feature = "process")]
    pub(crate) fn carried(&self) -> Option<Attachments> {
        (!self.attachments.is_empty()).then(|| self.attachments.clone())
    }

    /// What it carries.
    pub(crate) fn attachments(&mut self) -> &mut Attachments {
        &mut self.attachments
    }

    /// The payload.
    pub(crate) fn payload(&self) -> &[u8] {
        self.bytes.get(HEAD..).unwrap_or_default()
    }

    /// The payload, to be decoded.
    pub(crate) fn arguments(&self) -> Arguments<'_> {
        Arguments::with(self.payload(), self.attachments.clone())
    }

    /// The same for the last time: the handles in it are the reader's.
    pub(crate) fn take_arguments(&mut self) -> Arguments<'_> {
        let attachments = std::mem::take(&mut self.attachments);
        Arguments::with(self.payload(), attachments)
    }

    /// Its memory, to be used again.
    pub(crate) fn into_memory(self) -> Vec<u8> {
        self.bytes
    }

    /// The length of the payload in bytes.
    pub(crate) fn len(&self) -> usize {
        self.payload().len()
    }

    /// Writes the head into its room.
    fn seal(&mut self, packet: &Packet) {
        let length = self.len();
        if self.bytes.is_empty() {
            self.bytes.resize(HEAD, 0);
        }
        let carries = self.attachments.len();
        let length = if carries > 0 { length + COUNT } else { length };
        if let Some(head) = self.bytes.first_chunk_mut() {
            write_head(packet, length, carries > 0, head);
        }
        if carries > 0 {
            self.bytes.extend((carries as u16).to_le_bytes());
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
