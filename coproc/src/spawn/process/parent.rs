//! Starts a worker's process, seen from its parent.

use std::{
    env, io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::process::CommandExt,
    },
    process::{Command, Stdio},
    time::Instant,
};

use rustix::{
    net::{
        AddressFamily, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags,
        SocketType, sendmsg, socketpair,
    },
    process::{Pid, PidfdFlags, pidfd_open},
};

use super::{
    Process,
    build::{self, EXECUTABLE, VARIABLE},
    child,
    greeting::{Hello, Program},
    life::Running,
    stderr::Tail,
};
use crate::{
    codec::Body,
    error::SpawnError,
    link::{Connection, DisconnectCause, Endpoint, Identity, Life, Role, timer},
    protocol::{Envelope, Packet, Plan},
    spawn::{Order, Place, WorkerResource, started},
    sync::Arc,
    transport::{Broken, Doorbell, Ledger, LedgerFile, Socket, Transport, Wait, reactor::Reactor},
    worker::{Registered, Worker, registry::WorkerEntry},
};

/// How many workers may be nested in one another.
const DEPTH_MOST: u32 = 16;

/// How large a frame of a worker may be although its messages have a lower limit: its greeting, and
/// reports.
pub(in crate::spawn) const FORMALITIES: usize = 64 * 1024;

/// A process that has started, before the handshake.
struct Started {
    socket: Arc<Socket>,
    ledger: Arc<LedgerFile>,
    running: Arc<Running>,
}

impl<W: Worker + Registered<By>, By> Place<W, By> for Process {
    type Spawned = WorkerResource<W>;

    fn max_message(&self) -> usize {
        self.max_message
    }

    fn launch(self, order: Order) -> Result<Self::Spawned, SpawnError<W::InitError>> {
        launch(&self, &W::ENTRY, order)
    }
}

fn launch<W: Worker>(
    place: &Process,
    entry: &WorkerEntry,
    mut order: Order,
) -> Result<WorkerResource<W>, SpawnError<W::InitError>> {
    let plan = (entry.plan)();
    check(entry, plan)?;
    order.arguments.attachments().pack().map_err(SpawnError::Encode)?;
    let until = Instant::now().checked_add(place.init_timeout);
    // A process that has said its last word is given some time by it.
    timer::start().map_err(SpawnError::Os)?;
    let process = start(place, plan.channels.len()).map_err(SpawnError::Os)?;
    let life: Arc<dyn Life> = Arc::<Running>::clone(&process.running);
    let _going_on = order.starts.begin(&life);
    let name = place.name.clone().unwrap_or_else(|| plan.name.to_owned());
    let identity = Identity::new();
    let hello = hello(place, entry, &name, identity);
    let greeted = greet(&process.socket, &hello, until);
    let Started { socket, ledger, running } = process;
    socket.set_aging(plan.aging);
    let near = Arc::<Socket>::clone(&socket);
    let endpoint = Endpoint::new(near, Role::ends(plan).0, plan.capacities(), None);
    let ledger = Ledger::File(ledger);
    let connection = Connection::new(endpoint, ledger, plan, name, place.max_message, identity);
    running.watch(&connection, &socket).map_err(SpawnError::Os)?;
    let outcome = greeted.map_err(|error| error.unwrap_or_else(|| ended(&connection, &running)));
    if let Err(error) = outcome.and_then(|()| initialize::<W>(&connection, order, until)) {
        give_up(&connection, &running);
        return Err(error);
    }
    Ok(WorkerResource::new(connection, place.grace))
}

/// Whether this program can start a process that becomes this worker.
fn check<E>(entry: &WorkerEntry, plan: &Plan) -> Result<(), SpawnError<E>> {
    if !child::is_initialized() {
        return Err(SpawnError::NotInitialized);
    }
    if child::depth() >= DEPTH_MOST {
        return Err(SpawnError::Nested);
    }
    match WorkerEntry::find((entry.key)()) {
        Some(_) => Ok(()),
        None => Err(SpawnError::Unknown(plan.name.to_owned())),
    }
}

/// The request of the handshake.
fn hello(place: &Process, entry: &WorkerEntry, name: &str, identity: Identity) -> Hello {
    Hello {
        key: (entry.key)(),
        name: name.to_owned(),
        depth: child::depth() + 1,
        max_message: place.max_message as u64,
        identity: identity.number(),
        limits: place.limits,
    }
}

/// Ends a worker that did not start, and waits until nothing of it is left.
fn give_up(connection: &Connection, running: &Running) {
    running.kill();
    connection.wait_concluded(None);
    running.settle();
}

/// Has the worker run `#[init]`, after the handshake.
fn initialize<W: Worker>(
    connection: &Arc<Connection>,
    order: Order,
    until: Option<Instant>,
) -> Result<(), SpawnError<W::InitError>> {
    let id = connection.endpoint.state().open(Some(0));
    let start = Packet::Call { id, nested: false, envelope: Envelope::default() };
    // If the link is broken, its end is about to decide how this call ended.
    let _ = connection.endpoint.send(start, order.arguments);
    started::<W>(connection, connection.endpoint.wait(id, until))
}

