//! Deadlines are inherited: a call that is made inside a handler ends no later than the call being
//! handled.
//!
//! Where a case needs a deadline to pass, a worker at the end of the chain waits at a gate that stays
//! closed: without inheritance the case hangs, and its watch ends it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use coproc::{Inline, Pool, Process, Queue, State, Thread, WorkerPool, prelude::*};
use coproc_tests::{Gate, Watch, gate};

/// Much longer than any test may take.
const LONG: Duration = Duration::from_secs(3600);

/// Calls the next worker from its handlers, or is the last of a chain.
struct Relay {
    next: Option<RelayController>,
    has_ended: bool,
    heard: Vec<Option<Duration>>,
}

#[worker]
impl Relay {
    #[init]
    fn new(next: Option<RelayController>) -> Self {
        Self { next, has_ended: false, heard: Vec::new() }
    }

    /// The time that is left here and at all workers behind this one, whose calls are made with
    /// the deadline `own`.
    #[message]
    fn times_left(&self, cx: &mut Context<Self>, own: Option<Duration>) -> Vec<Option<Duration>> {
        let mut times = vec![cx.remaining()];
        if let Some(next) = &self.next {
            let call = next.times_left(own);
            let call = if let Some(own) = own { call.deadline(own) } else { call };
            times.extend(call.wait().unwrap());
        }
        times
    }

    /// The last worker of the chain waits at the gate. Gives whether the call of the next one has
    /// ended by a deadline.
    #[message]
    fn hold(&mut self, gate: &Path, own: Option<Duration>, awaits: bool) -> bool {
        let Some(next) = &self.next else {
            gate::pass(gate);
            return false;
        };
        let call = next.hold(gate, own, awaits);
        let call = if let Some(own) = own { call.deadline(own) } else { call };
        let outcome = if awaits { pollster::block_on(call.into_future()) } else { call.wait() };
        self.has_ended = matches!(outcome, Err(CallError::Deadline { .. }));
        self.has_ended
    }

    /// Whether the call that [`hold`](Self::hold) made last has ended by a deadline.
    #[message]
    fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// The time that the next worker has for a message that nothing waits for.
    #[message]
    fn announce(&self) -> Vec<Option<Duration>> {
        let next = self.next.as_ref().unwrap();
        next.hear().tell().unwrap();
        next.heard().wait().unwrap()
    }

    #[message(oneway)]
    fn hear(&mut self, cx: &mut Context<Self>) {
        self.heard.push(cx.remaining());
    }

    #[message]
    fn heard(&self) -> Vec<Option<Duration>> {
        self.heard.clone()
    }

    #[close]
    fn finish(self) -> Option<Vec<Option<Duration>>> {
        self.next?.times_left(None).wait().ok()
    }
}

/// Holds calls of the last worker until the call of `relay` that made them has ended by its deadline.
fn end_by_deadline(relay: &RelayController, gate: &Path, own: Option<Duration>, awaits: bool) {
    let mut deadline = ms(50);
    // On a busy machine a call may expire before any handler has begun.
    while !relay.has_ended().wait().unwrap() {
        let outcome = relay.hold(gate, own, awaits).deadline(deadline).wait();
        // The answer to what ends at the same moment may still arrive in time.
        assert!(matches!(outcome, Ok(true) | Err(CallError::Deadline { .. })), "{outcome:?}");
        deadline *= 2;
    }
}

/// What is left decreases along a chain that begins with `most`.
fn assert_decreasing(times: &[Option<Duration>], most: Duration, len: usize) {
    assert_eq!(times.len(), len);
    let mut most = most;
    for time in times {
        let time = time.expect("each inherits the deadline");
        assert!(time <= most, "{times:?}");
        most = time;
    }
}

