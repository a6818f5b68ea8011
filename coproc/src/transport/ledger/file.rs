//! The note in a file in memory that the worker and its host have mapped. No system call writes it,
//! and none is needed to keep it: what is in the file stays when the writer dies at any point.
//!
//! There are two places for the note, and a count of all notes that tells by its last bit which of
//! them holds the present one. The worker writes a note into the other place and then counts it: so
//! one that dies in between leaves the note before, whole.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::Instant,
};

use rustix::{
    fs::{MemfdFlags, SealFlags},
    io::{pread, pwrite},
};

use super::record::{Activity, Record};
use crate::{
    codec::clock,
    sync::{AtomicU64, Ordering, fence},
    transport::shared::Words,
};

/// activity, call, since: the words in front of the counters.
const WORDS: usize = 3;
/// The most that is kept of the text of a panic.
const PANIC_MOST: usize = 2048;
/// How often a record is read again that changes meanwhile. A worker that changes it without end
/// harms only itself.
const TRIES: usize = 1024;

#[derive(Debug)]
pub(crate) struct File {
    fd: OwnedFd,
    words: Words,
    channels: usize,
}

impl File {
    /// A new file, of a size that is sealed, in which the worker rests.
    pub(crate) fn new(channels: usize) -> io::Result<Self> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let fd = rustix::fs::memfd_create("coproc-ledger", flags)?;
        rustix::fs::ftruncate(&fd, panic_at(channels) + PANIC_MOST as u64)?;
        let seals = SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
        rustix::fs::fcntl_add_seals(&fd, seals)?;
        Self::received(fd, channels)
    }

    /// The worker's side of a file that its parent has made.
    pub(crate) fn received(fd: OwnedFd, channels: usize) -> io::Result<Self> {
        let words = Words::map(&fd, words(channels))?;
        Ok(Self { fd, words, channels })
    }

    /// Writes the note. Only one thread of one process may do so.
    pub(crate) fn write(&self, activity: Activity, call: u64, left: &[u64], since: Instant) {
        let count = self.words[0].load(Ordering::Relaxed).wrapping_add(1);
        // A reader that sees a part of the new record also sees that the old one is replaced.
        fence(Ordering::Release);
        let note = [code_of(activity), call, clock::nanoseconds(since)];
        let left = left.iter().copied().chain(std::iter::repeat(0)).take(self.channels);
        for (word, value) in self.place(count).iter().zip(note.into_iter().chain(left)) {
            word.store(value, Ordering::Relaxed);
        }
        self.words[0].store(count, Ordering::Release);
        // What is noted may crash at once, and must not have begun before. Nor may the next look at
        // the link come first: a host that sees an old note takes it that what it has sent is read.
        fence(Ordering::SeqCst);
    }

    /// Reads a note that is whole: while the worker is alive, it may be rewritten meanwhile.
    pub(crate) fn read(&self) -> Record {
        let mut note = Record::default();
        for _ in 0..TRIES {
            let count = self.words[0].load(Ordering::Acquire);
            let place = self.place(count);
            let word = |index: usize| place[index].load(Ordering::Relaxed);
            note = Record {
                activity: activity_of(word(0)),
                call: word(1),
                since: Some(clock::instant(word(2))),
                left: (WORDS..place.len()).map(word).collect(),
            };
            fence(Ordering::Acquire);
            if self.words[0].load(Ordering::Relaxed) == count {
                break;
            }
        }
        note
    }

    /// How many messages have left the queue of `channel`.
    pub(crate) fn left(&self, channel: u16) -> u64 {
        let place = self.place(self.words[0].load(Ordering::Acquire));
        place.get(WORDS + usize::from(channel)).map_or(0, |word| word.load(Ordering::Relaxed))
    }

    /// Where the note of this count stands.
    fn place(&self, count: u64) -> &[AtomicU64] {
        let length = WORDS + self.channels;
        let start = if count.is_multiple_of(2) { 1 } else { 1 + length };
        &self.words[start..][..length]
    }

    /// Leaves the text of a panic, for the case that it ends the process.
    pub(crate) fn write_panic(&self, text: &str) {
        let mut end = text.len().min(PANIC_MOST - 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut bytes = text.as_bytes()[..end].to_vec();
        bytes.push(0);
        let _ = pwrite(&self.fd, &bytes, panic_at(self.channels));
    }

    /// The text of the last panic, if there was one.
    pub(crate) fn read_panic(&self) -> Option<String> {
        let mut bytes = [0; PANIC_MOST];
        let read = pread(&self.fd, &mut bytes[..], panic_at(self.channels)).ok()?;
        let end = bytes[..read].iter().position(|byte| *byte == 0)?;
        (end > 0).then(|| String::from_utf8_lossy(&bytes[..end]).into_owned())
    }
}

impl AsFd for File {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// How many words there are: the count and twice the note.
fn words(channels: usize) -> usize {
    1 + 2 * (WORDS + channels)
}

/// Where the text of a panic that ends the process is left.
fn panic_at(channels: usize) -> u64 {
    (words(channels) * size_of::<AtomicU64>()) as u64
}

fn code_of(activity: Activity) -> u64 {
    let (kind, number) = match activity {
        Activity::Rest => (0, 0),
        Activity::Init => (1, 0),
        Activity::Handler(number) => (2, number),
        Activity::Tick(number) => (3, number),
        Activity::Idle => (4, 0),
        Activity::Gone => (5, 0),
        Activity::Close => (6, 0),
    };
    kind << 32 | u64::from(number)
}

fn activity_of(code: u64) -> Activity {
    let number = code as u32;
    match code >> 32 {
        1 => Activity::Init,
        2 => Activity::Handler(number),
        3 => Activity::Tick(number),
        4 => Activity::Idle,
        5 => Activity::Gone,
        6 => Activity::Close,
        _ => Activity::Rest,
    }
}
