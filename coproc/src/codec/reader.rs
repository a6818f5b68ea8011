//! Frames out of a stream of bytes.

use std::{collections::VecDeque, ops::Range};

use super::{
    attachments::{Attachments, DESCRIPTORS_MOST, Descriptor},
    encode_error::BadFrame,
    frame::{Body, Frame},
    head::{COUNT, HEAD, read_head},
};
use crate::protocol::Packet;

/// The buffer for what arrives begins with this many bytes and grows, as long as it is filled to
/// the brim, to [`ROOM`].
const FIRST: usize = 4 * 1024;

/// The most that one read brings of small frames, and the most memory that is held for bytes that
/// have not arrived.
const ROOM: usize = 64 * 1024;

/// How many frames that carry something can have begun to arrive and not be there in full: one read
/// may bring the end of one and the beginning of another.
const BEGUN_MOST: usize = 2;

/// A frame that has begun to arrive and is longer than this gets memory of its own.
const LARGE: usize = 16 * 1024;

/// Makes frames of bytes, however the stream cuts them into pieces.
///
/// Read into [`spare`](Self::spare), say how much came with [`filled`](Self::filled), then take
/// frames with [`next`](Self::next) until there is none. One read may bring many small frames; the
/// rest of a large one is read to where it stays. Memory is only taken for what has arrived, as much
/// again and 64 KiB, so that a length costs its sender the bytes.
#[derive(Debug)]
pub(crate) struct FrameReader {
    /// The longest payload that is accepted, in bytes.
    max: usize,
    buffer: Vec<u8>,
    /// What of `buffer` has arrived and is not taken.
    held: Range<usize>,
    large: Option<Large>,
    /// What has arrived for frames that have not: the descriptors of one frame each, or none where
    /// they were lost on the way.
    descriptors: VecDeque<Vec<Descriptor>>,
    /// The next frame is there but for its descriptors.
    lacking: bool,
}

/// A large frame of which a part has arrived.
#[derive(Debug)]
struct Large {
    packet: Packet,
    carries: bool,
    /// Head and payload; more than has arrived, so that it can be read into.
    bytes: Vec<u8>,
    arrived: usize,
    total: usize,
}

