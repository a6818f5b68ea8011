//! Peers that never stop sending: what they send costs them, and not the host.
//!
//! Each flood runs in a process of its own, whose memory nobody else uses.

use std::{fs, io::Write, os::unix::net::UnixStream, thread, time::Duration};

use coproc::{__private::fuzz, Messenger, Process, messenger::RecvTimeoutError, prelude::*};

use crate::{
    ends::{MAX, Subject},
    watch::Watch,
    wire::*,
};

/// What is sent, and to what.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Flood {
    /// Frames to a caller, one after the other, until all have come.
    Caller { frame: Vec<u8>, times: u64 },
    /// Frames to a messenger whose owner waits for a message on another channel.
    Messenger { frame: Vec<u8>, times: u64 },
    /// The same bytes to each kind of end, again and again, on links of their own.
    Once { bytes: Vec<u8>, times: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, coproc::protocol::Channel)]
enum Lane {
    Flooded,
    Quiet,
}

/// The most memory that this process has had, in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Writes a frame many times; ends early if nobody reads it any more.
fn pour(far: &mut UnixStream, frame: &[u8], times: u64) {
    let together = (64 * 1024 / frame.len()).max(1) as u64;
    let many = frame.repeat(together as usize);
    for _ in 0..times.div_ceil(together) {
        if far.write_all(&many).is_err() {
            return;
        }
    }
}

/// Stands the flood; gives by how much this process's memory grew, and how it ended.
#[worker]
fn stand(flood: Flood) -> (u64, String) {
    let before = peak();
    let said = match flood {
        Flood::Caller { frame, times } => flood_a_caller(&frame, times),
        Flood::Messenger { frame, times } => flood_a_messenger(&frame, times),
        Flood::Once { bytes, times } => {
            (0..times).for_each(|_| fuzz::frames(&bytes));
            "all of them ended".into()
        }
    };
    (peak() - before, said)
}

fn flood_a_caller(frame: &[u8], times: u64) -> String {
    let (near, mut far) = UnixStream::pair().unwrap();
    let subject = fuzz::caller::<Subject>(near.into(), MAX).unwrap();
    let call = subject.text("x").send().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || pour(&mut far, frame, times));
        let outcome = call.wait().map_or_else(|error| error.to_string(), |_| "ok".into());
        let stats = subject.worker().stats();
        format!("{outcome}; unheard {}, missed {}", stats.unheard_errors, stats.missed_events)
    })
}

fn flood_a_messenger(frame: &[u8], times: u64) -> String {
    let (near, mut far) = UnixStream::pair().unwrap();
    let messenger: Messenger<(), (), Lane> = fuzz::messenger(near.into());
    thread::scope(|scope| {
        scope.spawn(move || pour(&mut far, frame, times));
        // The other end can go on writing when this one goes.
        let messenger = messenger;
        let mut queued = 0;
        loop {
            match messenger.on(Lane::Quiet).recv_timeout(Duration::from_millis(500)) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) if queued > 0 && queued == messenger.queued() => {
                    return "held up".into();
                }
                Err(RecvTimeoutError::Timeout) => queued = messenger.queued(),
                Err(error) => return error.to_string(),
            }
        }
    })
}

fn stood(flood: Flood) -> (u64, String) {
    let place = Process::new().memory_limit(4 << 30);
    Stand::on(place).spawn(flood).unwrap().worker().join().unwrap()
}

pub(crate) fn peak_growth(flood: Flood) -> u64 {
    stood(flood).0
}

const MIB: u64 = 1 << 20;

#[coproc::test]
fn notes_are_counted_and_cost_nothing() {
    let _watch = Watch::set();
    let note = Frame { handler: 1, ..frame(UNHEARD, 0) }.bytes();
    let (growth, said) = stood(Flood::Caller { frame: note, times: 100_000 });
    // Whole pieces of 64 KiB are sent.
    assert_eq!(said, "the other end is gone; unheard 100352, missed 0");
    assert!(growth < 16 * MIB, "{growth} bytes");
}

/// 1024 events are kept, but no gigabyte of them.
#[coproc::test]
fn events_that_nobody_takes_are_kept_up_to_a_limit_in_bytes() {
    let _watch = Watch::set();
    let event = frame(EVENT, 0).with(vec![0; 2 << 20]).bytes();
    let (growth, said) = stood(Flood::Caller { frame: event, times: 200 });
    assert_eq!(said, "the other end is gone; unheard 0, missed 169");
    assert!(growth < 160 * MIB, "{growth} bytes");
}

