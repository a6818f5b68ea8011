//! The start of a worker, in the process that was started for it.

use std::{
    env, fs,
    io::{self, Write},
    marker::PhantomData,
    os::fd::OwnedFd,
    process,
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    fs::{Mode, OFlags, open},
    io::fcntl_dupfd_cloexec,
    net::{
        AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg,
        sockopt::{socket_domain, socket_peercred},
    },
    process::{
        Pid, PidfdFlags, Resource, Rlimit, Signal, getpid, getppid, getrlimit, kill_process,
        pidfd_open, set_parent_process_death_signal, setrlimit,
    },
    stdio::{dup2_stdin, dup2_stdout, stdin},
};

use super::{
    ProcessLimits,
    build::{self, VARIABLE},
    greeting::{Hello, Program},
    sys,
};
use crate::{
    codec::Frame,
    link::{Endpoint, Identity, Role},
    protocol::{Packet, plan::short},
    sync::{Arc, Mutex, OnceLock, thread},
    transport::{Ledger, LedgerFile, Socket, Transport, Wait},
    worker::{Peer, StartParameters, panics, registry::WorkerEntry},
};

/// The exit code of a process that could not become the worker that it was started for.
const UNFIT: i32 = 70;

/// How many bytes of a process's name the kernel keeps, proc_pid_comm(5).
const NAME_MOST: usize = 15;

/// How many workers this process is nested in; set when it is prepared to start workers.
static DEPTH: OnceLock<u32> = OnceLock::new();

/// The arguments with which this program reaches its `init` again.
static ARGUMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Makes this program able to start workers: has to be the first statement of `main`, or
/// `#[coproc::main]` puts it there.
///
/// In a process that was started to be a worker, it becomes that worker and does not return. In all
/// others it takes note that workers may be started, and nothing else happens.
///
/// ```
/// fn main() {
///     coproc::init();
/// }
/// ```
#[expect(clippy::needless_doctest_main, reason = "it is about `main`")]
pub fn init() {
    if env::var_os(VARIABLE).is_some() {
        sys::remove_env(VARIABLE);
        if let Some(parent) = find_parent() {
            become_worker(parent);
        }
    }
    DEPTH.get_or_init(|| 0);
}

/// The same, in the test of this name.
pub fn test(path: &str) {
    let name = path.split_once("::").map_or(path, |(_, name)| name);
    let mut arguments = ARGUMENTS.lock();
    if arguments.is_empty() {
        let options = ["--exact", "--include-ignored", "--nocapture", "--quiet"];
        arguments.push(name.to_owned());
        arguments.extend(options.map(String::from));
        arguments.push("--test-threads=1".into());
    }
    drop(arguments);
    init();
}

pub(super) fn is_initialized() -> bool {
    DEPTH.get().is_some()
}

pub(super) fn depth() -> u32 {
    DEPTH.get().copied().unwrap_or(0)
}

pub(super) fn arguments() -> Vec<String> {
    ARGUMENTS.lock().clone()
}

/// The pid of the process that made the socket at standard input; `None` if there is no such socket, and
/// this process is no worker.
fn find_parent() -> Option<Pid> {
    let is_local = socket_domain(stdin()) == Ok(AddressFamily::UNIX);
    is_local.then(|| socket_peercred(stdin()).ok().map(|peer| peer.pid)).flatten()
}

/// Takes the socket to the parent from standard input.
fn control_socket() -> io::Result<OwnedFd> {
    let socket = fcntl_dupfd_cloexec(stdin(), 3)?;
    let null = open("/dev/null", OFlags::RDONLY, Mode::empty())?;
    dup2_stdin(null)?;
    Ok(socket)
}

/// Serves, and then exits in any case: this process does not go on as the program.
fn become_worker(parent: Pid) -> ! {
    let text = match serve(parent) {
        Ok(panicked) => {
            let _ = io::stdout().flush();
            process::exit(if panicked { 101 } else { 0 });
        }
        Err(text) => text,
    };
    // Standard error may be closed.
    let _ = writeln!(io::stderr(), "coproc: this process cannot be a worker: {text}");
    process::exit(UNFIT);
}

fn serve(parent: Pid) -> Result<bool, String> {
    die_with(parent)?;
    let socket = control_socket().map_err(|error| error.to_string())?;
    sys::never_stop_for_output();
    sys::close_inherited().map_err(|error| format!("cannot close what it inherited: {error}"))?;
    let (ledger, side) = receive_descriptors(&socket)?;
    let socket = Socket::with_side(socket, Some(side), u32::MAX as usize);
    let hello = greet(&socket)?;
    take_name(&hello.name);
    let entry =
        WorkerEntry::find(hello.key).ok_or_else(|| format!("`{}` is not known", hello.name))?;
    limit(hello.limits).map_err(|error| format!("cannot set its limits: {error}"))?;
    DEPTH.get_or_init(|| hello.depth);
    let mut start = receive(&socket)?;
    let Packet::Call { id: start_call, .. } = start.packet else {
        return Err("its parent did not ask it to start".into());
    };
    let plan = (entry.plan)();
    let ledger = LedgerFile::received(ledger, plan.channels.len())
        .map_err(|error| format!("cannot map its ledger: {error}"))?;
    let ledger = Arc::new(ledger);
    let argument = Arc::clone(&ledger);
    panics::set_witness(move |text| argument.write_panic(text));
    let (_, role) = Role::ends(plan);
    let transport = socket;
    let parameters = StartParameters {
        endpoint: Endpoint::new(transport, role, plan.capacities(), plan.aging),
        ledger: Ledger::File(ledger),
        peer: Peer { id: 0, pid: parent.as_raw_nonzero().get().unsigned_abs() },
        name: hello.name,
        identity: Identity::of(hello.identity),
        max_message: usize::try_from(hello.max_message).unwrap_or(usize::MAX),
        hello: start_call,
        plan,
        worker: PhantomData,
    };
    let ended = (entry.run)(parameters, start.body.take_arguments());
    Ok(ended.panicked)
}

