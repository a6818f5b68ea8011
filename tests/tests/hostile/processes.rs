//! Workers that turn on their host: real processes, with the real link in their hands.

use std::{
    fs, io,
    mem::MaybeUninit,
    os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd, RawFd},
    path::Path,
    thread,
    time::Duration,
};

use coproc::{Bytes, Process, prelude::*};
use rustix::{
    event::{PollFd, PollFlags, poll},
    net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags},
    process::{Pid, PidfdFlags, pidfd_open},
};

use crate::{watch::Watch, wire::*};

/// What a rogue does to its link.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Deed {
    /// Writes these bytes, so many times.
    Write(Bytes, u64),
    /// Sends a valid frame, so many times, each with a descriptor.
    SendDescriptors(u32),
    /// Closes every descriptor that is a socket.
    Close,
    /// Ends the connection and keeps the descriptors.
    ShutDown,
}

/// The sockets of this process, of which the link is one.
fn sockets() -> Vec<RawFd> {
    let entries = fs::read_dir("/proc/self/fd").unwrap().map(|entry| entry.unwrap());
    let is_socket = |path: &Path| {
        fs::read_link(path).is_ok_and(|to| to.to_string_lossy().starts_with("socket:"))
    };
    let found = entries.filter(|entry| is_socket(&entry.path()));
    found.map(|entry| entry.file_name().to_str().unwrap().parse().unwrap()).collect()
}

fn borrow(socket: RawFd) -> BorrowedFd<'static> {
    // SAFETY: it was found open a moment ago and belongs to the runtime, which closes it only when
    // this process ends; a rogue is single-threaded but for the runtime's own threads, so nobody
    // else puts another file in its place.
    unsafe { BorrowedFd::borrow_raw(socket) }
}

fn write(socket: RawFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let sent = rustix::net::send(borrow(socket), bytes, SendFlags::NOSIGNAL)?;
        bytes = &bytes[sent..];
    }
    Ok(())
}

