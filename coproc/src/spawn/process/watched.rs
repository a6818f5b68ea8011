//! A process whose end the reactor watches for.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    task::Wake,
};

use rustix::{
    event::epoll::EventFlags,
    process::{PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal},
};

use crate::{
    sync::{Arc, OnceLock, Weak},
    transport::{
        Doorbell,
        reactor::{Reactor, Ready, Token},
    },
};

/// The pidfd of this process, for those that call a worker in it.
pub(in crate::spawn) fn this_process() -> io::Result<OwnedFd> {
    Ok(pidfd_open(getpid(), PidfdFlags::empty())?)
}

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
    fn as_fd(&self) -> BorrowedFd<'_> {
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

/// A call of a method, unless the value is gone by then.
pub(in crate::spawn) struct WeakCall<T>(pub(in crate::spawn) Weak<T>, pub(in crate::spawn) fn(&T));

impl<T: Send + Sync> Doorbell for WeakCall<T> {
    fn ring(&self) {
        if let Some(value) = self.0.upgrade() {
            self.1(&value);
        }
    }
}

impl<T: Send + Sync> Wake for WeakCall<T> {
    fn wake(self: Arc<Self>) {
        self.ring();
    }
}