/// Starts the process.
fn start(place: &Process, channels: usize) -> io::Result<Started> {
    let pair = || socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None);
    let ((ours, theirs), (side, their_side)) = (pair()?, pair()?);
    let ledger = Arc::new(LedgerFile::new(channels)?);
    let mut command = command(place, theirs)?;
    let (tail, stderr) = match &place.stderr {
        Some(stdio) => (None, stdio.to_std()?),
        None => {
            let (tail, write) = Tail::new()?;
            (Some(tail), Stdio::from(write))
        }
    };
    command.stderr(stderr);
    // The greeting waits in the socket until the child is there to read it.
    send_descriptors(&ours, &their_side, &ledger, place)?;
    drop(their_side);
    let socket = Socket::with_side(ours, Some(side), place.max_message.max(FORMALITIES));
    socket.register()?;
    let spawned = Reactor::get()?.run_here(move || {
        let child = command.spawn()?;
        let pid = Pid::from_child(&child);
        Ok::<_, io::Error>((pidfd_open(pid, PidfdFlags::empty()), child))
    })?;
    let (pidfd, mut child) = spawned?;
    match pidfd {
        Ok(pidfd) => {
            let running = Running::new(child, pidfd, Arc::clone(&ledger), tail);
            Ok(Started { socket, ledger, running })
        }
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(error.into())
        }
    }
}

fn command(place: &Process, socket: OwnedFd) -> io::Result<Command> {
    let mut command = Command::new(EXECUTABLE);
    if let Some(name) = env::args_os().next() {
        command.arg0(name);
    }
    command.args(child::arguments());
    if place.env_clear {
        command.env_clear();
    }
    for (key, value) in &place.env {
        match value {
            Some(value) => command.env(key, value),
            None => command.env_remove(key),
        };
    }
    command.env(VARIABLE, "1");
    if let Some(dir) = &place.current_dir {
        command.current_dir(dir);
    }
    // Its standard output comes with the other descriptors: what a program prints before it knows
    // that it is a worker, as a test harness does, is not the worker's.
    command.stdin(Stdio::from(socket)).stdout(Stdio::null()).process_group(0);
    Ok(command)
}

/// One byte, and with it the descriptors that a worker needs: its ledger, a socket for those that
/// messages carry and, unless it is to have none, its standard output.
fn send_descriptors(
    socket: &OwnedFd,
    side: &OwnedFd,
    ledger: &LedgerFile,
    place: &Process,
) -> io::Result<()> {
    let mut descriptors = vec![ledger.as_fd(), side.as_fd()];
    descriptors.extend(place.stdout.output());
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
    sendmsg(socket, &[io::IoSlice::new(&[0])], &mut ancillary, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// The error of a process that has closed its link before it was greeted.
fn ended<E>(connection: &Connection, running: &Running) -> SpawnError<E> {
    running.ring();
    match connection.wait_concluded(None) {
        Some(DisconnectCause::Crashed(report)) => SpawnError::InitCrashed(report),
        _ => SpawnError::Incompatible("it ended without a word".into()),
    }
}

/// Tells the child what it is to be, and hears whether it is this program. The error is `None` if the
/// child closes its link.
fn greet<E>(
    socket: &Socket,
    hello: &Hello,
    until: Option<Instant>,
) -> Result<(), Option<SpawnError<E>>> {
    let os = |error| Some(SpawnError::Os(error));
    let incompatible = |text| Some(SpawnError::Incompatible(text));
    let program = Program::new(build::id().map_err(os)?, nonce().map_err(os)?);
    let body: Body = program.write(Some(hello)).map_err(incompatible)?;
    let frame = crate::codec::Frame { packet: Packet::Hello { pid: 0 }, body };
    socket.send(frame).map_err(|_| None)?;
    let frame = match socket.recv(Wait::until(until)) {
        Ok(Some(frame)) => frame,
        Ok(None) => return Err(Some(SpawnError::InitTimeout)),
        Err(Broken::Protocol(text)) => return Err(incompatible(text)),
        Err(Broken::Ended | Broken::Full) => return Err(None),
    };
    if frame.packet != Packet::Welcome {
        return Err(incompatible("it does not greet".into()));
    }
    let (theirs, _) = Program::parse(frame.body.payload()).map_err(incompatible)?;
    program.check(theirs).map_err(incompatible)
}

/// 128 random bits, which only the child learns.
fn nonce() -> io::Result<u128> {
    let mut bytes = [0; 16];
    let mut filled = 0;
    while filled < bytes.len() {
        let flags = rustix::rand::GetRandomFlags::empty();
        filled += rustix::rand::getrandom(&mut bytes[filled..], flags)?;
    }
    Ok(u128::from_le_bytes(bytes))
}
