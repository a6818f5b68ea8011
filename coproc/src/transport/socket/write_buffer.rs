//! Frames that could not be sent at once.

use std::{
    collections::VecDeque,
    io::IoSlice,
    mem::MaybeUninit,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::{Duration, Instant},
};

use rustix::{
    cmsg_space,
    io::Errno,
    net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, send, sendmsg},
};

use crate::{
    codec::attachments::DESCRIPTORS_MOST, multiqueue::PriorityMultiQueue, protocol::Priority,
    sync::Arc, transport::Transport,
};

/// A write that never waits, and tells of a peer that is gone without a signal.
pub(super) const AT_ONCE: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);

/// How many frames one system call writes at most.
const BATCH: usize = 64;

/// A frame on its way out.
pub(super) struct Unsent {
    pub(super) bytes: Vec<u8>,
    /// Go with the first of the bytes; they are closed here once that is sent.
    pub(super) descriptors: Vec<OwnedFd>,
}

/// The descriptors of one end of a link.
pub(super) struct Ends {
    pub(super) main: OwnedFd,
    /// Takes the descriptors that go with frames. Without it they go with the bytes, which makes
    /// each read take longer.
    pub(super) side: Option<OwnedFd>,
}

impl AsFd for Ends {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.main.as_fd()
    }
}

/// What could not be sent, over which of the two.
pub(super) enum Stuck {
    Main(Errno),
    Side(Errno),
}

impl Unsent {
    /// Sends what of it comes after `written` bytes, or a part of that. Descriptors go over `side`
    /// before, if there is one.
    #[inline]
    pub(super) fn send(&mut self, fds: &Ends, written: usize) -> Result<usize, Stuck> {
        match &fds.side {
            _ if self.descriptors.is_empty() => {}
            None => return self.send_descriptors(&fds.main, written).map_err(Stuck::Main),
            Some(side) => {
                self.send_descriptors(side, self.bytes.len() - 1).map_err(Stuck::Side)?;
            }
        }
        send(&fds.main, &self.bytes[written..], AT_ONCE).map_err(Stuck::Main)
    }

    #[cold]
    fn send_descriptors(&mut self, fd: &OwnedFd, from: usize) -> Result<usize, Errno> {
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(DESCRIPTORS_MOST))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        let borrowed: Vec<BorrowedFd<'_>> = self.descriptors.iter().map(AsFd::as_fd).collect();
        if !ancillary.push(SendAncillaryMessage::ScmRights(&borrowed)) {
            return Err(Errno::TOOMANYREFS);
        }
        let sent = sendmsg(fd, &[IoSlice::new(&self.bytes[from..])], &mut ancillary, AT_ONCE)?;
        drop(borrowed);
        self.descriptors.clear();
        Ok(sent)
    }
}

/// Frames that wait for room in the kernel.
///
/// The next few are on their way: they go in this order. Behind them messages wait by urgency, so
/// that an urgent one need not wait until a slow worker has taken in all that was sent before it.
/// Frames that are no messages overtake nothing, and nothing overtakes them.
pub(super) struct WriteBuffer {
    /// Where they go; `None` once nothing more is sent.
    pub(super) ends: Option<Arc<Ends>>,
    going: VecDeque<Unsent>,
    waiting: PriorityMultiQueue<Unsent>,
    /// How much of the first is already written.
    written: usize,
    pub(super) bytes: usize,
    /// It is the side that has no room.
    pub(super) side_is_full: bool,
    /// The end that this belongs to, kept until all is written after its last handle is dropped.
    pub(super) lingering: Option<Arc<dyn Transport>>,
}

impl WriteBuffer {
    /// An empty one.
    pub(super) fn new(ends: Arc<Ends>) -> Self {
        Self {
            ends: Some(ends),
            going: VecDeque::new(),
            waiting: PriorityMultiQueue::new(1, None),
            written: 0,
            bytes: 0,
            side_is_full: false,
            lingering: None,
        }
    }

    /// Has messages become more urgent with each such interval that they wait. None is to wait yet.
    pub(super) fn set_aging(&mut self, interval: Option<Duration>) {
        self.waiting = PriorityMultiQueue::new(1, interval);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.going.is_empty()
    }

