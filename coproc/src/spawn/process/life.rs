//! The life of one worker's process, seen from its parent.
//!
//! 1. A process is gone when its pidfd says so, never before. `Running::conclude` then ends its
//!    incarnation, and nothing else does.
//! 2. `Running::connection` keeps the connection until then. The connection holds the `Running`, in
//!    turn.

use std::{
    fmt, io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::process::ExitStatusExt,
    },
    process::{Child, ExitStatus},
    task::Waker,
    time::{Duration, Instant},
};

use rustix::{
    event::epoll::EventFlags,
    io::Errno,
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid},
};

use super::{
    report::report,
    stderr::Tail,
    watched::{WatchedProcess, WeakCall},
};
use crate::{
    error::Exit,
    link::{Connection, DisconnectCause, Life, timer::Alarm},
    sync::{Arc, AtomicBool, Mutex, Ordering, Weak},
    transport::{
        Doorbell, LedgerFile, Socket,
        reactor::{Reactor, Ready},
    },
};

/// How long a process that has said its last word, or closed its link, may take to be gone.
const LEAVE: Duration = Duration::from_secs(2);

/// The process of one worker.
pub(super) struct Running {
    pid: u32,
    process: WatchedProcess,
    child: Mutex<Child>,
    ledger: Arc<LedgerFile>,
    tail: Option<Arc<Tail>>,
    killed: AtomicBool,
    /// Set when it is known to be about to end.
    leaving: Mutex<Alarm>,
    connection: Mutex<Option<Arc<Connection>>>,
    this: Weak<Self>,
}

impl Running {
    pub(super) fn new(
        child: Child,
        pidfd: OwnedFd,
        ledger: Arc<LedgerFile>,
        tail: Option<Arc<Tail>>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            pid: child.id(),
            process: WatchedProcess::new(pidfd),
            child: Mutex::new(child),
            ledger,
            tail,
            killed: AtomicBool::new(false),
            leaving: Mutex::default(),
            connection: Mutex::new(None),
            this: Weak::clone(this),
        })
    }

    /// From now on the end of the process is told to `connection`, which goes over `socket`. If it cannot be, the process is
    /// killed.
    pub(super) fn watch(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        socket: &Socket,
    ) -> io::Result<()> {
        *self.connection.lock() = Some(Arc::clone(connection));
        socket.on_hangup(Box::new(WeakCall(Weak::clone(&self.this), Self::hung_up)));
        let life: Arc<dyn Life> = Arc::<Self>::clone(self);
        let _ = connection.life.set(life);
        let on_end: Weak<dyn Doorbell> = Weak::<Self>::clone(&self.this);
        let mut state = connection.endpoint.state();
        // A process that has said its last word may keep its link open.
        state.on_farewell = Some(Weak::clone(&on_end));
        state.on_end = Some(on_end);
        drop(state);
        let ready: Weak<dyn Ready> = Weak::<Self>::clone(&self.this);
        self.process.watch(ready).inspect_err(|_| {
            self.process.kill();
            self.reap();
            self.connection.lock().take();
        })
    }

    /// The process has closed its end of the link. A thread that reads from the link finds that, but
    /// no thread may be reading, and one that is may stop before.
    fn hung_up(&self) {
        let connection = self.connection.lock().clone();
        if let Some(connection) = connection {
            connection.endpoint.ring();
        }
        self.expect_end();
    }

    /// Kills the process if it is not gone after a while.
    fn expect_end(&self) {
        let kill = |this: &Self| this.process.kill();
        let overdue = Waker::from(Arc::new(WeakCall(Weak::clone(&self.this), kill)));
        self.leaving.lock().set(Instant::now() + LEAVE, &overdue);
    }

    /// Waits until the process is dead, kills what is left of its process group, and gives how it
    /// ended, unless another `wait` of this process took that.
    fn reap(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock();
        let dead = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let left = loop {
            match waitid(WaitId::PidFd(self.process.as_fd()), dead) {
                Err(Errno::INTR) => {}
                other => break other,
            }
        };
        // Until it is waited for, no other process and no other group can have its number.
        if let Ok(Some(_)) = left {
            let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
        }
        child.wait().ok()
    }

    /// The process has ended.
    fn conclude(&self) {
        // It is dead already: this waits at most for a debugger, which is told first.
        let exit = exit(self.reap());
        let Some(connection) = self.connection.lock().take() else { return };
        connection.end(self.killed.load(Ordering::SeqCst), |state, note| {
            let panic = if exit == Exit::Signal(6) { self.ledger.read_panic() } else { None };
            let said = self.tail.as_ref().map(|tail| tail.last()).unwrap_or_default();
            let report = report(&connection, state, note, (self.pid, exit), panic, &said);
            Some(DisconnectCause::Crashed(report))
        });
    }
}

/// How a process with this status ended; `None` if another `wait` took the status.
fn exit(status: Option<ExitStatus>) -> Exit {
    let Some(status) = status else { return Exit::Unknown };
    match (status.signal(), status.code()) {
        (Some(signal), _) => Exit::Signal(signal),
        (None, Some(code)) => Exit::Code(code),
        (None, None) => Exit::Unknown,
    }
}

impl Life for Running {
    fn kill(&self) {
        self.killed.store(true, Ordering::SeqCst);
        self.process.kill();
    }

    fn settle(&self) {
        if let Ok(reactor) = Reactor::get() {
            reactor.catch_up();
        }
        if let Some(tail) = &self.tail {
            tail.pass_on_rest();
        }
    }

    fn pid(&self) -> Option<u32> {
        Some(self.pid)
    }

    fn process(&self) -> io::Result<OwnedFd> {
        self.process.pidfd.try_clone()
    }
}

/// The process is gone.
impl Ready for Running {
    fn ready(&self, _: EventFlags) {
        self.conclude();
    }
}

/// The last word has come, or the link to the process has ended, which it should not outlive.
impl Doorbell for Running {
    fn ring(&self) {
        let connection = self.connection.lock().clone();
        match connection.is_some_and(|connection| connection.endpoint.state().farewell.is_some()) {
            true => self.expect_end(),
            false => self.process.kill(),
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("pid", &self.pid).finish_non_exhaustive()
    }
}
