//! The life of one worker's process, seen from its parent.

use std::{
    fmt,
    os::{
        fd::{AsFd, OwnedFd},
        unix::process::ExitStatusExt,
    },
    process::{Child, ExitStatus},
    task::{Wake, Waker},
    time::{Duration, Instant},
};

use rustix::{
    event::epoll::EventFlags,
    io::Errno,
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, pidfd_send_signal, waitid},
};

use super::stderr::{self, Tail};
use crate::{
    error::{Crash, CrashReport, Exit},
    link::{Connection, Life, timer::Alarm},
    link::{DisconnectCause, State},
    protocol::Plan,
    sync::{Arc, AtomicBool, Mutex, OnceLock, Ordering, Weak},
    transport::{
        Activity, AnyTransport, Attend, LedgerFile, Note,
        reactor::{Reactor, Ready, Token},
    },
};

/// How long a process that has said its last word, or closed its link, may take to be gone.
const LEAVE: Duration = Duration::from_secs(2);

/// The process of one worker.
pub(super) struct Running {
    pub(super) pid: u32,
    pidfd: OwnedFd,
    child: Mutex<Child>,
    ledger: Arc<LedgerFile>,
    tail: Option<Arc<Tail>>,
    token: OnceLock<Token>,
    killed: AtomicBool,
    /// Set when it is known to be about to end.
    leaving: Mutex<Alarm>,
    /// Until the process is gone; the line holds this, in turn.
    connection: Mutex<Option<Arc<Connection>>>,
    /// Keeps itself until the process is gone.
    this: Mutex<Option<Arc<Running>>>,
}

impl Running {
    pub(super) fn new(
        child: Child,
        pidfd: OwnedFd,
        ledger: Arc<LedgerFile>,
        tail: Option<Arc<Tail>>,
    ) -> Arc<Self> {
        let running = Arc::new(Self {
            pid: child.id(),
            pidfd,
            child: Mutex::new(child),
            ledger,
            tail,
            token: OnceLock::new(),
            killed: AtomicBool::new(false),
            leaving: Mutex::default(),
            connection: Mutex::new(None),
            this: Mutex::new(None),
        });
        *running.this.lock() = Some(Arc::clone(&running));
        running
    }

    /// From now on the end of the process is told to `line`.
    pub(super) fn watch(self: &Arc<Self>, line: &Arc<Connection>) -> std::io::Result<()> {
        let ready: Weak<dyn Ready> = Arc::<Self>::downgrade(self);
        let reactor = Reactor::get()?;
        let token = reactor.register(&self.pidfd, ready)?;
        let _ = self.token.set(token);
        *self.connection.lock() = Some(Arc::clone(line));
        if let AnyTransport::Socket(socket) = line.endpoint.link() {
            socket.on_hangup(Box::new(HungUp(Arc::downgrade(self))));
        }
        let life: Arc<dyn Life> = Arc::<Self>::clone(self);
        let _ = line.life.set(life);
        let on_end: Weak<dyn Attend> = Arc::<Self>::downgrade(self);
        let mut state = line.endpoint.state();
        // A process that has said its last word may keep its link open.
        state.on_farewell = Some(Weak::clone(&on_end));
        state.on_end = Some(on_end);
        drop(state);
        reactor.watch(&self.pidfd, token, EventFlags::IN);
        Ok(())
    }

    /// The process has closed its end of the link. Whoever reads comes upon that, but nobody may be
    /// reading, and whoever is may stop before.
    fn hung_up(&self) {
        let line = self.connection.lock().clone();
        if let Some(line) = line {
            line.endpoint.attend();
        }
        self.expect_end();
    }

    /// Kills the process if it is not gone after a while.
    fn expect_end(&self) {
        if let Some(this) = self.this.lock().as_ref() {
            let overdue = Waker::from(Arc::new(Overdue(Arc::downgrade(this))));
            self.leaving.lock().set(Instant::now() + LEAVE, &overdue);
        }
    }

    /// Kills the process and waits until it is gone: for one that nobody was told of.
    pub(super) fn discard(&self) {
        let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
        self.reap();
        self.connection.lock().take();
        self.forget();
        *self.this.lock() = None;
    }

    /// Waits until the process is dead, kills what is left of its process group, and gives how it
    /// ended, if nobody else took that.
    fn reap(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock();
        let dead = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let left = loop {
            match waitid(WaitId::PidFd(self.pidfd.as_fd()), dead) {
                Err(Errno::INTR) => {}
                other => break other,
            }
        };
        // Until it is waited for, its number is nobody else's, and neither is that of its group.
        if let Ok(Some(_)) = left {
            let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
        }
        child.wait().ok()
    }