fn send_descriptor(socket: RawFd, bytes: &[u8]) {
    let file = fs::File::open("/dev/null").unwrap();
    let descriptors = [file.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    assert!(ancillary.push(SendAncillaryMessage::ScmRights(&descriptors)));
    let slices = [io::IoSlice::new(bytes)];
    rustix::net::sendmsg(borrow(socket), &slices, &mut ancillary, SendFlags::NOSIGNAL).unwrap();
}

impl Deed {
    fn commit(&self) {
        let link = *sockets().first().unwrap();
        match self {
            Self::Write(bytes, times) => {
                (0..*times).try_for_each(|_| write(link, bytes)).unwrap_or_default();
            }
            Self::SendDescriptors(times) => {
                let note = Frame { handler: 1, ..frame(UNHEARD, 0) }.bytes();
                (0..*times).for_each(|_| send_descriptor(link, &note));
            }
            Self::Close => {
                for socket in sockets() {
                    // SAFETY: the runtime owns it and goes on using the number, which then stands
                    // for no file: this is the crime. Nothing in this process opens another file
                    // before it is killed, so no file of somebody else's is harmed.
                    drop(unsafe { OwnedFd::from_raw_fd(socket) });
                }
            }
            Self::ShutDown => {
                rustix::net::shutdown(borrow(link), rustix::net::Shutdown::Both).unwrap();
            }
        }
    }
}

/// Waits until it is killed.
fn stay() -> ! {
    loop {
        thread::park();
    }
}

#[derive(Default)]
struct Rogue {
    planned: Option<Deed>,
}

#[worker(channels(default(capacity = 1024), strict(capacity = 1024, overflow = reject)))]
impl Rogue {
    #[init]
    fn new(deed: Option<Deed>) -> Self {
        if let Some(deed) = deed {
            deed.commit();
        }
        Self::default()
    }

    /// Goes on as if nothing were.
    #[message]
    fn commit(&mut self, deed: Deed) -> u64 {
        deed.commit();
        7
    }

    /// Never returns.
    #[message]
    fn commit_and_stay(&mut self, deed: Deed) {
        deed.commit();
        stay()
    }

    /// Answers first, and never returns from what follows.
    #[message]
    fn plan(&mut self, deed: Deed) {
        self.planned = Some(deed);
    }

    #[tick(every = Duration::ZERO, when = self.planned.is_some())]
    fn commit_planned(&mut self) {
        self.planned.take().unwrap().commit();
        stay()
    }

    #[message]
    fn take(&mut self, bytes: &[u8]) {
        drop(bytes.to_vec());
    }

    #[message(channel = strict)]
    fn take_strictly(&mut self, bytes: &[u8]) {
        drop(bytes.to_vec());
    }

    #[message]
    fn answer(&self) -> u64 {
        42
    }

    /// More than its owner accepts.
    #[message]
    fn panic_at_length(&mut self, length: usize) {
        // Not `panic!`, which would write all of it to standard error.
        std::panic::resume_unwind(Box::new("no".repeat(length)))
    }
}

/// Its process, its zombie included, is gone, and the host can go on.
#[track_caller]
fn is_gone(rogue: &coproc::spawn::WorkerResource<Rogue>) {
    let pid = rogue.worker().pid().unwrap();
    assert!(!rogue.worker().is_alive());
    assert!(!Path::new(&format!("/proc/{pid}")).exists(), "{pid} is still there");
    let next = Rogue::spawn(None).unwrap();
    assert_eq!(next.answer().wait().unwrap(), 42);
}

fn rogue() -> coproc::spawn::WorkerResource<Rogue> {
    Rogue::spawn(None).unwrap()
}

fn garbage() -> Deed {
    Deed::Write(Bytes::from(vec![0xa5; 100]), 1)
}

fn note() -> Bytes {
    Frame { handler: 1, ..frame(UNHEARD, 0) }.bytes().into()
}

#[coproc::test]
fn garbage_on_the_link_ends_the_worker() {
    let _watch = Watch::set();
    for stay in [false, true] {
        let rogue = rogue();
        let waits = rogue.answer().priority(1).send().unwrap();
        let error = if stay {
            rogue.commit_and_stay(garbage()).wait().unwrap_err()
        } else {
            rogue.commit(garbage()).wait().unwrap_err()
        };
        let expected = "a frame is of unknown kind 165";
        assert!(matches!(&error, CallError::Protocol(text) if text == expected), "{error:?}");
        let join = rogue.worker().join().unwrap_err();
        assert!(matches!(&join, CallError::Protocol(text) if text == expected), "{join:?}");
        assert!(matches!(rogue.answer().wait(), Err(CallError::Protocol(_))));
        // It was sent before the crime, and may have been answered before it.
        let waited = waits.wait();
        assert!(matches!(waited, Ok(42) | Err(CallError::Protocol(_))), "{waited:?}");
        is_gone(&rogue);
    }
}

#[coproc::test]
fn garbage_in_place_of_a_start_is_an_error_of_spawn() {
    let _watch = Watch::set();
    let Err(error) = Rogue::spawn(Some(garbage())) else { panic!("it should not have started") };
    assert!(matches!(&error, SpawnError::Incompatible(_)), "{error:?}");
    is_gone_without_owner();
}

/// Nothing of a worker that did not start is left.
fn is_gone_without_owner() {
    assert_eq!(rogue().answer().wait().unwrap(), 42);
}

#[coproc::test]
fn a_worker_that_closes_its_link_is_not_waited_for() {
    let _watch = Watch::set();
    for deed in [Deed::Close, Deed::ShutDown] {
        let rogue = rogue();
        let error = rogue.commit(deed.clone()).wait().unwrap_err();
        assert!(matches!(&error, CallError::Crashed(_)), "{deed:?}: {error:?}");
        assert!(matches!(rogue.worker().join(), Err(CallError::Crashed(_))));
        is_gone(&rogue);
    }
}

#[coproc::test]
fn a_worker_that_closes_its_link_and_stays_is_not_waited_for() {
    let _watch = Watch::set();
    for deed in [Deed::Close, Deed::ShutDown] {
        let rogue = rogue();
        let error = rogue.commit_and_stay(deed.clone()).wait().unwrap_err();
        assert!(matches!(&error, CallError::Crashed(_)), "{deed:?}: {error:?}");
        is_gone(&rogue);
    }
}

/// Nobody waits for anything from it, and it is ended all the same.
#[coproc::test]
fn a_worker_that_closes_its_link_and_stays_is_ended_unasked() {
    let _watch = Watch::set();
    for deed in [Deed::Close, Deed::ShutDown] {
        let rogue = rogue();
        let pid = Pid::from_raw(rogue.worker().pid().unwrap().cast_signed()).unwrap();
        let process = pidfd_open(pid, PidfdFlags::empty()).unwrap();
        rogue.plan(deed.clone()).wait().unwrap();
        let mut end = [PollFd::new(&process, PollFlags::IN)];
        while poll(&mut end, None).is_err() {}
        let error = rogue.answer().wait().unwrap_err();
        assert!(error.is_unstarted(), "{deed:?}: {error:?}");
        assert!(matches!(rogue.worker().join(), Err(CallError::Crashed(_))));
        is_gone(&rogue);
    }
}

#[coproc::test]
fn a_frame_over_the_limit_ends_the_worker() {
    let _watch = Watch::set();
    let rogue = Rogue::on(Process::new().max_message(1 << 20)).spawn(None).unwrap();
    let large = Frame { length: Some((1 << 20) + 1), ..frame(EVENT, 0) }.bytes();
    let error = rogue.commit(Deed::Write(large.into(), 1)).wait().unwrap_err();
    let expected = "a frame announces 1048577 bytes, over the limit of 1048576";
    assert!(matches!(&error, CallError::Protocol(text) if text == expected), "{error:?}");
    is_gone(&rogue);
}

/// However small messages have to be, a worker can start, and say why it ends.
#[coproc::test]
fn a_small_limit_leaves_room_for_reports() {
    let _watch = Watch::set();
    for (limit, length) in [(16, 1000), (64 << 20, 80 << 20)] {
        let rogue = Rogue::on(Process::new().max_message(limit)).spawn(None).unwrap();
        match rogue.panic_at_length(length).wait() {
            Err(CallError::Panicked(report)) => {
                let message = report.message();
                assert!(message.starts_with("nono") && message.len() < 20_000);
            }
            other => panic!("{other:?}"),
        }
        rogue.worker().join().unwrap_err();
        is_gone(&rogue);
    }
}

/// A last word is to be followed by the end, and not by nothing.
#[coproc::test]
fn a_worker_that_says_its_last_word_and_stays_is_ended() {
    let _watch = Watch::set();
    let rogue = rogue();
    let ended = frame(ENDED, 0).bytes();
    let waits = rogue.commit_and_stay(Deed::Write(ended.into(), 1)).send().unwrap();
    rogue.worker().join().unwrap();
    assert!(matches!(waits.wait(), Err(CallError::Closed(_))));
    is_gone(&rogue);
}

/// Counts what this process has open while a rogue sends it descriptors.
#[worker]
fn count_descriptors() -> (usize, usize) {
    let open = || fs::read_dir("/proc/self/fd").unwrap().count();
    let rogue = rogue();
    let _events = rogue.worker().events();
    rogue.answer().wait().unwrap();
    let before = open();
    assert_eq!(rogue.commit(Deed::SendDescriptors(200)).wait().unwrap(), 7);
    assert_eq!(rogue.worker().stats().unheard_errors, 200);
    (before, open())
}

/// The kernel drops descriptors that come where nobody receives any.
#[coproc::test]
fn descriptors_that_nobody_asked_for_are_not_kept() {
    let _watch = Watch::set();
    let (before, after) = CountDescriptors::spawn().unwrap().worker().join().unwrap();
    assert_eq!(before, after);
}

/// Nobody reads, so what is sent waits here: up to a limit, then whoever sends waits, for no longer
/// than their deadline, or until the worker is killed.
#[coproc::test]
fn sending_to_a_worker_that_does_not_read_is_bounded_and_ends() {
    let _watch = Watch::set();
    let rogue = rogue();
    let nothing = || Deed::Write(Bytes::new(), 0);
    let stuck = rogue.commit_and_stay(nothing()).send().unwrap();
    let piece = vec![0; 1 << 20];
    let mut sent = Vec::new();
    let full = loop {
        match rogue.take(&piece).try_send() {
            Ok(pending) => sent.push(pending),
            Err(refused) => break refused,
        }
        assert!(sent.len() <= 70, "more than the limit was accepted");
    };
    assert!(matches!(full.error, CallError::Full) && sent.len() >= 64, "{}", sent.len());
    let late = rogue.take(&piece).deadline(Duration::from_millis(20)).wait();
    assert!(matches!(late, Err(CallError::Deadline { started: false })), "{late:?}");
    // A channel that rejects never blocks, though it has room of its own.
    let refused = rogue.take_strictly(&piece).wait();
    assert!(matches!(refused, Err(CallError::Full)), "{refused:?}");
    thread::scope(|scope| {
        let blocked = scope.spawn(|| rogue.take(&piece).wait());
        rogue.worker().kill();
        let error = blocked.join().unwrap().unwrap_err();
        assert!(error.is_unstarted(), "{error:?}");
    });
    assert!(stuck.wait().is_err());
    for pending in sent {
        assert!(pending.wait().unwrap_err().is_unstarted());
    }
    is_gone(&rogue);
}

/// The same from a real process: calls, the others and the owner's drop keep their time.
#[coproc::test]
fn a_worker_that_never_stops_writing_is_killed_like_any_other() {
    let _watch = Watch::set();
    let rogue = Rogue::on(Process::new().grace(Duration::from_millis(10))).spawn(None).unwrap();
    let _events = rogue.worker().events();
    let many = Bytes::from(note().repeat(1000));
    let flood = rogue.commit_and_stay(Deed::Write(many, u64::MAX)).send().unwrap();
    let late = rogue.answer().deadline(Duration::from_millis(50)).wait();
    assert!(matches!(late, Err(CallError::Deadline { .. })), "{late:?}");
    assert!(rogue.worker().is_alive());
    assert_eq!(rogue_beside().answer().wait().unwrap(), 42);
    drop(rogue);
    assert!(flood.wait().is_err());
}

fn rogue_beside() -> coproc::spawn::WorkerResource<Rogue> {
    rogue()
}
