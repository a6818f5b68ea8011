//! A message as it travels: a head and a payload in one piece of memory.

use std::fmt;

use super::{
    arguments::Arguments,
    attachments::Attachments,
    bounded_buf::BoundedBuf,
    head::{COUNT, HEAD, write_head},
};
use crate::protocol::Packet;

/// The longest payload whose length the head can say.
pub(super) const LONGEST: usize = u32::MAX as usize;

/// A packet with its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) packet: Packet,
    pub(crate) body: Body,
}

impl Frame {
    /// A packet with this body.
    pub(crate) fn new(packet: Packet, body: Body) -> Self {
        Self { packet, body }
    }

    /// A packet without a body.
    pub(crate) fn bare(packet: Packet) -> Self {
        Self::new(packet, Body::empty())
    }

    /// The size of its head and payload in bytes.
    pub(crate) fn size(&self) -> usize {
        HEAD + self.body.len()
    }

    /// The frame as it is written to a stream, and its attachments, which have to be packed. The
    /// payload is not copied.
    #[inline]
    pub(crate) fn into_parts(mut self) -> (Vec<u8>, Attachments) {
        self.body.seal(&self.packet);
        (self.body.bytes, self.body.attachments)
    }

    /// The bytes of a frame without attachments.
    #[cfg(test)]
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.into_parts().0
    }
}

/// The payload of a frame behind room for the frame's head, and its attachments.
///
/// 1. `bytes` is empty, or at least as long as a head.
/// 2. The payload is no longer than [`LONGEST`].
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

    /// A copy of this payload.
    pub(crate) fn of_payload(payload: &[u8], attachments: Attachments) -> Self {
        let mut bytes = Vec::new();
        if !payload.is_empty() {
            bytes.reserve_exact(HEAD + payload.len());
            bytes.resize(HEAD, 0);
            bytes.extend_from_slice(payload);
        }
        Self { bytes, attachments }
    }

    /// No payload, with these attachments.
    pub(crate) fn carrying(attachments: Attachments) -> Self {
        Self { bytes: Vec::new(), attachments }
    }

    /// A buffer for a payload of at most `limit` bytes, in `memory`, whose content is discarded.
    pub(super) fn buffer(memory: Vec<u8>, limit: usize) -> BoundedBuf {
        BoundedBuf::behind(HEAD, memory, limit.min(LONGEST))
    }

    /// A body of bytes that begin with a head or with room for one.
    pub(super) fn new(bytes: Vec<u8>, attachments: Attachments) -> Self {
        Self { bytes, attachments }
    }

    /// Its attachments, if it has any.
    #[cfg(feature = "process")]
    pub(crate) fn carried(&self) -> Option<Attachments> {
        (!self.attachments.is_empty()).then(|| self.attachments.clone())
    }

    /// Its attachments, to be changed.
    pub(crate) fn attachments(&mut self) -> &mut Attachments {
        &mut self.attachments
    }

    /// The payload.
    pub(crate) fn payload(&self) -> &[u8] {
        self.bytes.get(HEAD..).unwrap_or_default()
    }

    /// The payload, to be decoded. The attachments stay here for another decoding.
    pub(crate) fn arguments(&self) -> Arguments<'_> {
        Arguments::with(self.payload(), self.attachments.clone())
    }

    /// The payload, to be decoded with all attachments, which do not stay here.
    pub(crate) fn take_arguments(&mut self) -> Arguments<'_> {
        let attachments = std::mem::take(&mut self.attachments);
        Arguments::with(self.payload(), attachments)
    }

    /// Its memory, for another use.
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

/// Two bodies are equal if their payloads are equal; the room in front has no meaning.
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
