//! A buffer that does not grow beyond a limit.

use std::{fmt, io};

use super::encode_error::EncodeError;

/// How many bytes a buffer has memory for at first: a few arguments.
const FIRST: usize = 96;

/// Where a message is encoded: bytes up to a limit, behind room for the head of its frame.
///
/// Numbers come in a few bytes at a time, so the limit is checked when memory runs out, and again
/// after each value: the allocator may have given more memory than the limit allows.
pub(crate) struct BoundedBuf {
    bytes: Vec<u8>,
    /// Where the message begins in `bytes`.
    start: usize,
    /// The limit of the message in bytes.
    limit: usize,
    /// The size that the message would have reached with what did not fit.
    refused: Option<usize>,
}

impl BoundedBuf {
    /// An empty buffer that takes at most `limit` bytes behind `room` bytes of zeros, in `memory`,
    /// whose content is discarded.
    pub(super) fn behind(room: usize, mut memory: Vec<u8>, limit: usize) -> Self {
        memory.clear();
        memory.reserve(room + limit.min(FIRST));
        memory.resize(room, 0);
        Self::onto(memory, limit)
    }

    /// An empty buffer that takes at most `limit` bytes behind the content of `memory`.
    pub(super) fn onto(memory: Vec<u8>, limit: usize) -> Self {
        Self { start: memory.len(), bytes: memory, limit, refused: None }
    }

    /// How many bytes the message has.
    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// The limit of the message in bytes.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// The message, and what is in front of it.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Whether a value was appended in full; `written` is what the encoder says.
    pub(super) fn end(&mut self, written: Result<(), String>) -> Result<(), EncodeError> {
        let (size, limit) = (self.len(), self.limit);
        match self.refused.take().or_else(|| (size > limit).then_some(size)) {
            Some(size) => Err(EncodeError::TooLarge { size, limit }),
            None => written.map_err(EncodeError::Refused),
        }
    }

    /// Appends `data` if it fits.
    #[inline]
    pub(super) fn append(&mut self, data: &[u8]) -> Result<(), Full> {
        if data.len() > self.bytes.capacity() - self.bytes.len() {
            self.grow(data.len())?;
        }
        self.bytes.extend_from_slice(data);
        Ok(())
    }

    /// Makes room for `more` bytes, up to the limit.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) -> Result<(), Full> {
        let size = self.len();
        let needed = size.saturating_add(more);
        if needed > self.limit {
            self.refused = Some(needed);
            return Err(Full);
        }
        let wanted = self.bytes.capacity().saturating_mul(2).clamp(needed, self.limit);
        self.bytes.reserve_exact(wanted - size);
        Ok(())
    }
}

/// The data does not fit; the buffer has recorded the size that it would have reached.
pub(super) struct Full;

impl io::Write for BoundedBuf {
    #[inline]
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.write_all(data).map(|()| data.len())
    }

    #[inline]
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        self.append(data).map_err(|Full| io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for BoundedBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundedBuf")
            .field("len", &self.len())
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
