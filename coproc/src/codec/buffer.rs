//! A buffer that does not grow beyond a limit.

use std::{fmt, io};

use super::{
    EncodeError,
    limits::{TOO_MANY, Watch, most_elements},
};

/// The bytes that memory is there for at first: a few arguments.
const FIRST: usize = 96;

/// Where a message is written: bytes up to a limit, behind room for the head of its frame.
///
/// Numbers come in a few bytes at a time, so the limit is looked at where memory runs out, and once
/// more when a value is written: what the allocator gave beyond it may have been used by then.
pub(crate) struct BoundedBuf {
    bytes: Vec<u8>,
    /// Where the message begins in `bytes`.
    start: usize,
    /// The most bytes of message.
    limit: usize,
    /// How many elements of sequences and maps are written.
    elements: u64,
    /// How large the message would have become with what did not go in.
    refused: Option<usize>,
}

impl BoundedBuf {
    /// An empty buffer that takes at most `limit` bytes.
    #[must_use]
    pub(crate) fn new(limit: usize) -> Self {
        Self::behind(0, Vec::new(), limit)
    }

    /// The same behind `room` bytes of zeros that do not count, in memory that is there already.
    pub(super) fn behind(room: usize, mut memory: Vec<u8>, limit: usize) -> Self {
        memory.clear();
        memory.reserve(room + limit.min(FIRST));
        memory.resize(room, 0);
        Self::onto(memory, limit)
    }

    /// The same behind what `memory` holds, which does not count.
    pub(super) fn onto(memory: Vec<u8>, limit: usize) -> Self {
        Self { start: memory.len(), bytes: memory, limit, elements: 0, refused: None }
    }

    /// What is written.
    #[must_use]
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// The whole of it, the room in front included.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Refused`] if it holds more elements than a reader of so few bytes accepts.
    pub(crate) fn finish(self) -> Result<Vec<u8>, EncodeError> {
        self.check().map(|()| self.bytes)
    }

    /// Whether a reader would accept it.
    pub(super) fn check(&self) -> Result<(), EncodeError> {
        match self.elements > most_elements(self.as_slice().len()) {
            true => Err(EncodeError::Refused(TOO_MANY.to_owned())),
            false => Ok(()),
        }
    }

    /// All of its memory, whatever is written there.
    pub(super) fn into_memory(self) -> Vec<u8> {
        self.bytes
    }

    /// Starts to write a value.
    pub(super) fn watch(&self) -> Watch {
        Watch::writing(most_elements(self.limit).saturating_sub(self.elements))
    }

    /// Ends what [`watch`](Self::watch) started.
    pub(super) fn settle(
        &mut self,
        watch: &Watch,
        written: Result<(), String>,
    ) -> Result<(), EncodeError> {
        self.elements = most_elements(self.limit).saturating_sub(watch.elements());
        let size = self.as_slice().len();
        match (written, self.refused.take().or_else(|| (size > self.limit).then_some(size))) {
            (_, Some(size)) => Err(EncodeError::TooLarge { size, limit: self.limit }),
            (Err(text), None) => Err(EncodeError::Refused(text)),
            (Ok(()), None) => Ok(()),
        }
    }

    /// Appends, or notes that it does not fit.
    #[inline]
    pub(super) fn append(&mut self, data: &[u8]) -> Result<(), Full> {
        if data.len() > self.bytes.capacity() - self.bytes.len() {
            self.grow(data.len())?;
        }
        self.bytes.extend_from_slice(data);
        Ok(())
    }

    /// Makes room for `more` bytes, but for none beyond the limit.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) -> Result<(), Full> {
        let size = self.as_slice().len();
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

/// It does not fit; the buffer has noted how large it would have become.
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
            .field("len", &self.as_slice().len())
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
