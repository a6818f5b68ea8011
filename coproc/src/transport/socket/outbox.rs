//! Frames that could not be sent at once.

use std::{collections::VecDeque, io::IoSlice, os::fd::OwnedFd};

use rustix::{
    io::Errno,
    net::{SendAncillaryBuffer, SendFlags, send, sendmsg},
};

/// A write that never waits, and tells of a peer that is gone without a signal.
pub(super) const AT_ONCE: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);

/// How many frames one system call writes at most.
const BATCH: usize = 64;

/// Frames that wait for room in the kernel.
#[derive(Default)]
pub(super) struct Outbox {
    pub(super) waiting: VecDeque<Vec<u8>>,
    /// How much of the first is already written.
    written: usize,
    pub(super) bytes: usize,
    pub(super) ended: bool,
}

impl Outbox {
    /// Adds a frame of which so many bytes are written: none, unless it is the only one.
    pub(super) fn put(&mut self, bytes: Vec<u8>, written: usize) {
        self.bytes += bytes.len() - written;
        self.written += written;
        self.waiting.push_back(bytes);
    }

    /// Writes as much as the kernel takes.
    pub(super) fn write(&mut self, fd: &OwnedFd) {
        while !self.waiting.is_empty() && !self.ended {
            let first = &self.waiting[0][self.written..];
            let sent = if self.waiting.len() == 1 {
                send(fd, first, AT_ONCE)
            } else {
                let rest = self.waiting.iter().skip(1).take(BATCH - 1);
                let mut slices = vec![IoSlice::new(first)];
                slices.extend(rest.map(|bytes| IoSlice::new(bytes)));
                sendmsg(fd, &slices, &mut SendAncillaryBuffer::default(), AT_ONCE)
            };
            match sent {
                Ok(sent) => self.sent(sent),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                Err(_) => self.end(),
            }
        }
    }

    fn sent(&mut self, mut sent: usize) {
        self.bytes = self.bytes.saturating_sub(sent);
        while let Some(first) = self.waiting.front() {
            let left = first.len() - self.written;
            if sent < left {
                self.written += sent;
                return;
            }
            sent -= left;
            self.written = 0;
            self.waiting.pop_front();
        }
    }

    pub(super) fn end(&mut self) {
        self.ended = true;
        self.waiting.clear();
        self.bytes = 0;
    }
}
