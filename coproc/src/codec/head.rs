//! The head of a frame: a packet in 32 bytes, little-endian.
//!
//! | bytes | field | meaning |
//! | --- | --- | --- |
//! | 0..4 | length | of the payload, in bytes |
//! | 4 | kind | which packet it is; with [`CARRIES`] where descriptors come with it |
//! | 5 | status | of `Answer` and `Ended` |
//! | 6..8 | channel | of `Tell`, `Call`, `Room`, `Reply`, `Failure` |
//! | 8..12 | priority | of `Tell`, `Call`, `Reply`; signed |
//! | 12..16 | number | the handler of `Tell` and `Call`, the size of `Status::TooLarge`, the errors of `Unheard`, the pid of `Hello` |
//! | 16..24 | id | of `Call`, `Answer`, `Cancel`, `Deferred`, `Room`, `Reply`, `Failure` (0 for none) |
//! | 24..32 | deadline | of `Tell`, `Call`, `Close`, in nanoseconds on the machine's monotonic clock; all ones for none |
//!
//! A field that the packet does not have is at rest: 0, or all ones for the deadline. So a packet
//! has one head, and a head that reads as a packet is written as the same bytes.

use std::{mem, time::Instant};

use super::{clock, encode_error::BadFrame};
use crate::protocol::{Envelope, Packet, Status};

/// The size of a head in bytes.
pub(crate) const HEAD: usize = 32;

/// The size of the number of descriptors that come with a frame: its last bytes, if its head has
/// [`CARRIES`].
pub(crate) const COUNT: usize = 2;

/// Marks the kind of a frame that descriptors come with.
const CARRIES: u8 = 0x80;

const CALL: u8 = 4;

/// A call whose body begins with the workers that wait for its reply.
const NESTED_CALL: u8 = CALL | 0x40;

/// Stands for no deadline.
const NONE: u64 = u64::MAX;

/// The fields behind the length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fields {
    kind: u8,
    status: u8,
    channel: u16,
    priority: i32,
    number: u32,
    id: u64,
    deadline: u64,
}

/// Every field at rest.
const REST: Fields =
    Fields { kind: 0, status: 0, channel: 0, priority: 0, number: 0, id: 0, deadline: NONE };

/// Writes the head of a frame whose payload has `length` bytes. A length that does not fit its
/// field is written as the largest; [`Body`](super::Body) never holds so much.
pub(crate) fn write_head(packet: &Packet, length: usize, carries: bool, head: &mut [u8; HEAD]) {
    let fields = Fields::of(packet);
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    head[0..4].copy_from_slice(&length.to_le_bytes());
    head[4] = if carries { fields.kind | CARRIES } else { fields.kind };
    head[5] = fields.status;
    head[6..8].copy_from_slice(&fields.channel.to_le_bytes());
    head[8..12].copy_from_slice(&fields.priority.to_le_bytes());
    head[12..16].copy_from_slice(&fields.number.to_le_bytes());
    head[16..24].copy_from_slice(&fields.id.to_le_bytes());
    head[24..32].copy_from_slice(&fields.deadline.to_le_bytes());
}

/// Reads a head: the packet, the length of the payload, which is at most `max` bytes, and whether
/// its last bytes say how many descriptors come with it.
///
/// # Errors
///
/// [`BadFrame`] for an unknown kind or status, a field that the packet does not have, descriptors
/// with a packet that cannot carry any, and a length over `max`.
#[inline]
pub(crate) fn read_head(head: &[u8; HEAD], max: usize) -> Result<(Packet, usize, bool), BadFrame> {
    let length = u32::from_le_bytes(field(head, 0));
    let carries = head[4] & CARRIES != 0;
    let fields = Fields {
        kind: head[4] & !CARRIES,
        status: head[5],
        channel: u16::from_le_bytes(field(head, 6)),
        priority: i32::from_le_bytes(field(head, 8)),
        number: u32::from_le_bytes(field(head, 12)),
        id: u64::from_le_bytes(field(head, 16)),
        deadline: u64::from_le_bytes(field(head, 24)),
    };
    let packet = match fields.packet() {
        Ok(packet) if carries && !packet.may_carry() => return Err(unknown(head[4])),
        Err(_) if carries => return Err(unknown(head[4])),
        packet => packet?,
    };
    let most = if carries { max.saturating_add(COUNT) } else { max };
    match usize::try_from(length) {
        Ok(size) if size <= most => Ok((packet, size, carries)),
        _ => Err(BadFrame(format!("a frame announces {length} bytes, over the limit of {max}"))),
    }
}

