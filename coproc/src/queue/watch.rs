//! The processes that items were sent to: whether they are still there.

use super::desk::Desk;
use crate::sync::Arc;

#[cfg(feature = "process")]
use {
    crate::{
        sync::{OnceLock, Weak},
        transport::reactor::{Reactor, Ready, Token},
    },
    rustix::{
        event::epoll::EventFlags,
        io::Errno,
        process::{Pid, PidfdFlags, pidfd_open},
    },
    std::{collections::BTreeMap, os::fd::OwnedFd},
};

/// Tells the queue of the death of processes.
#[derive(Default)]
pub(super) struct Watches {
    #[cfg(feature = "process")]
    watches: BTreeMap<u32, Arc<Watch>>,
}

/// What is known of a process that is to be watched.
pub(super) enum Fate {
    /// Its death will be told, if it can be.
    Lives,
    Gone,
}

impl Fate {
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Gone)
    }
}

/// Without processes all that is sent to is this one.
#[cfg(not(feature = "process"))]
impl Watches {
    pub(super) fn watch(&mut self, pid: u32, _: &Arc<Desk>) -> Fate {
        if pid == std::process::id() { Fate::Lives } else { Fate::Gone }
    }
}

#[cfg(feature = "process")]
impl Watches {
    /// From now on the queue is told when this process dies, unless it has.
    pub(super) fn watch(&mut self, pid: u32, desk: &Arc<Desk>) -> Fate {
        match Watch::start(pid, Arc::downgrade(desk)) {
            Ok(watch) => drop(self.watches.insert(pid, watch)),
            // The second: it is a thread of a process, which nobody receives as.
            Err(Errno::SRCH | Errno::INVAL) => return Fate::Gone,
            Err(_) => {}
        }
        Fate::Lives
    }

    pub(super) fn forget(&mut self, pid: u32) {
        self.watches.remove(&pid);
    }
}

#[cfg(feature = "process")]
struct Watch {
    pid: u32,
    process: OwnedFd,
    token: OnceLock<Token>,
    desk: Weak<Desk>,
}

#[cfg(feature = "process")]
impl Watch {
    fn start(pid: u32, desk: Weak<Desk>) -> Result<Arc<Self>, Errno> {
        let raw = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
        let process = pidfd_open(raw, PidfdFlags::empty())?;
        let watch = Arc::new(Self { pid, process, token: OnceLock::new(), desk });
        let ready: Weak<dyn Ready> = Arc::<Self>::downgrade(&watch);
        let reactor = Reactor::get().map_err(|_| Errno::NOMEM)?;
        let token = reactor.register(&watch.process, ready).map_err(|_| Errno::NOMEM)?;
        let _ = watch.token.set(token);
        reactor.watch(&watch.process, token, EventFlags::IN);
        Ok(watch)
    }
}

#[cfg(feature = "process")]
impl Ready for Watch {
    fn ready(&self, _: EventFlags) {
        if let Some(desk) = self.desk.upgrade() {
            desk.died(self.pid);
        }
    }
}

#[cfg(feature = "process")]
impl Drop for Watch {
    fn drop(&mut self) {
        if let (Some(token), Ok(reactor)) = (self.token.get(), Reactor::get()) {
            reactor.forget(&self.process, *token);
        }
    }
}
