//! Workers that another process has started, seen from one that a controller has come to.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    process,
    task::{Wake, Waker},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, epoll::EventFlags, poll},
    net::{AddressFamily, SocketFlags, SocketType, socketpair},
    process::{PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal},
};

use super::{
    process::{FORMALITIES, report},
    travel::Ticket,
};
use crate::{
    codec::{Body, Luggage},
    error::Exit,
    link::{Life, Line, timer::Alarm},
    link::{Loss, Port, Role},
    protocol::Plan,
    protocol::{Envelope, Kind},
    sync::{Arc, AtomicBool, Mutex, OnceLock, Ordering, Weak},
    transport::{
        AnyTransport, Attend, Ledger, LedgerFile, Socket,
        reactor::{Reactor, Ready, Token},
    },
};

/// How long a process whose link has ended may take to be gone, before it counts as alive.
const LEAVE: Duration = Duration::from_secs(1);

/// This process, for whoever calls a worker in it.
pub(super) fn this_process() -> io::Result<OwnedFd> {
    Ok(pidfd_open(getpid(), PidfdFlags::empty())?)
}

/// Makes one more link to a worker: tells it, and gives what the other end needs.
pub(super) fn hand_on(line: &Line) -> io::Result<Vec<OwnedFd>> {
    let (near, far) =
        socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    let ledger = LedgerFile::new(line.plan.channels.len())?;
    let process = line.life.get().map_or_else(this_process, |life| life.process())?;
    let carried = Luggage::of([far, ledger.as_fd().try_clone_to_owned()?]);
    // Of a worker that has ended, whoever gets the link finds the end.
    let _ = line.port.send(Envelope::new(Kind::Adopt), Body::carrying(carried));
    Ok(vec![near, ledger.as_fd().try_clone_to_owned()?, process])
}

/// Takes up a link that has come with a message; `None` if it is none.
pub(super) fn line(
    plan: &'static Plan,
    ticket: Ticket,
    descriptors: Vec<OwnedFd>,
) -> Option<Arc<Line>> {
    let [near, ledger, process]: [OwnedFd; 3] = descriptors.try_into().ok()?;
    let max_message = usize::try_from(ticket.max_message).ok()?;
    let socket = Socket::new(near, max_message.max(FORMALITIES));
    socket.set_aging(plan.aging);
    let port = Port::new(AnyTransport::Socket(socket), Role::Caller, plan.capacities(), None);
    let ledger = Arc::new(LedgerFile::received(ledger, plan.channels.len()).ok()?);
    let line =
        Line::new(port, Ledger::File(ledger), plan, ticket.name, max_message, ticket.identity);
    Remote::watch(&line, process, ticket.pid, ticket.alone).ok()?;
    let greeting = Envelope { id: u64::from(process::id()), ..Envelope::new(Kind::Hello) };
    let _ = line.port.note(greeting);
    Some(line)
}

/// The process of a worker that is not this one's child.
#[derive(Debug)]
struct Remote {
    pid: u32,
    alone: bool,
    process: OwnedFd,
    token: OnceLock<Token>,
    killed: AtomicBool,
    line: Weak<Line>,
    /// Set when its link has ended and it has not.
    leaving: Mutex<Alarm>,
    this: Weak<Remote>,
}

impl Remote {
    fn watch(line: &Arc<Line>, process: OwnedFd, pid: u32, alone: bool) -> io::Result<()> {
        let remote = Arc::new_cyclic(|this| Self {
            pid,
            alone,
            process,
            token: OnceLock::new(),
            killed: AtomicBool::new(false),
            line: Arc::downgrade(line),
            leaving: Mutex::default(),
            this: Weak::clone(this),
        });
        // Of a process that is gone already, the reactor may tell as soon as it is registered.
        let on_end: Weak<dyn Attend> = Arc::<Self>::downgrade(&remote);
        line.port.state().on_end = Some(on_end);
        let ready: Weak<dyn Ready> = Arc::<Self>::downgrade(&remote);
        let reactor = Reactor::get()?;
        let token = reactor.register(&remote.process, ready)?;
        let _ = remote.token.set(token);
        reactor.watch(&remote.process, token, EventFlags::IN);
        let _ = line.life.set(remote);
        Ok(())
    }

    fn has_ended(&self) -> bool {
        let mut fds = [PollFd::new(&self.process, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) == Ok(1)
    }

    /// It has ended, or its link has.
    fn conclude(&self) {
        let Some(line) = self.line.upgrade() else { return };
        let note = line.ledger.read();
        let ended = self.has_ended();
        line.port.finish(|state| {
            let lost = match () {
                () if self.killed.load(Ordering::SeqCst) => {
                    Loss::Killed { worker: line.name.clone() }
                }
                // How it ended is told to its parent only.
                () if ended => {
                    Loss::Crashed(report(&line, state, &note, (self.pid, Exit::Unknown), None, ""))
                }
                () => Loss::Gone,
            };
            let loss = line.last_word(state).unwrap_or(lost);
            ((note.call != 0).then_some(note.call), loss)
        });
    }
}

impl Life for Remote {
    fn kill(&self) {
        self.killed.store(true, Ordering::SeqCst);
        if self.alone {
            let _ = pidfd_send_signal(&self.process, Signal::KILL);
        } else {
            // A worker in a thread is given up; its process is not only its own.
            if let Some(line) = self.line.upgrade() {
                line.close(Some(Duration::ZERO));
            }
            self.conclude();
        }
    }

    fn pid(&self) -> Option<u32> {
        Some(self.pid)
    }

    fn is_alone(&self) -> bool {
        self.alone
    }

    fn process(&self) -> io::Result<OwnedFd> {
        self.process.try_clone()
    }
}

/// Its process is gone.
impl Ready for Remote {
    fn ready(&self, _: EventFlags) {
        self.conclude();
    }
}

/// The link has ended.
impl Attend for Remote {
    fn attend(&self) {
        let Some(line) = self.line.upgrade() else { return };
        let known = {
            let state = line.port.state();
            state.farewell.is_some() || state.violation.is_some()
        };
        if known || self.has_ended() {
            return self.conclude();
        }
        // Of a process that dies, the links end first.
        let given_up = Waker::from(Arc::new(GivenUp(Weak::clone(&self.this))));
        self.leaving.lock().set(Instant::now() + LEAVE, &given_up);
    }
}

/// Ends a link that has ended although its worker's process has not.
struct GivenUp(Weak<Remote>);

impl Wake for GivenUp {
    fn wake(self: Arc<Self>) {
        if let Some(remote) = self.0.upgrade() {
            remote.conclude();
        }
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        if let (Some(token), Ok(reactor)) = (self.token.get(), Reactor::get()) {
            reactor.forget(&self.process, *token);
        }
    }
}
