//! How items travel together, and their results: one behind the other, each behind its length.

use std::time::Duration;

use crate::{
    codec::{Body, Bytes, Luggage, Malformed},
    controller::reply::{Answer, Content, Reply, malformed, read_panic, read_text, reply_limit},
    error::{CallError, PanicReport},
    message::Status,
    worker::{content, panicked},
};

/// Appends a piece.
pub(super) fn put(pieces: &mut Vec<u8>, piece: &[u8]) {
    // A piece is no longer than a message may be, whose length fits.
    pieces.extend_from_slice(&(piece.len() as u32).to_le_bytes());
    pieces.extend_from_slice(piece);
}

/// Takes the first piece off the front.
pub(super) fn take<'a>(pieces: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = pieces.split_first_chunk()?;
    let (piece, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *pieces = rest;
    Some(piece)
}

/// What has become of an item, in one byte.
const STATUSES: [Status; 6] = [
    Status::Value,
    Status::Error,
    Status::Panicked,
    Status::TooLarge,
    Status::Unencodable,
    Status::Malformed,
];

/// The results of items while they are written.
pub(super) struct Results(Vec<u8>);

impl Results {
    pub(super) fn new() -> Self {
        Self(vec![0; size_of::<u64>()])
    }

    /// How many bytes they are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn put(&mut self, result: Result<Result<Answer, Malformed>, PanicReport>) {
        let Content { status, size, body } = match result {
            Ok(Ok(answer)) => content(answer),
            Ok(Err(malformed)) => Content::text(Status::Malformed, &malformed.to_string()),
            Err(report) => panicked(&report),
        };
        let code = STATUSES.iter().position(|other| *other == status);
        self.0.push(code.unwrap_or(STATUSES.len()) as u8);
        match status {
            Status::TooLarge => {
                let sizes = [size as u64, reply_limit() as u64].map(u64::to_le_bytes);
                put(&mut self.0, &sizes.concat());
            }
            _ => put(&mut self.0, body.payload()),
        }
    }

    /// All of them; they took so long.
    pub(super) fn finish(mut self, taken: Duration) -> Bytes {
        let nanoseconds = u64::try_from(taken.as_nanos()).unwrap_or(u64::MAX);
        if let Some(first) = self.0.first_chunk_mut() {
            *first = nanoseconds.to_le_bytes();
        }
        self.0.into()
    }
}

/// The results of items.
pub(super) struct Done<T, E> {
    /// How long they took together.
    pub(super) taken: Duration,
    pub(super) results: Vec<Result<T, CallError<E>>>,
}

/// Reads the results of items.
pub(super) fn read<T, E>(bytes: &[u8], reply: Reply<T, E>) -> Option<Done<T, E>> {
    let (nanoseconds, mut rest) = bytes.split_first_chunk()?;
    let mut results = Vec::new();
    while let Some((status, behind)) = rest.split_first() {
        let status = *STATUSES.get(usize::from(*status))?;
        rest = behind;
        results.push(one(status, take(&mut rest)?, reply));
    }
    Some(Done { taken: Duration::from_nanos(u64::from_le_bytes(*nanoseconds)), results })
}

fn one<T, E>(status: Status, payload: &[u8], reply: Reply<T, E>) -> Result<T, CallError<E>> {
    let body = &Body::of_payload(payload, Luggage::default());
    Err(match status {
        Status::Value => return reply.read(body).map_err(malformed),
        Status::Error => reply.read_error(body).map_or_else(malformed, CallError::Handler),
        Status::Panicked => CallError::Panicked(read_panic(body)),
        Status::TooLarge => {
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
