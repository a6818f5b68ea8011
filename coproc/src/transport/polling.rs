//! Waiting for several descriptors at once.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::Instant,
};

use rustix::{
    event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll},
    io::Errno,
};

use super::{Doorbell, PollTarget};

/// Blocks until one of `fds` can be read or its peer is gone, until `until` at the latest. Gives
/// which.
pub(super) fn poll_until<const N: usize>(
    fds: [BorrowedFd<'_>; N],
    others: &[PollTarget],
    until: Option<Instant>,
) -> [bool; N] {
    let others = others.iter().map(|other| other.as_fd());
    let mut polled: Vec<PollFd<'_>> = fds
        .into_iter()
        .chain(others)
        .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
        .collect();
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let timeout = left.and_then(|left| Timespec::try_from(left).ok());
        // A signal handler is no reason to stop waiting.
        if poll(&mut polled, timeout.as_ref()) != Err(Errno::INTR) {
            break;
        }
    }
    std::array::from_fn(|at| !polled[at].revents().is_empty())
}

/// A descriptor that can be read once it was written to, until it is read.
#[derive(Debug)]
pub(super) struct EventFd(OwnedFd);

impl EventFd {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
    }

    pub(super) fn write(&self) {
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }

    pub(super) fn read(&self) {
        let _ = rustix::io::read(&self.0, &mut [0; 8]);
    }
}

impl AsFd for EventFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Doorbell for EventFd {
    fn ring(&self) {
        self.write();
    }
}
