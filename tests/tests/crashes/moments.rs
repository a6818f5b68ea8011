//! When a worker dies: before its first message, between messages, after an answer, at its end.

use std::process::abort;

use super::*;

/// From outside, in the middle of a call.
#[coproc::test]
fn it_is_killed_by_another_process() {
    let _watch = Watch::set();
    let victim = Victim::spawn().expect("a victim");
    let (entry, gate) = (Gate::new(), Gate::new());
    let mut begun = victim.stay(&entry, &gate).send().expect("sent");
    let behind = victim.ping(1).send().expect("sent");
    gate::pass(&entry);
    assert!(begun.try_wait().is_none());
    kill(pid_of(&victim));
    let report = crash(begun.wait());
    assert_eq!((report.exit(), report.handler()), (Exit::Signal(9), Some("stay")));
    unstarted(behind.wait());
}

/// A child in a group of its own holds the socket and every other descriptor; the end of the worker
/// is noticed all the same, and not when the child ends.
#[coproc::test]
fn its_child_outlives_it() {
    let _watch = Watch::set();
    let victim = Victim::spawn().expect("a victim");
    let child = victim.leave_child().wait().expect("a child");
    let gate = Gate::new();
    let begun = victim.die(Death::Abort, &gate).send().expect("sent");
    gate.open();
    assert_eq!(crash(begun.wait()).signal(), Some(6));
    assert_eq!(crash(victim.worker().join()).signal(), Some(6));
    kill(child);
}

/// What it has started ends with it, and what that has started.
#[coproc::test]
fn its_children_end_with_it() {
    let _watch = Watch::set();
    type End = fn(coproc::spawn::WorkerResource<Victim>);
    let ends: [End; 4] = [
        drop,
        |victim| victim.worker().join().expect("an orderly end"),
        |victim| victim.worker().kill(),
        |victim| {
            let gate = Gate::new();
            let dying = victim.die(Death::Abort, &gate).send().expect("sent");
            gate.open();
            drop(crash(dying.wait()));
        },
    ];
    for end in ends {
        let victim = Victim::spawn().expect("a victim");
        let pids = victim.start_children().wait().expect("children");
        let children = pids.iter().map(|pid| {
            let pid = Pid::from_raw(pid.cast_signed()).expect("a pid");
            pidfd_open(pid, PidfdFlags::empty()).expect("it is alive")
        });
        let children: Vec<_> = children.collect();
        end(victim);
        for child in &children {
            let mut polled = [PollFd::new(child, PollFlags::IN)];
            while poll(&mut polled, None).is_err() {}
        }
    }
}

/// What was answered stays answered.
#[coproc::test]
fn it_dies_right_after_an_answer() {
    let _watch = Watch::set();
    for how in [Death::Abort, Death::Kill, Death::Exit(0), Death::NullWrite].repeat(5) {
        let victim = Victim::spawn().expect("a victim");
        assert_eq!(victim.die_later(how).wait(), Ok(7));
        let report = crash(victim.worker().join());
        assert_eq!(report.handler(), Some("die_now"));
        unstarted(victim.ping(1).wait());
    }
}

#[coproc::test]
fn it_dies_between_its_answer_and_its_return() {
    let _watch = Watch::set();
    for how in [Death::Abort, Death::Kill, Death::Exit(0)].repeat(5) {
        let victim = Victim::spawn().expect("a victim");
        assert_eq!(victim.die_answered(how).wait(), Ok(7));
        crash(victim.worker().join());
    }
}

/// Dies, or panics, where it is told to.
pub(crate) struct Frail {
    at: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Moment {
    Init,
    InitPanic,
    Tick,
    TickPanic,
    IdlePanic,
    Close,
    ClosePanic,
    Panic,
    AfterPanic,
}

#[worker(pub(crate), on_panic = keep)]
impl Frail {
    #[init]
    fn new(at: Moment) -> Self {
        match at {
            Moment::Init => abort(),
            Moment::InitPanic => panic!("not even begun"),
            _ => Self { at },
        }
    }

    #[message]
    fn panic(&self) {
        panic!("kept")
    }

    #[message]
    fn abort(&self) {
        abort()
    }

    #[close]
    fn finish(self) -> u64 {
        match self.at {
            Moment::Close => abort(),
            Moment::ClosePanic => panic!("the last thing"),
            _ => 7,
        }
    }
}

/// The same, where a panic ends it.
pub(crate) struct Brittle {
    at: Moment,
}

#[worker(pub(crate))]
impl Brittle {
    #[init]
    fn new(at: Moment) -> Self {
        Self { at }
    }

    #[message]
    fn ping(&self, number: u64) -> u64 {
        number
    }

    /// Waits until the gate is opened, and panics.
    #[message]
    fn panic(&self, gate: &Path) {
        gate::pass(gate);
        panic!("for {:?}", self.at)
    }

