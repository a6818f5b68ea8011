//! A bare socketpair between two processes: what is left if nothing is done but to send and receive.

use std::{
    io::{self, Read, Write, stdin},
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
};

use super::Process;
use crate::TEXT;

pub(super) const ROLE: &str = "raw";

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

pub(super) fn serve() -> io::Result<()> {
    let mut link = UnixStream::from(stdin().as_fd().try_clone_to_owned()?);
    let mut request = [0; TEXT.len()];
    loop {
        link.read_exact(&mut request)?;
        link.write_all(&request)?;
    }
}