    /// Adds the first frame, of which so many bytes are written.
    pub(super) fn begin(&mut self, unsent: Unsent, written: usize) {
        self.bytes += unsent.bytes.len() - written;
        self.written = written;
        self.going.push_back(unsent);
    }

    /// Adds a frame behind others; a message has a priority.
    pub(super) fn put(&mut self, unsent: Unsent, priority: Option<Priority>) {
        self.bytes += unsent.bytes.len();
        let Some(priority) = priority else {
            self.send_off(usize::MAX);
            self.going.push_back(unsent);
            return;
        };
        if let Err(unsent) = self.waiting.put(unsent, priority, 0, Instant::now()) {
            self.going.push_back(unsent);
        }
    }

    /// Has the most urgent messages be the next to go, so many at most.
    fn send_off(&mut self, most: usize) {
        let packets = std::iter::from_fn(|| self.waiting.take()).take(most);
        self.going.extend(packets.map(|taken| taken.item));
    }

    /// Writes as much as the kernel takes.
    pub(super) fn write(&mut self) {
        self.side_is_full = false;
        loop {
            if self.going.is_empty() {
                self.send_off(BATCH);
            }
            let Some(ends) = &self.ends else { return };
            let plain = self.going.iter().take_while(|unsent| unsent.descriptors.is_empty());
            let sent = if plain.take(2).count() < 2 {
                let Some(first) = self.going.front_mut() else { return };
                first.send(ends, self.written)
            } else {
                self.write_many(&ends.main).map_err(Stuck::Main)
            };
            match sent {
                Ok(sent) => self.sent(sent),
                Err(stuck) if self.is_stuck(&stuck) => return,
                Err(_) => {}
            }
        }
    }

    /// Takes note of why nothing was sent; `false` if it is worth trying again at once.
    pub(super) fn is_stuck(&mut self, stuck: &Stuck) -> bool {
        let (Stuck::Main(error) | Stuck::Side(error)) = *stuck;
        match error {
            Errno::INTR => false,
            // The second: more descriptors are on their way than this user may have there.
            Errno::AGAIN | Errno::TOOMANYREFS => {
                self.side_is_full = matches!(stuck, Stuck::Side(_));
                true
            }
            _ => {
                self.end();
                true
            }
        }
    }

    /// Writes frames that carry nothing, many at once.
    fn write_many(&self, fd: &OwnedFd) -> Result<usize, Errno> {
        let plain = self.going.iter().take_while(|unsent| unsent.descriptors.is_empty());
        let mut slices: Vec<IoSlice<'_>> =
            plain.take(BATCH).map(|unsent| IoSlice::new(&unsent.bytes)).collect();
        if let Some(first) = slices.first_mut() {
            first.advance(self.written);
        }
        sendmsg(fd, &slices, &mut SendAncillaryBuffer::default(), AT_ONCE)
    }

    fn sent(&mut self, mut sent: usize) {
        self.bytes = self.bytes.saturating_sub(sent);
        while let Some(first) = self.going.front() {
            let left = first.bytes.len() - self.written;
            if sent < left {
                self.written += sent;
                return;
            }
            sent -= left;
            self.written = 0;
            self.going.pop_front();
        }
    }

    pub(super) fn end(&mut self) {
        self.ends = None;
        self.going.clear();
        self.send_off(usize::MAX);
        self.going.clear();
        self.bytes = 0;
        self.lingering = None;
    }

    /// Whether no descriptors belong to what is not written.
    pub(super) fn is_plain(&self) -> bool {
        self.going.iter().chain(self.waiting.iter()).all(|unsent| unsent.descriptors.is_empty())
    }

    /// The bytes that are not written; `None` if descriptors belong to them.
    pub(super) fn rest(&mut self) -> Option<Vec<u8>> {
        if !self.is_plain() {
            return None;
        }
        self.send_off(usize::MAX);
        let all: Vec<&[u8]> = self.going.iter().map(|unsent| &unsent.bytes[..]).collect();
        Some(all.concat().split_off(self.written))
    }
}
