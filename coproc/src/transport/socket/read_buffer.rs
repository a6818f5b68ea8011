//! Frames that have come.

use std::{collections::VecDeque, io::IoSliceMut, mem::MaybeUninit, os::fd::OwnedFd};

use rustix::{
    cmsg_space,
    io::Errno,
    net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, recv, recvmsg},
};

use super::write_buffer::Ends;
use crate::{
    codec::{BadFrame, Frame, FrameReader, attachments::DESCRIPTORS_MOST},
    sync::Arc,
    transport::Broken,
};

/// Frames that have come.
pub(super) struct ReadBuffer {
    /// Where they come from; `None` once this end has left the process.
    pub(super) ends: Option<Arc<Ends>>,
    pub(super) reader: FrameReader,
    pub(super) ready: VecDeque<Frame>,
    pub(super) ended: bool,
}

impl ReadBuffer {
    pub(super) fn new(ends: Arc<Ends>, max: usize) -> Self {
        let (reader, ready) = (FrameReader::new(max), VecDeque::new());
        Self { ends: Some(ends), reader, ready, ended: false }
    }

    /// Takes in what has come elsewhere.
    pub(super) fn hold(&mut self, mut bytes: &[u8]) -> Result<(), BadFrame> {
        while !bytes.is_empty() {
            let spare = self.reader.spare();
            let (now, later) = bytes.split_at(spare.len().min(bytes.len()));
            spare[..now.len()].copy_from_slice(now);
            self.reader.filled(now.len());
            bytes = later;
            while let Some(frame) = self.reader.next()? {
                self.ready.push_back(frame);
            }
        }
        Ok(())
    }

    /// Nothing more comes here.
    pub(super) fn end(&mut self) {
        self.ended = true;
        self.ends = None;
    }

    /// The next frame that is there.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<Frame>, Broken> {
        match self.ready.pop_front() {
            Some(frame) => Ok(Some(frame)),
            None => self.read(),
        }
    }

    /// Whether the next frame may be here.
    pub(super) fn may_have_next(&self) -> bool {
        !self.ready.is_empty() || self.reader.holds_bytes()
    }

    /// Takes in what can be read at once, for later.
    pub(super) fn take_in(&mut self) {
        // The next read finds what is wrong with it again, and returns it.
        if self.fill(true).is_ok() {
            while let Ok(Some(frame)) = self.read() {
                self.ready.push_back(frame);
            }
        }
    }

    #[inline]
    fn read(&mut self) -> Result<Option<Frame>, Broken> {
        loop {
            match self.reader.next() {
                Ok(None) if self.reader.lacks_descriptors() => self.fetch()?,
                Ok(frame) => return Ok(frame),
                Err(bad) => return Err(broken(&bad)),
            }
        }
    }

    /// Takes the descriptors that the next frame lacks. They were sent before it.
    #[cold]
    fn fetch(&mut self) -> Result<(), Broken> {
        let missing = || Broken::Protocol("a frame carries descriptors that are not there".into());
        let side = self.ends.as_ref().and_then(|ends| ends.side.as_ref()).ok_or_else(missing)?;
        match receive(side, &mut [0], RecvFlags::DONTWAIT) {
            Ok((_, Some(descriptors))) => {
                self.reader.arrive(descriptors).map_err(|bad| broken(&bad))
            }
            Err(Errno::INTR) => Ok(()),
            Ok(_) | Err(_) => Err(missing()),
        }
    }

    /// One read; `false` if nothing was there.
    pub(super) fn fill(&mut self, now: bool) -> Result<bool, Broken> {
        let flags = if now { RecvFlags::DONTWAIT } else { RecvFlags::empty() };
        let Self { ends, reader, .. } = self;
        let ends = ends.as_ref().ok_or(Broken::Ended)?;
        let read = if ends.side.is_some() {
            recv(&ends.main, reader.spare(), flags).map(|(read, _)| read).map_err(Stopped::By)
        } else {
            fill_with_descriptors(reader, &ends.main, flags)
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
}

/// Why nothing was read.
enum Stopped {
    By(Errno),
    Broken(Broken),
}

/// One read where descriptors come with the bytes; gives how many bytes.
fn fill_with_descriptors(
    reader: &mut FrameReader,
    fd: &OwnedFd,
    flags: RecvFlags,
) -> Result<usize, Stopped> {
    let (read, descriptors) = receive(fd, reader.spare(), flags).map_err(Stopped::By)?;
    if let Some(descriptors) = descriptors {
        reader.arrive(descriptors).map_err(|bad| Stopped::Broken(broken(&bad)))?;
    }
    Ok(read)
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
