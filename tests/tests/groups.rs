//! Many workers, started, waited for and ended together.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use coproc::{error::Exit, prelude::*, spawn::Group};
use coproc_tests::{Census, Gate, Watch, gate};
use rustix::{
    event::{PollFd, PollFlags, poll},
    process::{Pid, PidfdFlags, pidfd_open},
    time::{ClockId, clock_gettime},
};

/// Holds a number until it ends.
pub struct Holder {
    number: u32,
}

#[worker]
impl Holder {
    #[init]
    fn new(number: u32) -> Result<Self, String> {
        if number == 13 { Err("13 will not be held".into()) } else { Ok(Self { number }) }
    }

    #[message]
    fn add(&mut self, number: u32) -> u32 {
        self.number += number;
        self.number
    }

    #[message(priority = i32::MIN)]
    fn hold(&mut self, begun: &Path, until: &Path) {
        gate::open(begun);
        gate::pass(until);
    }

    #[message]
    fn exit(&mut self, code: i32) {
        std::process::exit(code)
    }

    #[close]
    fn number(self) -> Result<u32, String> {
        if self.number == 7 { Err("7 is not to be told".into()) } else { Ok(self.number) }
    }
}

/// Has much to say at its end.
#[worker]
fn long_word(size: usize) -> Vec<u8> {
    vec![1; size]
}

/// Ends at the gate.
#[worker]
fn pass_gate(until: &Path) -> u32 {
    gate::pass(until);
    std::process::id()
}

/// Ends its process only at the second of its starts: the first comes before there is the file.
pub struct Unlucky;

#[worker]
impl Unlucky {
    #[init]
    fn new(first: &Path) -> Result<Self, String> {
        match std::fs::OpenOptions::new().write(true).create_new(true).open(first) {
            Ok(_) => Ok(Self),
            Err(_) => Err("it is the second".into()),
        }
    }

    #[message]
    fn ping(&self) {}
}

/// Keeps a worker busy until the gate that this gives is opened.
fn hold(holder: &HolderController) -> Gate {
    let (begun, until) = (Gate::new(), Gate::new());
    holder.hold(&begun, &until).tell().unwrap();
    gate::pass(&begun);
    until
}

fn is_late<T, E>(outcome: &Result<T, CallError<E>>) -> bool {
    matches!(outcome, Err(CallError::Deadline { started: true }))
}

/// What this thread has used.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[coproc::test]
fn values_come_in_order_and_errors_in_place_of_values() {
    let _watch = Watch::set();
    let group = Holder::on(Process::new().group(4)).spawn(5).unwrap();
    assert_eq!(group.len(), 4);
    for (n, holder) in (0..).zip(&group) {
        assert_eq!(holder.add(n).wait(), Ok(5 + n));
    }
    let expected = [Ok(5), Ok(6), Err(CallError::Handler("7 is not to be told".to_owned())), Ok(8)];
    assert_eq!(group.join(), expected);
    assert_eq!(group.join_timeout(Duration::ZERO), expected, "a second join tells the same");
    assert_eq!(group.join_timeout(Duration::MAX), expected);
}

#[coproc::test]
fn owners_become_a_group_and_a_group_gives_its_owners() {
    let _watch = Watch::set();
    let owners = [3, 1, 2].map(|number| Holder::on(Thread).spawn(number).unwrap());
    let group = Group::from_iter(owners);
    assert_eq!(group[0].add(1).wait(), Ok(4));
    let numbers: Vec<_> = group.into_iter().map(|owner| owner.worker().join().unwrap()).collect();
    assert_eq!(numbers, [4, 1, 2]);
}

#[test]
fn a_group_is_the_same_wherever_it_is() {
    let _watch = Watch::set();
    assert_eq!(Holder::on(Thread.group(2)).spawn(1).unwrap().join(), [Ok(1), Ok(1)]);
    assert_eq!(Holder::on(Inline.group(2)).spawn(1).unwrap().join(), [Ok(1), Ok(1)]);
    assert_eq!(Holder::on(Thread.group(0)).spawn(1).unwrap().join(), []);
    let alone = [0_u8; 0].iter().map(|_| Holder::on(Thread).spawn(1).unwrap());
    assert!(alone.collect::<Group<_>>().join_timeout(Duration::ZERO).is_empty());
}

/// The members that have ended give their values although one before them has not.
#[coproc::test]
fn one_deadline_is_for_all_and_the_others_have_their_values() {
    let _watch = Watch::set();
    let group = Holder::on(Process::new().group(4)).spawn(1).unwrap();
    let (first, third) = (hold(&group[0]), hold(&group[2]));
    group.close();
    assert!(group[1].worker().join().is_ok() && group[3].worker().join().is_ok());
    let outcomes = group.join_timeout(ms(20));
    assert!(is_late(&outcomes[0]) && is_late(&outcomes[2]), "{outcomes:?}");
    assert_eq!((&outcomes[1], &outcomes[3]), (&Ok(1), &Ok(1)));
    first.open();
    third.open();
    assert_eq!(group.join(), [Ok(1), Ok(1), Ok(1), Ok(1)], "it went on closing");
}

