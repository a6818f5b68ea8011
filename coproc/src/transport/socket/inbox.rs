//! Frames that have come.

use std::{collections::VecDeque, io::IoSliceMut, mem::MaybeUninit, os::fd::OwnedFd};

use rustix::{
    cmsg_space,
    io::Errno,
    net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, recv, recvmsg},
};

use super::outbox::Ends;
use crate::{
    codec::{BadFrame, Frame, FrameReader, luggage::DESCRIPTORS_MOST},
    transport::Broken,
};

/// Frames that have come.
pub(super) struct Inbox {
    pub(super) reader: FrameReader,
    pub(super) ready: VecDeque<Frame>,
    pub(super) ended: bool,
}

impl Inbox {
    pub(super) fn new(max: usize) -> Self {
        Self { reader: FrameReader::new(max), ready: VecDeque::new(), ended: false }
    }

    /// The same with what has come elsewhere.
    pub(super) fn holding(mut bytes: &[u8], max: usize) -> Result<Self, BadFrame> {
        let mut inbox = Self::new(max);
        while !bytes.is_empty() {
            let spare = inbox.reader.spare();
            let (now, later) = bytes.split_at(spare.len().min(bytes.len()));
            spare[..now.len()].copy_from_slice(now);
            inbox.reader.filled(now.len());
            bytes = later;
            while let Some(frame) = inbox.reader.next()? {
                inbox.ready.push_back(frame);
            }
        }
        Ok(inbox)
    }

    /// The next frame that is there.
    #[inline]
    pub(super) fn next(&mut self, fds: &Ends) -> Result<Option<Frame>, Broken> {
        match self.ready.pop_front() {
            Some(frame) => Ok(Some(frame)),
            None => self.read(fds),
        }
    }

    /// Takes in what can be read at once, for later.
    pub(super) fn take_in(&mut self, fds: &Ends) {
        // What is wrong with it is found again, and told, by whoever reads next.
        if self.fill(fds, true).is_ok() {
            while let Ok(Some(frame)) = self.read(fds) {
                self.ready.push_back(frame);
            }
        }
    }

    #[inline]
    fn read(&mut self, fds: &Ends) -> Result<Option<Frame>, Broken> {
        loop {
            match self.reader.next() {
                Ok(None) if self.reader.lacks_descriptors() => self.fetch(fds)?,
                Ok(frame) => return Ok(frame),
                Err(bad) => return Err(broken(&bad)),
            }
        }
    }

    /// Takes the descriptors that the next frame lacks. They were sent before it.
    #[cold]
    fn fetch(&mut self, fds: &Ends) -> Result<(), Broken> {
        let missing = || Broken::Protocol("a frame carries descriptors that are not there".into());
        let side = fds.side.as_ref().ok_or_else(missing)?;
        match receive(side, &mut [0], RecvFlags::DONTWAIT) {
            Ok((_, Some(descriptors))) => {
                self.reader.arrive(descriptors).map_err(|bad| broken(&bad))
            }
            Err(Errno::INTR) => Ok(()),
            Ok(_) | Err(_) => Err(missing()),
        }
    }

    /// One read; `false` if nothing was there.
    pub(super) fn fill(&mut self, fds: &Ends, now: bool) -> Result<bool, Broken> {
        let flags = if now { RecvFlags::DONTWAIT } else { RecvFlags::empty() };
        let read = if fds.side.is_some() {
            recv(&fds.main, self.reader.spare(), flags).map(|(read, _)| read).map_err(Stopped::By)
        } else {
            self.fill_with_descriptors(&fds.main, flags)
        };
        match read {
            Ok(0) | Err(Stopped::By(Errno::CONNRESET | Errno::PIPE)) => {
                self.ended = true;
                Err(Broken::Ended)
            }
            Ok(read) => {
                self.reader.filled(read);
                Ok(true)
            }
            Err(Stopped::By(Errno::AGAIN | Errno::INTR)) => Ok(false),
            Err(Stopped::By(_)) => Err(Broken::Ended),
            Err(Stopped::Broken(broken)) => Err(broken),
        }
    }

    /// The same where descriptors come with the bytes.
    fn fill_with_descriptors(&mut self, fd: &OwnedFd, flags: RecvFlags) -> Result<usize, Stopped> {
        let Self { reader, .. } = self;
        let (read, descriptors) = receive(fd, reader.spare(), flags).map_err(Stopped::By)?;
        if let Some(descriptors) = descriptors {
            reader.arrive(descriptors).map_err(|bad| Stopped::Broken(broken(&bad)))?;
        }
        Ok(read)
    }
}

/// Why nothing was read.
enum Stopped {
    By(Errno),
    Broken(Broken),
}

fn broken(bad: &BadFrame) -> Broken {
    Broken::Protocol(bad.to_string())
}

/// Reads bytes and the descriptors that come with them: all that were sent at once, or none if this
/// process may not have them all.
fn receive(
    fd: &OwnedFd,
    bytes: &mut [u8],
    flags: RecvFlags,
) -> Result<(usize, Option<Vec<OwnedFd>>), Errno> {
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(DESCRIPTORS_MOST))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut slices = [IoSliceMut::new(bytes)];
    let flags = flags | RecvFlags::CMSG_CLOEXEC;
    let received = recvmsg(fd, &mut slices, &mut ancillary, flags)?;
    let mut descriptors = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(come) = message {
            descriptors.extend(come);
        }
    }
    let lost = received.flags.contains(ReturnFlags::CTRUNC);
    if lost {
        descriptors.clear();
    }
    Ok((received.bytes, (lost || !descriptors.is_empty()).then_some(descriptors)))
}