    /// The process has ended, and is waited for.
    fn conclude(&self) {
        // It is dead already: this waits at most for a debugger, which is told first.
        let status = self.reap();
        let note = self.ledger.read();
        let line = self.connection.lock().take();
        self.forget();
        if let Some(line) = line {
            let exit = exit(status);
            line.endpoint.finish(|state| {
                let current = (note.call != 0).then_some(note.call);
                let loss = line.last_word(state);
                (current, loss.unwrap_or_else(|| self.loss(&line, state, &note, exit)))
            });
        }
        *self.this.lock() = None;
    }

    /// Nothing is watched any more.
    fn forget(&self) {
        if let (Ok(reactor), Some(token)) = (Reactor::get(), self.token.get()) {
            reactor.forget(&self.pidfd, *token);
        }
    }

    /// What is known of a worker that ended without a word.
    fn loss(&self, line: &Connection, state: &State, note: &Note, exit: Exit) -> DisconnectCause {
        if self.killed.load(Ordering::SeqCst) {
            return DisconnectCause::Killed { worker: line.name.clone() };
        }
        DisconnectCause::Crashed(self.report(line, state, note, exit))
    }

    fn report(&self, line: &Connection, state: &State, note: &Note, exit: Exit) -> CrashReport {
        let panic = if exit == Exit::Signal(6) { self.ledger.read_panic() } else { None };
        let said = self.tail.as_ref().map(|tail| tail.last()).unwrap_or_default();
        report(line, state, note, (self.pid, exit), panic, &said)
    }
}

/// What is known of a worker whose process died: by what its ledger notes, and what it left and
/// `said` before.
pub(in crate::spawn) fn report(
    line: &Connection,
    state: &State,
    note: &Note,
    (pid, exit): (u32, Exit),
    panic: Option<String>,
    said: &str,
) -> CrashReport {
    // A call whose answer has come was not what it died of.
    let busy =
        note.activity != Activity::Rest && (note.call == 0 || state.requests.is_owed(note.call));
    let handler = if busy { doing(line.plan, note) } else { None };
    let elapsed = note.since.map_or(Duration::ZERO, |since| since.elapsed());
    CrashReport::from(Crash {
        cause: cause(exit, said).map(Into::into),
        stderr_tail: stderr::end(said).to_owned(),
        worker: line.name.clone(),
        pid,
        exit,
        elapsed: if handler.is_some() { elapsed } else { Duration::ZERO },
        handler,
        panic,
    })
}

/// The name of what a note says a worker was doing.
fn doing(plan: &Plan, note: &Note) -> Option<String> {
    let name = match note.activity {
        Activity::Rest => return None,
        Activity::Init if plan.init.is_empty() => "init",
        Activity::Init => plan.init,
        Activity::Handler(number) => plan.handler(number)?.name,
        Activity::Tick(number) => plan.ticks.get(number as usize)?,
        Activity::Idle => "idle",
        Activity::Gone => "gone",
        Activity::Close if plan.close.is_empty() => "drop",
        Activity::Close => plan.close,
    };
    Some(name.to_owned())
}

/// How a process ended whose status was told, or not.
fn exit(status: Option<ExitStatus>) -> Exit {
    let Some(status) = status else { return Exit::Unknown };
    match (status.signal(), status.code()) {
        (Some(signal), _) => Exit::Signal(signal),
        (None, Some(code)) => Exit::Code(code),
        (None, None) => Exit::Unknown,
    }
}

/// The best guess at what is behind a signal that has several causes, by what the worker `said`.
fn cause(exit: Exit, said: &str) -> Option<&'static str> {
    let Exit::Signal(signal) = exit else { return None };
    match signal {
        6 if said.contains("has overflowed its stack") => Some("stack overflow"),
        6 if said.contains("memory allocation of") => Some("out of memory"),
        24 => Some("its CPU limit"),
        _ => None,
    }
}

impl Life for Running {
    fn kill(&self) {
        self.killed.store(true, Ordering::SeqCst);
        let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
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

    fn process(&self) -> std::io::Result<OwnedFd> {
        self.pidfd.try_clone()
    }
}

/// The process is gone.
impl Ready for Running {
    fn ready(&self, _: EventFlags) {
        self.conclude();
    }
}

/// The process has closed its end of the link.
struct HungUp(Weak<Running>);

impl Attend for HungUp {
    fn attend(&self) {
        if let Some(running) = self.0.upgrade() {
            running.hung_up();
        }
    }
}

/// The last word has come, or the link to the process has ended, which it should not outlive.
impl Attend for Running {
    fn attend(&self) {
        let line = self.connection.lock().clone();
        let said_goodbye = line.is_some_and(|line| line.endpoint.state().farewell.is_some());
        if !said_goodbye {
            let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
            return;
        }
        self.expect_end();
    }
}

/// Kills a process that is not gone by now.
struct Overdue(Weak<Running>);

impl Wake for Overdue {
    fn wake(self: Arc<Self>) {
        if let Some(running) = self.0.upgrade() {
            let _ = pidfd_send_signal(&running.pidfd, Signal::KILL);
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("pid", &self.pid).finish_non_exhaustive()
    }
}
