//! Workers that another process has started, seen from a process that received a controller.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    process,
    task::Waker,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, epoll::EventFlags, poll},
    net::{AddressFamily, SocketFlags, SocketType, socketpair},
};

use super::{
    controller_wire::ControllerWire,
    process::{FORMALITIES, WatchedProcess, WeakCall, report, this_process},
};
use crate::{
    codec::{Attachments, Body},
    error::Exit,
    link::{Connection, DisconnectCause, Endpoint, Life, Role, timer::Alarm},
    protocol::Packet,
    protocol::Plan,
    sync::{Arc, AtomicBool, Mutex, Ordering, Weak},
    transport::{Doorbell, Ledger, LedgerFile, Socket, reactor::Ready},
};

/// How long after the end of its link a process may end, and still count as having crashed.
const LEAVE: Duration = Duration::from_secs(1);

/// Makes one more link to a worker: sends one end to the worker, and gives the descriptors that the
/// other end needs.
pub(super) fn hand_on(connection: &Connection) -> io::Result<Vec<OwnedFd>> {
    let (near, far) =
        socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    let ledger = LedgerFile::new(connection.plan.channels.len())?;
    let process = connection.life.get().map_or_else(this_process, |life| life.process())?;
    let carried = Attachments::of([far, ledger.as_fd().try_clone_to_owned()?]);
    // The receiver of a link to a worker that has ended finds the end.
    let _ = connection.endpoint.send(Packet::Adopt, Body::carrying(carried));
    Ok(vec![near, ledger.as_fd().try_clone_to_owned()?, process])
}

/// The connection over a link that came in a message; `None` if the descriptors are not those of a link.
pub(super) fn connection(
    plan: &'static Plan,
    wire: ControllerWire,
    descriptors: Vec<OwnedFd>,
) -> Option<Arc<Connection>> {
    let [near, ledger, process]: [OwnedFd; 3] = descriptors.try_into().ok()?;
    let max_message = usize::try_from(wire.max_message).ok()?;
    let socket = Socket::new(near, max_message.max(FORMALITIES));
    socket.set_aging(plan.aging);
    let endpoint = Endpoint::new(socket, Role::Caller, plan.capacities(), None);
    let ledger = Arc::new(LedgerFile::received(ledger, plan.channels.len()).ok()?);
    let connection = Connection::new(
        endpoint,
        Ledger::File(ledger),
        plan,
        wire.name,
        max_message,
        wire.identity,
    );
    Remote::watch(&connection, process, wire.pid, wire.alone).ok()?;
    let _ = connection.endpoint.note(Packet::Hello { pid: process::id() });
    Some(connection)
}

/// The process of a worker that is not this one's child.
#[derive(Debug)]
struct Remote {
    pid: u32,
    alone: bool,
    process: WatchedProcess,
    killed: AtomicBool,
    connection: Weak<Connection>,
    /// Set when its link has ended and the process has not.
    leaving: Mutex<Alarm>,
    this: Weak<Remote>,
}

impl Remote {
    fn watch(
        connection: &Arc<Connection>,
        process: OwnedFd,
        pid: u32,
        alone: bool,
    ) -> io::Result<()> {
        let remote = Arc::new_cyclic(|this| Self {
            pid,
            alone,
            process: WatchedProcess::new(process),
            killed: AtomicBool::new(false),
            connection: Arc::downgrade(connection),
            leaving: Mutex::default(),
            this: Weak::clone(this),
        });
        let on_end: Weak<dyn Doorbell> = Weak::<Self>::clone(&remote.this);
        connection.endpoint.state().on_end = Some(on_end);
        let ready: Weak<dyn Ready> = Weak::<Self>::clone(&remote.this);
        remote.process.watch(ready)?;
        let _ = connection.life.set(remote);
        Ok(())
    }

    fn has_ended(&self) -> bool {
        let mut fds = [PollFd::new(&self.process, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) == Ok(1)
    }

    /// It has ended, or its link has.
    fn conclude(&self) {
        let Some(connection) = self.connection.upgrade() else { return };
        let has_ended = self.has_ended();
        connection.end(self.killed.load(Ordering::SeqCst), |state, note| {
            // How it ended is told to its parent only.
            let exit = (self.pid, Exit::Unknown);
            has_ended
                .then(|| DisconnectCause::Crashed(report(&connection, state, note, exit, None, "")))
        });
    }
}

impl Life for Remote {
    fn kill(&self) {
        self.killed.store(true, Ordering::SeqCst);
        if self.alone {
            self.process.kill();
        } else {
            // A worker in a thread is given up; its process is not only its own.
            if let Some(connection) = self.connection.upgrade() {
                connection.close(Some(Duration::ZERO));
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
        self.process.pidfd.try_clone()
    }
}

/// Its process is gone.
impl Ready for Remote {
    fn ready(&self, _: EventFlags) {
        self.conclude();
    }
}

/// The link has ended.
impl Doorbell for Remote {
    fn ring(&self) {
        let Some(connection) = self.connection.upgrade() else { return };
        let known = {
            let state = connection.endpoint.state();
            state.farewell.is_some() || state.violation.is_some()
        };
        if known || self.has_ended() {
            return self.conclude();
        }
        // Of a process that dies, the links end first.
        let given_up = Waker::from(Arc::new(WeakCall(Weak::clone(&self.this), Self::conclude)));
        self.leaving.lock().set(Instant::now() + LEAVE, &given_up);
    }
}
