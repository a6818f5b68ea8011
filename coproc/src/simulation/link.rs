//! One direction of a socket between two processes.

use std::collections::VecDeque;

/// Frames on their way, in order. What its writer has handed to the kernel outlives the writer;
/// what it still keeps for want of room there dies with it.
#[derive(Debug)]
pub(super) struct Pipe<T> {
    /// With the times from which on they can be read.
    kernel: VecDeque<(u64, T)>,
    outbox: VecDeque<T>,
    latest: u64,
}

impl<T> Pipe<T> {
    pub(super) fn new() -> Self {
        Self { kernel: VecDeque::new(), outbox: VecDeque::new(), latest: 0 }
    }

    pub(super) fn send(&mut self, frame: T) {
        self.outbox.push_back(frame);
    }

    /// Hands to the kernel what waits, readable after `delay`; gives when that is.
    pub(super) fn flush(&mut self, now: u64, delay: u64) -> u64 {
        self.latest = self.latest.max(now + delay);
        self.kernel.extend(self.outbox.drain(..).map(|frame| (self.latest, frame)));
        self.latest
    }

    pub(super) fn recv(&mut self, now: u64) -> Option<T> {
        let ready = self.kernel.front().is_some_and(|(at, _)| *at <= now);
        ready.then(|| self.kernel.pop_front()).flatten().map(|(_, frame)| frame)
    }

    /// Whether the reader can read all that was sent.
    pub(super) fn is_settled(&self, now: u64) -> bool {
        self.outbox.is_empty() && self.latest <= now
    }

    /// The writer has died.
    pub(super) fn cut(&mut self) {
        self.outbox.clear();
    }

    /// The reader has died: what it had not read is lost.
    pub(super) fn lose(&mut self) {
        self.outbox.clear();
        self.kernel.clear();
    }
}