#[coproc::test]
fn small_events_that_nobody_takes_are_dropped_from_the_oldest() {
    let _watch = Watch::set();
    let event = frame(EVENT, 0).bytes();
    let (growth, said) = stood(Flood::Caller { frame: event, times: 102_400 });
    assert_eq!(said, "the other end is gone; unheard 0, missed 101376");
    assert!(growth < 16 * MIB, "{growth} bytes");
}

/// Messages without content take memory as well.
#[coproc::test]
fn empty_messages_are_not_free() {
    let _watch = Watch::set();
    let message = frame(TELL, 0).bytes();
    let (growth, said) = stood(Flood::Messenger { frame: message, times: 10_000_000 });
    assert_eq!(said, "held up");
    assert!(growth < 400 * MIB, "{growth} bytes");
}

#[coproc::test]
fn large_messages_are_bounded_in_bytes() {
    let _watch = Watch::set();
    let message = frame(TELL, 0).with(vec![0; 1 << 20]).bytes();
    let (growth, said) = stood(Flood::Messenger { frame: message, times: 1000 });
    assert_eq!(said, "held up");
    assert!(growth < 256 * MIB, "{growth} bytes");
}

/// A flood of frames is no reason to forget the time.
#[test]
fn a_deadline_holds_while_frames_keep_coming() {
    let _watch = Watch::set();
    let (near, mut far) = UnixStream::pair().unwrap();
    let subject = fuzz::caller::<Subject>(near.into(), MAX).unwrap();
    let call = subject.text("x").deadline(Duration::from_millis(100)).send().unwrap();
    let mut waits = subject.text("y").send().unwrap();
    let note = Frame { handler: 1, ..frame(UNHEARD, 0) }.bytes();
    thread::scope(|scope| {
        let flood = scope.spawn(move || pour(&mut far, &note, u64::MAX / 2));
        assert!(matches!(call.wait(), Err(CallError::Deadline { .. })));
        assert!(waits.wait_timeout(Duration::from_millis(10)).is_none());
        assert!(waits.try_wait().is_none());
        let mut events = subject.worker().events();
        assert!(events.next_timeout(Duration::from_millis(10)).is_none());
        assert!(events.try_next().is_none());
        assert!(subject.worker().is_alive());
        subject.worker().kill();
        assert!(waits.wait().is_err());
        flood.join().unwrap();
    });
}

/// The same for a frame that comes in ever more pieces.
#[test]
fn a_deadline_holds_while_one_frame_keeps_coming() {
    let _watch = Watch::set();
    let (near, mut far) = UnixStream::pair().unwrap();
    let subject = fuzz::caller::<Subject>(near.into(), 1 << 31).unwrap();
    let call = subject.text("x").deadline(Duration::from_millis(20)).send().unwrap();
    let endless = Frame { length: Some(1 << 31), ..frame(EVENT, 0) }.bytes();
    far.write_all(&endless).unwrap();
    thread::scope(|scope| {
        let flood = scope.spawn(move || pour(&mut far, &[0; 4096], (1 << 31) / 4096));
        assert!(matches!(call.wait(), Err(CallError::Deadline { .. })));
        subject.worker().kill();
        flood.join().unwrap();
    });
}

/// What is malformed is no event, however many of them come.
#[test]
fn a_time_out_holds_while_garbage_keeps_coming_as_events() {
    let _watch = Watch::set();
    let (near, mut far) = UnixStream::pair().unwrap();
    let subject = fuzz::caller::<Subject>(near.into(), MAX).unwrap();
    let garbage = frame(EVENT, 0).with([255; 9]).bytes();
    thread::scope(|scope| {
        let flood = scope.spawn(move || pour(&mut far, &garbage, u64::MAX / 2));
        let mut events = subject.worker().events();
        assert!(events.next_timeout(Duration::from_millis(50)).is_none());
        assert!(subject.worker().stats().missed_events > 0);
        subject.worker().kill();
        flood.join().unwrap();
    });
}

/// One worker that floods its host does not keep it from its others: their deaths are noticed and
/// new ones are started by the thread that also reads the flood.
#[coproc::test]
fn a_flood_on_one_link_leaves_the_others_alone() {
    let _watch = Watch::set();
    let (near, mut far) = UnixStream::pair().unwrap();
    let subject = fuzz::caller::<Subject>(near.into(), MAX).unwrap();
    let _events = subject.worker().events();
    let note = Frame { handler: 1, ..frame(UNHEARD, 0) }.bytes();
    thread::scope(|scope| {
        let flood = scope.spawn(move || pour(&mut far, &note, u64::MAX / 2));
        for _ in 0..3 {
            let flood = Flood::Once { bytes: Vec::new(), times: 1 };
            assert_eq!(stood(flood).1, "all of them ended");
        }
        subject.worker().kill();
        flood.join().unwrap();
    });
}