/// The `N` bytes at `start`; zeros where the head ends, which no caller reaches.
#[inline]
fn field<const N: usize>(head: &[u8; HEAD], start: usize) -> [u8; N] {
    head.get(start..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}

impl Fields {
    fn of(packet: &Packet) -> Self {
        let rest = REST;
        match *packet {
            Packet::Hello { pid } => Self { kind: 1, number: pid, ..rest },
            Packet::Welcome => Self { kind: 2, ..rest },
            Packet::Tell(ref envelope) => Self { kind: 3, ..Self::of_envelope(envelope) },
            Packet::Call { id, nested, ref envelope } => {
                let kind = if nested { NESTED_CALL } else { CALL };
                Self { kind, id, ..Self::of_envelope(envelope) }
            }
            Packet::Answer { id, status } => Self { kind: 5, id, ..Self::of_status(status) },
            Packet::Cancel { id } => Self { kind: 6, id, ..rest },
            Packet::Deferred { id } => Self { kind: 7, id, ..rest },
            Packet::Room { id, channel } => Self { kind: 8, id, channel, ..rest },
            Packet::Event => Self { kind: 9, ..rest },
            Packet::Unheard { errors } => Self { kind: 10, number: errors, ..rest },
            Packet::Close { until } => Self { kind: 11, deadline: written(until), ..rest },
            Packet::Ended(status) => Self { kind: 12, ..Self::of_status(status) },
            Packet::Adopt => Self { kind: 13, ..rest },
            Packet::Reply { id, channel, priority } => {
                Self { kind: 14, id, channel, priority, ..rest }
            }
            Packet::Failure { id, channel } => {
                Self { kind: 15, id: id.unwrap_or(0), channel, ..rest }
            }
            Packet::CloseRequest => Self { kind: 16, ..rest },
        }
    }

    fn of_envelope(envelope: &Envelope) -> Self {
        let Envelope { channel, priority, handler, deadline } = *envelope;
        Self { channel, priority, number: handler, deadline: written(deadline), ..REST }
    }

    fn of_status(status: Status) -> Self {
        let (status, number) = match status {
            Status::Value => (1, 0),
            Status::Error => (2, 0),
            Status::Panicked => (3, 0),
            Status::Closed => (4, 0),
            Status::Cancelled => (5, 0),
            Status::Expired => (6, 0),
            Status::TooLarge { size } => (7, size),
            Status::Unencodable => (8, 0),
            Status::Malformed => (9, 0),
            Status::Dropped => (10, 0),
            Status::Failed => (11, 0),
        };
        Self { status, number, ..REST }
    }

    /// The packet that has these fields, and no other.
    #[inline]
    fn packet(mut self) -> Result<Packet, BadFrame> {
        let kind = mem::take(&mut self.kind);
        let packet = self.take_packet(kind)?;
        match self == REST {
            true => Ok(packet),
            false => {
                Err(BadFrame(format!("a frame of kind {kind} has a field that this kind has not")))
            }
        }
    }

    /// The packet of this kind; the fields that it has are at rest afterwards.
    #[inline]
    fn take_packet(&mut self, kind: u8) -> Result<Packet, BadFrame> {
        Ok(match kind {
            1 => Packet::Hello { pid: mem::take(&mut self.number) },
            2 => Packet::Welcome,
            3 => Packet::Tell(self.take_envelope()),
            CALL => {
                Packet::Call { id: self.take_id(), nested: false, envelope: self.take_envelope() }
            }
            NESTED_CALL => {
                Packet::Call { id: self.take_id(), nested: true, envelope: self.take_envelope() }
            }
            5 => Packet::Answer { id: self.take_id(), status: self.take_status()? },
            6 => Packet::Cancel { id: self.take_id() },
            7 => Packet::Deferred { id: self.take_id() },
            8 => Packet::Room { id: self.take_id(), channel: mem::take(&mut self.channel) },
            9 => Packet::Event,
            10 => Packet::Unheard { errors: mem::take(&mut self.number) },
            11 => Packet::Close { until: self.take_deadline() },
            12 => Packet::Ended(self.take_status()?),
            13 => Packet::Adopt,
            14 => Packet::Reply {
                id: self.take_id(),
                channel: mem::take(&mut self.channel),
                priority: mem::take(&mut self.priority),
            },
            15 => Packet::Failure {
                id: Some(self.take_id()).filter(|id| *id != 0),
                channel: mem::take(&mut self.channel),
            },
            16 => Packet::CloseRequest,
            _ => return Err(unknown(kind)),
        })
    }

    fn take_id(&mut self) -> u64 {
        mem::take(&mut self.id)
    }

    fn take_deadline(&mut self) -> Option<Instant> {
        let nanoseconds = mem::replace(&mut self.deadline, NONE);
        (nanoseconds != NONE).then(|| clock::instant(nanoseconds))
    }

    fn take_envelope(&mut self) -> Envelope {
        Envelope {
            channel: mem::take(&mut self.channel),
            priority: mem::take(&mut self.priority),
            handler: mem::take(&mut self.number),
            deadline: self.take_deadline(),
        }
    }

    fn take_status(&mut self) -> Result<Status, BadFrame> {
        Ok(match mem::take(&mut self.status) {
            1 => Status::Value,
            2 => Status::Error,
            3 => Status::Panicked,
            4 => Status::Closed,
            5 => Status::Cancelled,
            6 => Status::Expired,
            7 => Status::TooLarge { size: mem::take(&mut self.number) },
            8 => Status::Unencodable,
            9 => Status::Malformed,
            10 => Status::Dropped,
            11 => Status::Failed,
            code => return Err(BadFrame(format!("an answer has the unknown status {code}"))),
        })
    }
}

fn written(deadline: Option<Instant>) -> u64 {
    deadline.map_or(NONE, clock::nanoseconds)
}

fn unknown(kind: u8) -> BadFrame {
    BadFrame(format!("a frame is of unknown kind {kind}"))
}
