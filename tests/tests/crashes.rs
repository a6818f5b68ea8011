//! A worker dies, of whatever cause: who called is told who died, of what, and in the middle of
//! which call; nobody else notices.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use coproc::{
    Process, SpawnError,
    error::{CrashReport, Exit},
    prelude::*,
};
use coproc_tests::{Gate, Watch, gate};
use rustix::{
    event::{PollFd, PollFlags, poll},
    process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open},
};

#[path = "crashes/causes.rs"]
mod causes;
#[path = "crashes/load.rs"]
mod load;
#[path = "crashes/moments.rs"]
mod moments;

use causes::Death;

/// Dies when it is told to.
pub struct Victim {
    dying: Option<Death>,
}

#[worker]
impl Victim {
    #[init]
    fn new() -> Self {
        Self { dying: None }
    }

    #[message]
    fn ping(&self, number: u64) -> u64 {
        number
    }

    /// Waits until the gate is opened, and dies.
    #[message]
    fn die(&self, how: Death, gate: &Path) {
        gate::pass(gate);
        eprintln!("these are its last words");
        how.die();
    }

    /// Says that it has begun, and waits at a gate.
    #[message]
    fn stay(&self, begun: &Path, gate: &Path) {
        gate::open(begun);
        gate::pass(gate);
    }

    /// Answers, and dies at once after that.
    #[message]
    fn die_later(&mut self, how: Death) -> u64 {
        self.dying = Some(how);
        7
    }

    /// Answers, and dies before it has returned.
    #[message]
    fn die_answered(
        &self,
        cx: &mut coproc::Context<Self>,
        how: Death,
    ) -> coproc::worker::Later<u64, String> {
        let (later, answer) = cx.later();
        answer.ok(7);
        how.die();
        later
    }

    #[message]
    fn leave_child(&self) -> u32 {
        causes::leave_child()
    }

    /// Starts programs that end with it, and gives their pids.
    #[message]
    #[expect(
        clippy::zombie_processes,
        reason = "they outlive the handler, and end with the worker"
    )]
    fn start_children(&self) -> Vec<u32> {
        // Nobody has to wait for one that is left because it holds the output of the tests.
        let start = |script| {
            let mut shell = Command::new("sh");
            shell.args(["-c", script]).stdout(Stdio::piped()).stderr(Stdio::null());
            shell.spawn().expect("a child")
        };
        let child = start("exec sleep 600");
        let mut parent = start("sleep 600 >/dev/null & echo $!; wait");
        let mut grandchild = String::new();
        let output = parent.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut grandchild).expect("a pid");
        vec![child.id(), parent.id(), grandchild.trim().parse().expect("a pid")]
    }

    #[tick(every = Duration::ZERO, when = self.dying.is_some())]
    fn die_now(&mut self) {
        if let Some(how) = self.dying {
            how.die();
        }
    }
}

fn pid_of(victim: &VictimController) -> u32 {
    victim.worker().pid().expect("it is a process")
}

fn kill(pid: u32) {
    let pid = Pid::from_raw(pid.cast_signed()).expect("a process");
    kill_process(pid, Signal::KILL).expect("it is there to be killed");
}

#[track_caller]
fn crash<T: std::fmt::Debug, E: std::fmt::Debug>(outcome: Result<T, CallError<E>>) -> CrashReport {
    match outcome {
        Err(CallError::Crashed(report)) => report,
        other => panic!("expected a crash, got {other:?}"),
    }
}

#[track_caller]
fn unstarted<T: std::fmt::Debug>(outcome: Result<T, CallError>) {
    match outcome {
        Err(error @ CallError::Closed(_)) => assert!(error.is_unstarted(), "{error:?}"),
        other => panic!("expected that it was not begun, got {other:?}"),
    }
}

/// A victim dies in this way, with calls behind the one it dies of; gives what that one is told.
#[track_caller]
fn die_of(how: Death, place: Process, expected: Exit) -> CrashReport {
    let _watch = Watch::set();
    let neighbour = Victim::spawn().expect("a neighbour");
    // A backtrace would be the last thing in its tail.
    let place = place.name("the victim").env("RUST_BACKTRACE", "0");
    let victim = Victim::on(place).spawn().expect("a victim");
    let pid = pid_of(&victim);
    let gate = Gate::new();
    let begun = victim.die(how, &gate).send().expect("sent");
    let behind: Vec<_> = (0..3).map(|n| victim.ping(n).send().expect("sent")).collect();
    gate.open();

    let report = crash(begun.wait());
    assert_eq!(report.exit(), expected);
    assert_eq!(report.handler(), Some("die"));
    assert_eq!((report.worker(), report.pid()), ("the victim", pid));
    assert!(report.elapsed() > Duration::ZERO);
    assert!(report.stderr_tail().contains("these are its last words"), "{report}");
    for ping in behind {
        unstarted(ping.wait());
    }
    unstarted(victim.ping(0).wait());
    assert_eq!(victim.worker().exit(), Some(expected));
    assert_eq!(crash(victim.worker().join()), report);
    assert_eq!(crash(victim.worker().join()), report);
    assert_eq!(neighbour.ping(1).wait(), Ok(1));
    report
}

/// A victim dies in this way; gives what the call is told.
#[track_caller]
fn crash_of(how: Death, place: Process) -> CrashReport {
    let _watch = Watch::set();
    let victim = Victim::on(place).spawn().expect("a victim");
    let gate = Gate::new();
    let begun = victim.die(how, &gate).send().expect("sent");
    gate.open();
    crash(begun.wait())
}