/// What holds for each chain of two workers, the first of which is `relay`.
fn assert_inherits(relay: &RelayController) {
    let times = relay.times_left(None).deadline(secs(60)).wait().unwrap();
    assert_decreasing(&times, secs(60), 2);
    // A longer one is cut.
    let times = relay.times_left(Some(LONG)).deadline(secs(60)).wait().unwrap();
    assert_decreasing(&times, secs(60), 2);
    // A shorter one holds.
    let times = relay.times_left(Some(secs(60))).deadline(LONG).wait().unwrap();
    assert_decreasing(&times[1..], secs(60), 1);
    // Without any there is none.
    assert_eq!(relay.times_left(None).wait().unwrap(), [None, None]);
    let awaited = pollster::block_on(relay.times_left(None).deadline(secs(60)).into_future());
    assert_decreasing(&awaited.unwrap(), secs(60), 2);
}

#[coproc::test]
fn on_every_place() {
    let _watch = Watch::set();
    let here = Relay::on(Inline).spawn(None).unwrap();
    let beside = Relay::on(Thread).spawn(None).unwrap();
    let away = Relay::spawn(None).unwrap();
    for last in [&beside, &away] {
        let next = || Some(RelayController::clone(last));
        assert_inherits(&Relay::spawn(next()).unwrap());
        assert_inherits(&Relay::on(Thread).spawn(next()).unwrap());
        assert_inherits(&Relay::on(Inline).spawn(next()).unwrap());
    }
    assert_inherits(&Relay::on(Inline).spawn(Some(RelayController::clone(&here))).unwrap());
}

#[coproc::test]
fn the_deadline_of_the_first_call_ends_those_along_the_chain() {
    let _watch = Watch::set();
    let gate = Gate::new();
    let last = Relay::spawn(None).unwrap();
    let middle = Relay::spawn(Some(RelayController::clone(&last))).unwrap();
    let first = Relay::spawn(Some(RelayController::clone(&middle))).unwrap();
    end_by_deadline(&first, &gate, None, false);
    assert!(middle.has_ended().wait().is_ok());
    gate.open();
}

#[coproc::test]
fn a_longer_deadline_inside_is_cut() {
    let _watch = Watch::set();
    let gate = Gate::new();
    let last = Relay::spawn(None).unwrap();
    let first = Relay::on(Thread).spawn(Some(RelayController::clone(&last))).unwrap();
    end_by_deadline(&first, &gate, Some(LONG), false);
    gate.open();
}

#[coproc::test]
fn a_shorter_deadline_inside_holds() {
    let _watch = Watch::set();
    let gate = Gate::new();
    let last = Relay::spawn(None).unwrap();
    let first = Relay::spawn(Some(RelayController::clone(&last))).unwrap();
    assert_eq!(first.hold(&gate, Some(ms(50)), false).deadline(LONG).wait(), Ok(true));
    gate.open();
}

#[coproc::test]
fn an_awaited_call_inherits() {
    let _watch = Watch::set();
    let gate = Gate::new();
    let last = Relay::on(Thread).spawn(None).unwrap();
    let first = Relay::spawn(Some(RelayController::clone(&last))).unwrap();
    end_by_deadline(&first, &gate, None, true);
    gate.open();
}

#[coproc::test]
fn calls_of_a_pool_inherit_while_they_wait_for_a_worker() {
    let _watch = Watch::set();
    let gate = Gate::new();
    let pool = Relay::on(Process::new().pool(1)).spawn(None).unwrap();
    let first = Relay::on(Thread).spawn(Some(pool.any())).unwrap();
    assert_inherits(&first);
    let keyed = Relay::on(Thread).spawn(Some(pool.by_key("key"))).unwrap();
    assert_inherits(&keyed);
    let away = Relay::spawn(Some(pool.any())).unwrap();
    assert_inherits(&away);
    // The first of these calls is begun, the others wait for the only worker.
    end_by_deadline(&first, &gate, Some(LONG), false);
    end_by_deadline(&keyed, &gate, None, true);
    end_by_deadline(&away, &gate, None, false);
    gate.open();
}

#[coproc::test]
fn workers_of_a_pool_pass_the_deadline_on() {
    let _watch = Watch::set();
    let last = Relay::spawn(None).unwrap();
    let pool =
        Relay::on(Process::new().pool(2)).spawn(Some(RelayController::clone(&last))).unwrap();
    assert_inherits(&pool.any());
    let times = pool.map(0..4, |w, _| w.times_left(Some(LONG)).deadline(secs(60)));
    times.for_each(|times| assert_decreasing(&times.unwrap(), secs(60), 2));
}

