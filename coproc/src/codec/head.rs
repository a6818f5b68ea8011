//! The head of a frame: an envelope in 32 bytes, little-endian.
//!
//! | bytes | field | meaning |
//! | --- | --- | --- |
//! | 0..4 | length | of the payload, in bytes |
//! | 4 | kind | see [`Kind`]; and [`CARRIES`], [`NESTED`] |
//! | 5 | status | see [`Status`]; 0 where the kind has none |
//! | 6..8 | channel | |
//! | 8..12 | priority | signed |
//! | 12..16 | handler | |
//! | 16..24 | id | |
//! | 24..32 | deadline | nanoseconds on the machine's monotonic clock; all ones for none |

use std::time::Instant;

use super::{BadFrame, clock, frame::COUNT};
use crate::protocol::{Envelope, Kind, Status};

/// The size of a head in bytes.
pub(crate) const HEAD: usize = 32;

/// Marks the kind of a frame that descriptors come with.
const CARRIES: u8 = 0x80;

/// Marks the kind of a call that was made inside another, whose content begins with who waits.
const NESTED: u8 = 0x40;

/// Stands for no deadline.
const NONE: u64 = u64::MAX;

/// Writes the head of a frame whose payload has `length` bytes. A length that does not fit its
/// field is written as the largest; [`Body`](super::Body) never holds so much.
pub(crate) fn write_head(envelope: &Envelope, length: usize, carries: bool, head: &mut [u8; HEAD]) {
    let (kind, status) = code_of(envelope.kind);
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    head[0..4].copy_from_slice(&length.to_le_bytes());
    head[4] = kind | mark(carries, CARRIES) | mark(envelope.nested, NESTED);
    head[5] = status;
    head[6..8].copy_from_slice(&envelope.channel.to_le_bytes());
    head[8..12].copy_from_slice(&envelope.priority.to_le_bytes());
    head[12..16].copy_from_slice(&envelope.handler.to_le_bytes());
    head[16..24].copy_from_slice(&envelope.id.to_le_bytes());
    let deadline = envelope.deadline.map_or(NONE, clock::nanoseconds);
    head[24..32].copy_from_slice(&deadline.to_le_bytes());
}

fn mark(is: bool, bit: u8) -> u8 {
    if is { bit } else { 0 }
}

/// Reads a head: the envelope, the length of the payload, which is at most `max` bytes, and whether
/// its last bytes say how many descriptors come with it.
///
/// # Errors
///
/// [`BadFrame`] for an unknown kind or status, a status on a kind that has none or none on one that
/// has, and a length over `max`.
#[inline]
pub(crate) fn read_head(
    head: &[u8; HEAD],
    max: usize,
) -> Result<(Envelope, usize, bool), BadFrame> {
    let length = u32::from_le_bytes(field(head, 0));
    let (carries, nested) = (head[4] & CARRIES != 0, head[4] & NESTED != 0);
    let kind = kind_of(head[4] & !(CARRIES | NESTED), head[5])
        .map_err(|bad| if carries || nested { unknown(head[4]) } else { bad })?;
    if (nested && kind != Kind::Call) || (carries && !may_carry(kind)) {
        return Err(unknown(head[4]));
    }
    let envelope = Envelope {
        kind,
        nested,
        channel: u16::from_le_bytes(field(head, 6)),
        priority: i32::from_le_bytes(field(head, 8)),
        handler: u32::from_le_bytes(field(head, 12)),
        id: u64::from_le_bytes(field(head, 16)),
        deadline: deadline(u64::from_le_bytes(field(head, 24))),
    };
    let most = if carries { max.saturating_add(COUNT) } else { max };
    match usize::try_from(length) {
        Ok(size) if size <= most => Ok((envelope, size, carries)),
        _ => Err(BadFrame(format!("a frame announces {length} bytes, over the limit of {max}"))),
    }
}

/// The `N` bytes at `start`; zeros where the head ends, which no caller reaches.
#[inline]
fn field<const N: usize>(head: &[u8; HEAD], start: usize) -> [u8; N] {
    head.get(start..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}

fn deadline(nanoseconds: u64) -> Option<Instant> {
    (nanoseconds != NONE).then(|| clock::instant(nanoseconds))
}

fn code_of(kind: Kind) -> (u8, u8) {
    match kind {
        Kind::Hello => (1, 0),
        Kind::Welcome => (2, 0),
        Kind::Tell => (3, 0),
        Kind::Call => (4, 0),
        Kind::Answer(status) => (5, code_of_status(status)),
        Kind::Cancel => (6, 0),
        Kind::Deferred => (7, 0),
        Kind::Room => (8, 0),
        Kind::Event => (9, 0),
        Kind::Unheard => (10, 0),
        Kind::Close => (11, 0),
        Kind::Ended(status) => (12, code_of_status(status)),
        Kind::Failure => (13, 0),
        Kind::Adopt => (14, 0),
    }
}

fn unknown(code: u8) -> BadFrame {
    BadFrame(format!("a frame is of unknown kind {code}"))
}

/// Whether descriptors can come with a frame: where values of the user's are its content.
pub(super) fn may_carry(kind: Kind) -> bool {
    use Kind::{Adopt, Answer, Call, Ended, Event, Failure, Tell};
    matches!(kind, Tell | Call | Answer(_) | Event | Ended(_) | Failure | Adopt)
}

fn kind_of(code: u8, status: u8) -> Result<Kind, BadFrame> {
    let kind = match code {
        1 => Kind::Hello,
        2 => Kind::Welcome,
        3 => Kind::Tell,
        4 => Kind::Call,
        5 => return status_of(status).map(Kind::Answer),
        6 => Kind::Cancel,
        7 => Kind::Deferred,
        8 => Kind::Room,
        9 => Kind::Event,
        10 => Kind::Unheard,
        11 => Kind::Close,
        12 => return status_of(status).map(Kind::Ended),
        13 => Kind::Failure,
        14 => Kind::Adopt,
        _ => return Err(unknown(code)),
    };
    match status {
        0 => Ok(kind),
        _ => Err(BadFrame(format!("a frame of kind {kind:?} has the status {status}"))),
    }
}

fn code_of_status(status: Status) -> u8 {
    match status {
        Status::Value => 1,
        Status::Error => 2,
        Status::Panicked => 3,
        Status::Closed => 4,
        Status::Cancelled => 5,
        Status::Expired => 6,
        Status::TooLarge => 7,
        Status::Unencodable => 8,
        Status::Malformed => 9,
        Status::Dropped => 10,
        Status::Failed => 11,
    }
}

fn status_of(code: u8) -> Result<Status, BadFrame> {
    Ok(match code {
        1 => Status::Value,
        2 => Status::Error,
        3 => Status::Panicked,
        4 => Status::Closed,
        5 => Status::Cancelled,
        6 => Status::Expired,
        7 => Status::TooLarge,
        8 => Status::Unencodable,
        9 => Status::Malformed,
        10 => Status::Dropped,
        11 => Status::Failed,
        _ => return Err(BadFrame(format!("an answer has the unknown status {code}"))),
    })
}