/// If each had the time for itself, it would take longer than a test may.
#[test]
fn one_deadline_is_for_all_however_many() {
    let _watch = Watch::set();
    let (begun, until) = (Instant::now(), Gate::new());
    let group = PassGate::on(Thread.group(100)).spawn(&until).unwrap();
    let outcomes = group.join_timeout(secs(1));
    assert!(outcomes.iter().all(is_late), "{outcomes:?}");
    assert!(begun.elapsed() >= secs(1), "it is not over before");
    // As long as it is open for writing, whoever comes passes.
    let _open = std::fs::File::options().read(true).write(true).open(&*until).unwrap();
    assert!(group.join_timeout(secs(600)).iter().all(Result::is_ok));
}

/// What does not fit into a socket is read although nobody waits for that member yet.
#[coproc::test]
fn a_long_last_word_does_not_wait_for_its_turn() {
    let _watch = Watch::set();
    let long = LongWord::on(Process::new().group(2)).spawn(8 << 20).unwrap();
    long.close();
    let pids: Vec<_> = long.iter().map(|word| word.worker().pid().unwrap()).collect();
    for pid in pids {
        // They are gone, without anybody having waited for them.
        wait_until_gone(pid);
    }
    assert!(long.join().iter().all(Result::is_ok));
}

fn wait_until_gone(pid: u32) {
    let pid = Pid::from_raw(pid as i32).unwrap();
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    poll(&mut [PollFd::new(&process, PollFlags::IN)], None).unwrap();
}

/// Waiting costs no CPU time, whether members have ended or not.
#[coproc::test]
fn waiting_sleeps() {
    let _watch = Watch::set();
    let until = Gate::new();
    let group: Group<_> =
        (0..3).map(|_| PassGate::on(Process::new()).spawn(&until).unwrap()).collect();
    group[0].worker().kill();
    let before = cpu_time();
    let outcomes = group.join_timeout(secs(2));
    let spent = cpu_time() - before;
    assert!(matches!(outcomes[0], Err(CallError::Closed(_))), "{outcomes:?}");
    assert!(is_late(&outcomes[1]) && is_late(&outcomes[2]), "{outcomes:?}");
    assert!(spent < secs(1), "it has spun: {spent:?} of CPU time in two seconds");
    group.kill();
}

/// A member that has ended already does not keep the others from what they are told.
#[coproc::test]
fn a_worker_that_has_ended_before_is_no_hindrance() {
    let _watch = Watch::set();
    let group = Holder::on(Process::new().group(3)).spawn(1).unwrap();
    group[0].worker().join().unwrap();
    group[1].exit(3).wait().unwrap_err();
    group.close();
    let outcomes = group.join();
    assert_eq!((&outcomes[0], &outcomes[2]), (&Ok(1), &Ok(1)));
    let Err(CallError::Crashed(report)) = &outcomes[1] else { panic!("{outcomes:?}") };
    assert_eq!(report.code(), Some(3), "a crash is not an exit with code 0");
    let exits: Vec<_> = group.iter().map(|owner| owner.worker().exit().unwrap()).collect();
    assert_eq!(exits, [Exit::Closed, Exit::Code(3), Exit::Closed]);
}

/// How each member ended is known after they were stopped.
#[coproc::test]
fn who_kills_a_group_learns_how_its_members_ended() {
    let _watch = Watch::set();
    let group = Holder::on(Process::new().group(3)).spawn(1).unwrap();
    let _closed = hold(&group[1]);
    group[2].worker().join().unwrap();
    group.kill();
    let outcomes = group.join();
    assert!(matches!(outcomes[0], Err(CallError::Closed(_))), "{outcomes:?}");
    assert!(matches!(outcomes[1], Err(CallError::Closed(_))), "{outcomes:?}");
    assert_eq!(outcomes[2], Ok(1), "it had ended before");
    let exits: Vec<_> = group.iter().map(|owner| owner.worker().exit().unwrap()).collect();
    assert_eq!(exits, [Exit::Killed, Exit::Killed, Exit::Closed]);
}

#[coproc::test]
fn who_did_start_is_ended_if_another_does_not() {
    let _watch = Watch::set();
    let error = Holder::on(Process::new().group(3)).spawn(13).unwrap_err();
    assert!(matches!(error, SpawnError::Init(_)), "{error}");
    let first = std::env::temp_dir().join(format!("coproc-unlucky-{}", std::process::id()));
    let before = own_children("second");
    let place = Process::new().name("second");
    let error = Unlucky::on(place.group(3)).spawn(&first).unwrap_err();
    std::fs::remove_file(&first).expect("the first has started");
    assert!(matches!(error, SpawnError::Init(_)), "{error}");
    assert_eq!(own_children("second"), before);
}

/// The children of this process that are called so.
fn own_children(name: &str) -> usize {
    let name_of = |pid: &u32| std::fs::read_to_string(format!("/proc/{pid}/comm"));
    let children = Census::take().children;
    children.iter().filter(|pid| name_of(pid).is_ok_and(|it| it.trim() == name)).count()
}

/// All have their grace at the same time: the second is asked before the first is over.
#[coproc::test]
fn a_group_that_is_dropped_closes_all_at_once() {
    let _watch = Watch::set();
    let group = Holder::on(Process::new().grace(secs(600)).group(2)).spawn(1).unwrap();
    let (first, second) = (hold(&group[0]), group[1].worker().pid().unwrap());
    let dropping = thread::spawn(move || drop(group));
    // The first cannot end before this has.
    wait_until_gone(second);
    first.open();
    dropping.join().unwrap();
}