impl FrameReader {
    /// A reader that accepts payloads of up to `max` bytes.
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max,
            buffer: Vec::new(),
            held: 0..0,
            large: None,
            descriptors: VecDeque::new(),
            lacking: false,
        }
    }

    /// Where to read the next bytes to. It is never empty.
    pub(crate) fn spare(&mut self) -> &mut [u8] {
        if let Some(large) = &mut self.large
            && large.arrived < large.total
        {
            return large.spare();
        }
        let brimful = self.held.end == self.buffer.len();
        if self.held.start > 0 {
            self.buffer.copy_within(self.held.clone(), 0);
            self.held = 0..self.held.len();
        }
        if brimful && self.buffer.len() < ROOM || self.held.end == self.buffer.len() {
            self.buffer.resize((self.buffer.len() * 2).max(FIRST), 0);
        }
        &mut self.buffer[self.held.end..]
    }

    /// Says that the first `count` bytes of [`spare`](Self::spare) have arrived.
    pub(crate) fn filled(&mut self, count: usize) {
        match &mut self.large {
            Some(large) if large.arrived < large.total => {
                large.arrived = (large.arrived + count).min(large.total);
            }
            _ => self.held.end = (self.held.end + count).min(self.buffer.len()),
        }
    }

    /// The next frame, if it has arrived in full.
    ///
    /// # Errors
    ///
    /// [`BadFrame`] if its head is none; the stream is of no use from there on.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, BadFrame> {
        if let Some(large) = self.large.as_ref().filter(|large| large.arrived == large.total) {
            let carries = if large.carries { carried(&large.bytes)? } else { 0 };
            self.lacking = carries > 0 && self.descriptors.is_empty();
            let large = self.large.take_if(|_| !self.lacking);
            return large.map(|large| self.whole(large.packet, large.bytes, carries)).transpose();
        }
        let held = &self.buffer[self.held.clone()];
        let Some(head) = held.first_chunk::<HEAD>().filter(|_| self.large.is_none()) else {
            return Ok(None);
        };
        let (packet, length, carries) = read_head(head, self.max)?;
        let total = HEAD + length;
        if let Some(bytes) = held.get(..total) {
            let carries = if carries { carried(bytes)? } else { 0 };
            self.lacking = carries > 0 && self.descriptors.is_empty();
            if self.lacking {
                return Ok(None);
            }
            let bytes = if length == 0 { Vec::new() } else { bytes.to_vec() };
            self.held.start += total;
            return self.whole(packet, bytes, carries).map(Some);
        }
        if total > LARGE {
            let (bytes, arrived) = (held.to_vec(), held.len());
            self.large = Some(Large { packet, carries, bytes, arrived, total });
            self.held = 0..0;
        }
        Ok(None)
    }

    /// Takes in the descriptors of one frame, which have come with its first bytes or before; none
    /// if they were lost.
    ///
    /// # Errors
    ///
    /// [`BadFrame`] if there are more than frames may lack: they would be held for ever.
    pub(crate) fn arrive(&mut self, descriptors: Vec<Descriptor>) -> Result<(), BadFrame> {
        self.descriptors.push_back(descriptors);
        match self.descriptors.len() {
            0..=BEGUN_MOST => Ok(()),
            _ => Err(BadFrame("descriptors that belong to no frame".into())),
        }
    }

    /// A copy of the bytes that have arrived and are not taken; `None` if descriptors belong to them.
    #[cfg(feature = "process")]
    pub(crate) fn rest(&self) -> Option<Vec<u8>> {
        let large = self.large.as_ref().map_or(&[][..], |large| &large.bytes[..large.arrived]);
        let rest = [large, &self.buffer[self.held.clone()]].concat();
        (!self.holds_descriptors()).then_some(rest)
    }

    /// Whether descriptors belong to what has arrived and is not taken.
    #[cfg(feature = "process")]
    pub(crate) fn holds_descriptors(&self) -> bool {
        !self.descriptors.is_empty()
    }

    /// Whether the next frame waits for nothing but descriptors.
    pub(crate) fn lacks_descriptors(&self) -> bool {
        self.lacking
    }

    /// Whether bytes lie here that may be a whole frame.
    #[cfg(feature = "process")]
    pub(crate) fn holds_bytes(&self) -> bool {
        !self.held.is_empty()
    }

    /// A frame that has arrived in full.
    #[inline]
    fn whole(
        &mut self,
        packet: Packet,
        mut bytes: Vec<u8>,
        carries: usize,
    ) -> Result<Frame, BadFrame> {
        if carries == 0 {
            return Ok(Frame::new(packet, Body::new(bytes, Attachments::default())));
        }
        bytes.truncate(bytes.len() - COUNT);
        let come = self.descriptors.pop_front().unwrap_or_default();
        let attachments = match come.len() {
            0 => Attachments::lost(carries),
            count if count == carries => Attachments::of(come),
            count => {
                return Err(BadFrame(format!(
                    "a frame carries {carries} descriptors, not {count}"
                )));
            }
        };
        Ok(Frame::new(packet, Body::new(bytes, attachments)))
    }

    /// Whether all that has arrived is taken: a stream that ends here ends between frames.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.large.is_none() && self.held.is_empty()
    }

    /// The bytes of memory that are held.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity() + self.large.as_ref().map_or(0, |large| large.bytes.capacity())
    }
}

/// How many descriptors come with a frame whose head says that some do.
fn carried(frame: &[u8]) -> Result<usize, BadFrame> {
    let count = frame.get(HEAD..).and_then(|payload| payload.last_chunk::<COUNT>());
    match count.map(|count| usize::from(u16::from_le_bytes(*count))) {
        Some(count @ 1..=DESCRIPTORS_MOST) => Ok(count),
        Some(count) => Err(BadFrame(format!("a frame carries {count} descriptors"))),
        None => Err(BadFrame("a frame carries something, and does not say how much".into())),
    }
}

impl Large {
    fn spare(&mut self) -> &mut [u8] {
        if self.arrived == self.bytes.len() {
            let more = self.arrived.max(ROOM).min(self.total - self.arrived);
            self.bytes.reserve_exact(more);
            self.bytes.resize(self.arrived + more, 0);
        }
        &mut self.bytes[self.arrived..]
    }
}
