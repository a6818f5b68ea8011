//! The processes that items were sent to, and whose death is to be noticed.

#[cfg(feature = "process")]
use {
    crate::{
        sync::{Arc, OnceLock, Weak},
        transport::reactor::{Reactor, Ready, Token},
    },
    rustix::{
        event::epoll::EventFlags,
        io::Errno,
        process::{Pid, PidfdFlags, pidfd_open},
    },
    std::{collections::BTreeMap, os::fd::OwnedFd},
};

/// Notices the death of processes.
#[derive(Default)]
pub(super) struct RecipientWatches {
    #[cfg(feature = "process")]
    watches: BTreeMap<u32, Arc<RecipientWatch>>,
}

/// There is no process with this id, or it is the id of a thread.
pub(super) struct NoProcess;

/// Without processes this one is the only recipient.
#[cfg(not(feature = "process"))]
impl RecipientWatches {
    pub(super) fn watch(&mut self, pid: u32, _: impl Fn()) -> Result<(), NoProcess> {
        if pid == std::process::id() { Ok(()) } else { Err(NoProcess) }
    }

    pub(super) fn forget(&mut self, _: u32) {}
}

#[cfg(feature = "process")]
impl RecipientWatches {
    /// Runs `died` when this process dies, if that can be noticed.
    pub(super) fn watch(
        &mut self,
        pid: u32,
        died: impl Fn() + Send + Sync + 'static,
    ) -> Result<(), NoProcess> {
        match RecipientWatch::start(pid, Box::new(died)) {
            Ok(watch) => drop(self.watches.insert(pid, watch)),
            Err(Errno::SRCH | Errno::INVAL) => return Err(NoProcess),
            Err(_) => {}
        }
        Ok(())
    }

    pub(super) fn forget(&mut self, pid: u32) {
        self.watches.remove(&pid);
    }
}

#[cfg(feature = "process")]
struct RecipientWatch {
    process: OwnedFd,
    token: OnceLock<Token>,
    died: Box<dyn Fn() + Send + Sync>,
}

#[cfg(feature = "process")]
impl RecipientWatch {
    fn start(pid: u32, died: Box<dyn Fn() + Send + Sync>) -> Result<Arc<Self>, Errno> {
        let raw = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
        let process = pidfd_open(raw, PidfdFlags::empty())?;
        let watch = Arc::new(Self { process, token: OnceLock::new(), died });
        let ready: Weak<dyn Ready> = Arc::<Self>::downgrade(&watch);
        let reactor = Reactor::get().map_err(|_| Errno::NOMEM)?;
        let token = reactor.register(&watch.process, ready).map_err(|_| Errno::NOMEM)?;
        let _ = watch.token.set(token);
        reactor.watch(&watch.process, token, EventFlags::IN);
        Ok(watch)
    }
}

#[cfg(feature = "process")]
impl Ready for RecipientWatch {
    fn ready(&self, _: EventFlags) {
        (self.died)();
    }
}

#[cfg(feature = "process")]
impl Drop for RecipientWatch {
    fn drop(&mut self) {
        if let (Some(token), Ok(reactor)) = (self.token.get(), Reactor::get()) {
            reactor.forget(&self.process, *token);
        }
    }
}
