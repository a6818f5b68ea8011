//! A bare socketpair between two processes: what is left if nothing is done but to send and receive.

use std::{
    io::{self, Read, Write, stdin},
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
};

use super::Process;
use crate::{TEXT, clocks::now};

pub(super) const ROLE: &str = "raw";
pub(super) const WATCH: &str = "raw-watch";

/// A process that gives back what it gets, 64 bytes at a time.
#[derive(Debug)]
pub struct Raw {
    // The link goes first when this is dropped, which ends the process that is waited for next.
    link: UnixStream,
    _process: Process,
}

impl Raw {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start() -> io::Result<Self> {
        let (link, far) = UnixStream::pair()?;
        let _process = Process::start(ROLE, "", OwnedFd::from(far).into())?;
        Ok(Self { link, _process })
    }

    /// Sends 64 bytes and gets them back.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn round_trip(&mut self) -> io::Result<[u8; TEXT.len()]> {
        let mut reply = [0; TEXT.len()];
        self.link.write_all(TEXT.as_bytes())?;
        self.link.read_exact(&mut reply)?;
        Ok(reply)
    }
}

/// A process that waits for moments and tells how long ago each was.
#[derive(Debug)]
pub struct RawWatch {
    // As above.
    link: UnixStream,
    _process: Process,
}

impl RawWatch {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start() -> io::Result<Self> {
        let (link, far) = UnixStream::pair()?;
        let _process = Process::start(WATCH, "", OwnedFd::from(far).into())?;
        Ok(Self { link, _process })
    }

    /// How many nanoseconds it takes until the process has a moment that is sent now.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn wake(&mut self) -> io::Result<u64> {
        let mut taken = [0; size_of::<u64>()];
        self.link.write_all(&now().to_le_bytes())?;
        self.link.read_exact(&mut taken)?;
        Ok(u64::from_le_bytes(taken))
    }
}

pub(super) fn watch() -> io::Result<()> {
    let mut link = UnixStream::from(stdin().as_fd().try_clone_to_owned()?);
    let mut moment = [0; size_of::<u64>()];
    loop {
        link.read_exact(&mut moment)?;
        let taken = now() - u64::from_le_bytes(moment);
        link.write_all(&taken.to_le_bytes())?;
    }
}

pub(super) fn serve() -> io::Result<()> {
    let mut link = UnixStream::from(stdin().as_fd().try_clone_to_owned()?);
    let mut request = [0; TEXT.len()];
    loop {
        link.read_exact(&mut request)?;
        link.write_all(&request)?;
    }
}