/// Waits at the gate.
#[worker]
fn stand(gate: PathBuf) {
    gate::pass(&gate);
}

/// Maps over pools of its own.
struct Mapper {
    workers: WorkerPool<Relay>,
    functions: Pool,
    ended: Vec<bool>,
}

#[worker]
impl Mapper {
    #[init]
    fn new() -> Self {
        let workers = Relay::on(Process::new().pool(1)).spawn(None).unwrap();
        Self { workers, functions: Pool::new(1).unwrap(), ended: Vec::new() }
    }

    #[message]
    fn map(&mut self, gate: &Path) {
        let held = self.workers.map(0..3, |w, _| w.hold(gate, None, false));
        self.ended = held.map(|held| matches!(held, Err(CallError::Deadline { .. }))).collect();
        let held = self.functions.map(vec![gate.to_owned(); 3], Stand);
        self.ended.extend(held.map(|held| matches!(held, Err(CallError::Deadline { .. }))));
    }

    #[message]
    fn ended(&self) -> Vec<bool> {
        self.ended.clone()
    }
}

#[coproc::test]
fn items_of_a_map_inherit() {
    let _watch = Watch::set();
    let gate = Gate::new();
    let mapper = Mapper::on(Thread).spawn().unwrap();
    let mut deadline = ms(50);
    while mapper.ended().wait().unwrap().is_empty() {
        let outcome = mapper.map(&gate).deadline(deadline).wait();
        assert!(matches!(outcome, Ok(()) | Err(CallError::Deadline { .. })), "{outcome:?}");
        deadline *= 2;
    }
    assert_eq!(mapper.ended().wait().unwrap(), [true; 6]);
    gate.open();
}

#[coproc::test]
fn what_handles_no_call_inherits_nothing() {
    let _watch = Watch::set();
    let last = Relay::spawn(None).unwrap();
    let first = Relay::spawn(Some(RelayController::clone(&last))).unwrap();
    assert_inherits(&first);
    assert_eq!(first.announce().deadline(secs(60)).wait().unwrap(), [None]);
    // What `#[close]` does is no part of the last message.
    assert_eq!(first.worker().join().unwrap(), Some(vec![None]));
}

/// Keeps something when the time of its caller is over.
struct Clerk {
    last: RelayController,
    state: State,
    queue: Queue<u64>,
    kept: Option<Result<(), String>>,
}

#[worker]
impl Clerk {
    #[init]
    fn new(last: RelayController, state: State, queue: Queue<u64>) -> Self {
        Self { last, state, queue, kept: None }
    }

    #[message]
    fn keep_late(&mut self, gate: &Path) {
        let held = self.last.hold(gate, None, false).wait();
        assert!(matches!(held, Err(CallError::Deadline { .. })), "{held:?}");
        let set = self.state.set("late", &1u64).map_err(|error| error.to_string());
        let sent = self.queue.send(1).map_err(|error| error.to_string());
        self.kept = Some(set.and(sent));
    }

    #[message]
    fn kept(&self) -> Option<Result<(), String>> {
        self.kept.clone()
    }
}

#[coproc::test]
fn states_and_queues_have_time_limits_of_their_own() {
    let _watch = Watch::set();
    let gate = Gate::new();
    let last = Relay::spawn(None).unwrap();
    let (state, queue) = (State::spawn().unwrap(), Queue::<u64>::unbounded().unwrap());
    let clerk = Clerk::spawn(RelayController::clone(&last), state.clone(), queue.clone()).unwrap();
    let mut deadline = ms(50);
    while clerk.kept().wait().unwrap().is_none() {
        let outcome = clerk.keep_late(&gate).deadline(deadline).wait();
        assert!(matches!(outcome, Ok(()) | Err(CallError::Deadline { .. })), "{outcome:?}");
        deadline *= 2;
    }
    assert_eq!(clerk.kept().wait().unwrap(), Some(Ok(())));
    assert_eq!(state.get("late"), Ok(Some(1u64)));
    assert_eq!(queue.recv().unwrap().sender(), clerk.worker().pid().unwrap());
    gate.open();
}
