//! The encoding of several items in one message, and of their results: pieces, each after its length.

use std::{mem::discriminant, time::Duration};

use crate::{
    codec::reply::{Answer, Answered, Reply, malformed, read_panic, read_text, reply_limit, reuse},
    codec::{Arguments, Attachments, Body, Bytes, Draft, EncodeError, Malformed},
    error::{CallError, PanicReport},
    protocol::Status,
    worker::{content, panicked},
};

/// The bytes of results after which a worker replies; the caller sends the other items again.
const FULL_RESULTS: usize = 1 << 20;

/// Appends a piece.
pub(super) fn put(pieces: &mut Vec<u8>, piece: &[u8]) {
    // A piece is no longer than a message, whose length fits.
    pieces.extend_from_slice(&(piece.len() as u32).to_le_bytes());
    pieces.extend_from_slice(piece);
}

/// Appends the piece that `write` encodes, or nothing; gives its attachments, after `attachments`.
pub(super) fn write(
    pieces: &mut Vec<u8>,
    attachments: Attachments,
    write: impl FnOnce(&mut Draft),
) -> Result<Attachments, EncodeError> {
    let start = pieces.len();
    put(pieces, &[]);
    let behind = pieces.len();
    let mut draft = Draft::onto(std::mem::take(pieces), attachments);
    write(&mut draft);
    let written;
    (*pieces, written) = draft.leave();
    let length = (pieces.len() - behind) as u32;
    match written {
        Ok(_) => pieces[start..behind].copy_from_slice(&length.to_le_bytes()),
        Err(_) => pieces.truncate(start),
    }
    written
}

/// Takes the first piece off the front.
pub(super) fn take<'a>(pieces: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = pieces.split_first_chunk()?;
    let (piece, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *pieces = rest;
    Some(piece)
}

/// The status of an item, by its code of one byte.
const STATUSES: [Status; 6] = [
    Status::Value,
    Status::Error,
    Status::Panicked,
    Status::TooLarge { size: 0 },
    Status::Unencodable,
    Status::Malformed,
];

/// The results of items, being encoded. Only the last may have attachments.
pub(super) struct Results(Vec<u8>, Attachments);

impl Results {
    pub(super) fn new() -> Self {
        Self(vec![0; size_of::<u64>()], Attachments::default())
    }

    /// Whether no other result is to be added.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() > FULL_RESULTS || !self.1.is_empty()
    }

    pub(super) fn put(&mut self, result: Result<Result<Answer, Malformed>, PanicReport>) {
        let Answered { status, mut body } = match result {
            Ok(Ok(answer)) => content(answer),
            Ok(Err(malformed)) => Answered::text(Status::Malformed, &malformed.to_string()),
            Err(report) => panicked(&report),
        };
        let code = STATUSES.iter().position(|other| discriminant(other) == discriminant(&status));
        self.0.push(code.unwrap_or(STATUSES.len()) as u8);
        match status {
            Status::TooLarge { size } => {
                let sizes = [u64::from(size), reply_limit() as u64].map(u64::to_le_bytes);
                put(&mut self.0, &sizes.concat());
            }
            _ => put(&mut self.0, body.payload()),
        }
        self.1 = std::mem::take(body.attachments());
        reuse(body);
    }

    /// The encoded results, with the time that the items took.
    pub(super) fn finish(mut self, taken: Duration) -> (Bytes, Attachments) {
        let nanoseconds = u64::try_from(taken.as_nanos()).unwrap_or(u64::MAX);
        if let Some(first) = self.0.first_chunk_mut() {
            *first = nanoseconds.to_le_bytes();
        }
        (self.0.into(), self.1)
    }
}

/// The results of items, decoded.
pub(super) struct BatchResults<R> {
    /// The time that the items took together.
    pub(super) taken: Duration,
    pub(super) results: Vec<R>,
}

/// Decodes the results of `sent` items; `keep` converts each. `None` if they are malformed.
pub(super) fn read<T, E, R>(
    (bytes, carried): (Bytes, Attachments),
    sent: usize,
    reply: Reply<T, E>,
    keep: impl Fn(Result<T, CallError<E>>) -> R,
) -> Option<BatchResults<R>> {
    let (nanoseconds, mut rest) = bytes.split_first_chunk()?;
    let mut results = Vec::with_capacity(sent);
    while let Some((status, behind)) = rest.split_first() {
        let status = *STATUSES.get(usize::from(*status))?;
        rest = behind;
        let payload = take(&mut rest)?;
        let attachments = if rest.is_empty() { carried.clone() } else { Attachments::default() };
        results.push(keep(one(status, payload, attachments, reply)));
    }
    Some(BatchResults { taken: Duration::from_nanos(u64::from_le_bytes(*nanoseconds)), results })
}

fn one<T, E>(
    status: Status,
    payload: &[u8],
    attachments: Attachments,
    reply: Reply<T, E>,
) -> Result<T, CallError<E>> {
    if status == Status::Value {
        return reply.read_from(Arguments::with(payload, attachments)).map_err(malformed);
    }
    let body = &Body::of_payload(payload, attachments);
    Err(match status {
        Status::Error => reply.read_error(body).map_or_else(malformed, CallError::Handler),
        Status::Panicked => CallError::Panicked(read_panic(body)),
        Status::TooLarge { .. } => {
            let sizes = payload.first_chunk::<8>().zip(payload.last_chunk::<8>());
            let [size, limit] = sizes.map_or([0, 0], |(size, limit)| {
                [*size, *limit].map(|bytes| u64::from_le_bytes(bytes) as usize)
            });
            CallError::TooLarge { size, limit }
        }
        Status::Unencodable => CallError::Encode(read_text(body)),
        _ => CallError::Protocol(read_text(body)),
    })
}
