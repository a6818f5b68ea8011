//! A process whose end the reactor watches for.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
};

use rustix::{
    event::epoll::EventFlags,
    process::{Signal, pidfd_send_signal},
};

use crate::{
    sync::{OnceLock, Weak},
    transport::reactor::{Reactor, Ready, Token},
};

/// A process by its pidfd.
#[derive(Debug)]
pub(in crate::spawn) struct WatchedProcess {
    pub(in crate::spawn) pidfd: OwnedFd,
    token: OnceLock<Token>,
}

impl WatchedProcess {
    pub(in crate::spawn) fn new(pidfd: OwnedFd) -> Self {
        Self { pidfd, token: OnceLock::new() }
    }

    /// Has the reactor tell `ready` when the process has ended, which may be at once.
    pub(in crate::spawn) fn watch(&self, ready: Weak<dyn Ready>) -> io::Result<()> {
        let reactor = Reactor::get()?;
        let token = reactor.register(&self.pidfd, ready)?;
        let _ = self.token.set(token);
        reactor.watch(&self.pidfd, token, EventFlags::IN);
        Ok(())
    }

    pub(in crate::spawn) fn kill(&self) {
        let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
    }
}

impl AsFd for WatchedProcess {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.pidfd.as_fd()
    }
}

impl Drop for WatchedProcess {
    fn drop(&mut self) {
        if let (Some(token), Ok(reactor)) = (self.token.get(), Reactor::get()) {
            reactor.forget(&self.pidfd, *token);
        }
    }
}