    #[tick(every = Duration::ZERO, when = matches!(self.at, Moment::Tick | Moment::TickPanic))]
    fn step(&mut self) {
        match self.at {
            Moment::Tick => abort(),
            _ => panic!("in a tick"),
        }
    }

    #[idle]
    fn rest(&mut self) -> coproc::worker::Idle {
        match self.at {
            Moment::IdlePanic => panic!("while idle"),
            _ => coproc::worker::Idle::Wait,
        }
    }
}

impl Drop for Brittle {
    fn drop(&mut self) {
        if self.at == Moment::Close {
            abort();
        }
    }
}

#[coproc::test]
fn it_dies_at_its_start() {
    let _watch = Watch::set();
    match Frail::on(Process::new().name("stillborn")).spawn(Moment::Init) {
        Err(SpawnError::InitCrashed(report)) => {
            assert_eq!(report.signal(), Some(6));
            assert_eq!(report.handler(), Some("new"));
            assert_eq!(report.worker(), "stillborn");
        }
        other => panic!("expected a crash, got {other:?}"),
    }
    match Frail::spawn(Moment::InitPanic) {
        Err(SpawnError::InitPanicked(report)) => {
            assert_eq!((report.message(), report.handler()), ("not even begun", "new"));
        }
        other => panic!("expected a panic, got {other:?}"),
    }
}

/// Without asking for it: events end with the worker.
fn wait_for_end(worker: &BrittleController) {
    assert_eq!(worker.worker().events().count(), 0);
}

#[coproc::test]
fn it_dies_between_messages() {
    let _watch = Watch::set();
    let brittle = Brittle::spawn(Moment::Tick).expect("a worker");
    wait_for_end(&brittle);
    let report = crash(brittle.worker().join());
    assert_eq!((report.signal(), report.handler()), (Some(6), Some("step")));
    unstarted(brittle.ping(1).wait());
}

#[coproc::test]
fn it_dies_at_its_end() {
    let _watch = Watch::set();
    let frail = Frail::spawn(Moment::Close).expect("a worker");
    let report = crash(frail.worker().join());
    assert_eq!((report.signal(), report.handler()), (Some(6), Some("finish")));
    let brittle = Brittle::spawn(Moment::Close).expect("a worker");
    let report = crash(brittle.worker().join());
    assert_eq!((report.signal(), report.handler()), (Some(6), Some("drop")));
}

#[coproc::test]
fn it_panics_outside_of_messages() {
    let _watch = Watch::set();
    for (at, text, handler) in
        [(Moment::TickPanic, "in a tick", "step"), (Moment::IdlePanic, "while idle", "idle")]
    {
        let brittle = Brittle::spawn(at).expect("a worker");
        wait_for_end(&brittle);
        match brittle.worker().join() {
            Err(CallError::Panicked(report)) => {
                assert_eq!((report.message(), report.handler()), (text, handler));
            }
            other => panic!("expected a panic, got {other:?}"),
        }
    }
    let frail = Frail::spawn(Moment::ClosePanic).expect("a worker");
    match frail.worker().join() {
        Err(CallError::Panicked(report)) => {
            assert_eq!((report.message(), report.handler()), ("the last thing", "finish"));
        }
        other => panic!("expected a panic, got {other:?}"),
    }
}

/// Only the call that panicked is told so; those behind it were not begun.
#[coproc::test]
fn it_panics_in_a_message() {
    let _watch = Watch::set();
    let brittle = Brittle::spawn(Moment::Panic).expect("a worker");
    let gate = Gate::new();
    let begun = brittle.panic(&gate).send().expect("sent");
    let behind: Vec<_> = (0..3).map(|n| brittle.ping(n).send().expect("sent")).collect();
    gate.open();
    match begun.wait() {
        Err(CallError::Panicked(report)) => {
            assert_eq!((report.message(), report.handler()), ("for Panic", "panic"));
            assert!(report.location().starts_with(file!()), "{report}");
        }
        other => panic!("expected a panic, got {other:?}"),
    }
    for ping in behind {
        unstarted(ping.wait());
    }
    assert!(matches!(brittle.worker().join(), Err(CallError::Panicked(_))));
    assert_eq!(brittle.worker().exit(), Some(Exit::Panicked));
}

/// A panic that was survived is not what a later crash is put down to.
#[coproc::test]
fn it_survives_a_panic_and_dies_of_something_else() {
    let _watch = Watch::set();
    let frail = Frail::spawn(Moment::AfterPanic).expect("a worker");
    assert!(matches!(frail.panic().wait(), Err(CallError::Panicked(_))));
    let report = crash(frail.abort().wait());
    assert_eq!(report.panic(), None, "{report}");
}