/// Has this process end when its parent ends, whatever it is doing then.
///
/// The kernel's signal comes at once, but only for as long as this process keeps its credentials
/// and does not take the signal back; a thread that watches the parent covers the rest. The thread does
/// not watch the link: the parent's end may have a copy in a process that outlives the parent, and
/// polling this end would keep it open when it is closed elsewhere.
fn die_with(parent: Pid) -> Result<(), String> {
    let lifeline = pidfd_open(parent, PidfdFlags::empty());
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|error| error.to_string())?;
    // The parent may have ended before the call above, and its pid may be that of another process.
    if getppid() != Some(parent) {
        return Err("its parent is gone".into());
    }
    let lifeline = lifeline.map_err(|error| format!("cannot watch its parent: {error}"))?;
    let watch = move || {
        let mut fds = [PollFd::new(&lifeline, PollFlags::IN)];
        while poll(&mut fds, None).is_err() {}
        // Exit handlers may wait for something that no longer comes.
        let _ = kill_process(getpid(), Signal::KILL);
    };
    let started = thread::Builder::new().name("coproc-lifeline".into()).spawn(watch);
    started.map(drop).map_err(|error| error.to_string())
}

/// Takes what [`super::parent`] sends first. Standard output is put in its place; the ledger and the
/// socket for descriptors are given.
fn receive_descriptors(socket: &OwnedFd) -> Result<(OwnedFd, OwnedFd), String> {
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let mut slices = [io::IoSliceMut::new(&mut byte)];
    recvmsg(socket, &mut slices, &mut ancillary, RecvFlags::CMSG_CLOEXEC)
        .map_err(|error| error.to_string())?;
    let mut descriptors = ancillary.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
        _ => None,
    });
    let mut descriptors = descriptors.next().into_iter().flatten();
    let ledger = descriptors.next().ok_or("its parent sent no ledger")?;
    let side = descriptors.next().ok_or("its parent sent no socket for descriptors")?;
    if let Some(output) = descriptors.next() {
        // What was printed so far is not the worker's.
        let _ = io::stdout().flush();
        dup2_stdout(output).map_err(|error| error.to_string())?;
    }
    Ok((ledger, side))
}

fn receive(socket: &Socket) -> Result<Frame, String> {
    match socket.recv(Wait::Forever) {
        Ok(Some(frame)) => Ok(frame),
        Ok(None) => Err("its parent sent nothing".into()),
        Err(broken) => Err(format!("its parent said nothing: {broken:?}")),
    }
}

fn greet(socket: &Socket) -> Result<Hello, String> {
    let frame = receive(socket)?;
    if !matches!(frame.packet, Packet::Hello { .. }) {
        return Err("its parent did not introduce itself".into());
    }
    let (theirs, rest) = Program::parse(frame.body.payload())?;
    let build = build::id().map_err(|error| error.to_string())?;
    let ours = Program::new(build, theirs.nonce);
    let body = ours.write(None)?;
    let welcome = Frame { packet: Packet::Welcome, body };
    socket.send(welcome).map_err(|broken| format!("{broken:?}"))?;
    // The reply goes out first, so that the parent can say what differs.
    ours.check(theirs)?;
    Hello::read(rest).map_err(|malformed| malformed.to_string())
}

/// Gives this process the worker's name, as `ps` shows it; without that it would be `exe`.
fn take_name(name: &str) {
    let name = short(name);
    let end = (0..=NAME_MOST.min(name.len())).rev().find(|end| name.is_char_boundary(*end));
    // Nothing depends on it. The name of this thread would be another one if it is not the first.
    let _ = fs::write("/proc/self/comm", &name[..end.unwrap_or(0)]);
}

fn limit(limits: ProcessLimits) -> io::Result<()> {
    if limits.nice != 0 {
        rustix::process::nice(limits.nice)?;
    }
    let wanted = [
        (Resource::As, limits.memory),
        (Resource::Cpu, limits.cpu),
        (Resource::Nofile, limits.files),
    ];
    for (resource, limit) in wanted {
        if let Some(limit) = limit {
            let maximum = getrlimit(resource).maximum;
            let limit = maximum.map_or(limit, |maximum| maximum.min(limit));
            setrlimit(resource, Rlimit { current: Some(limit), maximum })?;
        }
    }
    Ok(())
}
