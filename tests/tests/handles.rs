//! Handles travel: a controller is a value that any message can hold, and whoever receives it talks
//! to its worker directly.

use std::{path::Path, process, time::Duration};

use coproc::{
    Inline, Messenger, Process, Queue, State, Thread, prelude::*, worker::FunctionController,
};
use coproc_tests::{Census, Gate, Watch, gate};
use rustix::process::{Pid, Signal, kill_process};

/// Counts, and knows who asked last.
#[derive(Default, Serialize, Deserialize)]
pub struct Counter {
    count: u64,
}

#[worker]
impl Counter {
    #[message]
    fn add(&mut self, n: u64) -> u64 {
        self.count += n;
        self.count
    }

    /// The process of whoever asks, and this one.
    #[message]
    fn peers(&self, cx: &mut Context<Self>) -> (u32, u32) {
        (cx.peer().pid(), process::id())
    }

    #[message]
    fn stay(&self, begun: &Path, gate: &Path) {
        gate::open(begun);
        gate::pass(gate);
    }

    #[message]
    fn panic(&self) {
        panic!("a crack")
    }

    #[message]
    fn own(&self, cx: &mut Context<Self>) -> CounterController {
        cx.controller()
    }
}

/// Something that holds handles among other things.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Desk {
    name: String,
    counters: Vec<CounterController>,
}

/// Calls what it is given.
pub struct Clerk {
    kept: Vec<CounterController>,
    spare: Option<WorkerResource<Counter>>,
}

#[worker]
impl Clerk {
    #[init]
    fn new(kept: Vec<CounterController>) -> Self {
        Self { kept, spare: None }
    }

    #[message]
    fn add(&mut self, counter: CounterController, n: u64) -> coproc::Result<u64> {
        let count = counter.add(n).wait()?;
        self.kept.push(counter);
        Ok(count)
    }

    #[message]
    fn add_to_kept(&mut self, n: u64) -> coproc::Result<Vec<u64>> {
        Ok(self.kept.iter().map(|counter| counter.add(n).wait()).collect::<Result<_, _>>()?)
    }

    #[message]
    fn peers(&self, counter: CounterController) -> coproc::Result<(u32, u32)> {
        Ok(counter.peers().wait()?)
    }

    #[message]
    fn desk(&self, desk: Desk) -> Desk {
        desk
    }

    /// A worker that this one has started.
    #[message]
    fn start(&mut self) -> coproc::Result<CounterController> {
        let spare = self.spare.insert(Counter::spawn(Counter::default())?);
        Ok((*spare).clone())
    }

    /// What the call of a worker that is not well comes to.
    #[message]
    fn outcome(&self, counter: CounterController, begun: &Path, gate: &Path) -> String {
        match counter.stay(begun, gate).wait() {
            Ok(()) => "well".into(),
            Err(error) => format!("{error:?}"),
        }
    }

    #[message]
    fn tell(&self, counter: CounterController, times: u64) -> coproc::Result<()> {
        for _ in 0..times {
            counter.add(1).tell()?;
        }
        Ok(())
    }

    /// Tells, and lets go of the controller at once.
    #[message]
    fn tell_and_forget(&self, counter: CounterController, begun: &Path, gate: &Path) {
        let _ = counter.stay(begun, gate).tell();
        let _ = counter.add(7).tell();
    }

    #[message]
    fn kill(&self, counter: CounterController) {
        counter.worker().kill();
    }

    /// Sends handles that nobody receives, or not for long; gives what this process has before and
    /// after.
    #[message]
    fn waste(
        &self,
        other: ClerkController,
        counter: CounterController,
    ) -> coproc::Result<[String; 2]> {
        let census = || format!("{:?}", Census::take());
        other.add(counter.clone(), 1).wait()?;
        other.forget().wait()?;
        let before = census();
        for _ in 0..20 {
            drop(other.add(counter.clone(), 1));
            drop(other.add(counter.clone(), 1).send()?);
        }
        other.forget().wait()?;
        Ok([before, census()])
    }

    #[message]
    fn ask(&self, function: FunctionController<Greet>, name: &str) -> coproc::Result<String> {
        function.messenger().send_request(name.to_owned())?;
        Ok(function.messenger().recv()?)
    }

    #[message]
    fn forget(&mut self) {
        self.kept.clear();
    }
}

fn clerk() -> WorkerResource<Clerk> {
    Clerk::spawn(Vec::new()).expect("a clerk")
}

#[coproc::test]
fn an_argument_is_called_directly() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (counter, clerk) = (Counter::spawn(Counter::default())?, clerk());
    assert_eq!(clerk.add((*counter).clone(), 2).wait()?, 2);
    assert_eq!(counter.add(1).wait()?, 3);
    assert_eq!(clerk.add_to_kept(1).wait()?, [4]);
    let (caller, called) = clerk.peers((*counter).clone()).wait()?;
    assert_eq!(Some(caller), clerk.worker().pid());
    assert_eq!(Some(called), counter.worker().pid());
    Ok(())
}

#[coproc::test]
fn an_init_value_a_field_and_a_reply() -> coproc::Result<()> {
    let _watch = Watch::set();
    let counters = [Counter::spawn(Counter::default())?, Counter::spawn(Counter::default())?];
    let handles: Vec<_> = counters.iter().map(|counter| (**counter).clone()).collect();
    let clerk = Clerk::spawn(handles.clone())?;
    assert_eq!(clerk.add_to_kept(2).wait()?, [2, 2]);
    let desk = clerk.desk(Desk { name: "a desk".into(), counters: handles }).wait()?;
    assert_eq!(desk.name, "a desk");
    assert_eq!(desk.counters[1].add(1).wait()?, 3);
    assert_eq!(desk.counters[1].own().wait()?.add(1).wait()?, 4);
    Ok(())
}

/// All that can travel, in one value.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bag {
    counter: CounterController,
    state: State,
    queue: Queue<u64>,
    end: Messenger<u64, u64>,
}

/// Keeps a bag, and uses what is in it.
pub struct Porter {
    bag: Bag,
}

#[worker]
impl Porter {
    #[init]
    fn new(bag: Bag) -> Self {
        Self { bag }
    }

    #[message]
    fn work(&self) -> coproc::Result<u64> {
        let count = self.bag.counter.add(1).wait()?;
        self.bag.state.set("count", &count)?;
        self.bag.queue.send(count)?;
        self.bag.end.send(count)?;
        Ok(count)
    }

    /// Gives what it was given; the end is another then.
    #[message]
    fn swap(&mut self, end: Messenger<u64, u64>) -> Bag {
        let Bag { counter, state, queue, end: old } = &mut self.bag;
        let end = std::mem::replace(old, end);
        Bag { counter: counter.clone(), state: state.clone(), queue: queue.clone(), end }
    }
}

#[coproc::test]
fn one_value_holds_handles_of_every_kind() -> coproc::Result<()> {
    let _watch = Watch::set();
    let counter = Counter::on(Thread).spawn(Counter::default())?;
    let (state, queue, (near, end)) = (State::spawn()?, Queue::unbounded()?, Messenger::pair());
    let bag = Bag { counter: (*counter).clone(), state: state.clone(), queue: queue.clone(), end };
    let porter = Porter::spawn(bag)?;
    assert_eq!(porter.work().wait()?, 1);
    assert_eq!(
        (state.get("count")?, queue.recv()?.into_inner(), near.recv()?),
        (Some(1_u64), 1, 1)
    );

    let (other, end) = Messenger::pair();
    let second = Porter::spawn(porter.swap(end).wait()?)?;
    assert_eq!((second.work().wait()?, porter.work().wait()?), (2, 3));
    assert_eq!((near.recv()?, other.recv()?, state.get("count")?), (2, 3, Some(3_u64)));
    assert_eq!((queue.recv()?.into_inner(), queue.recv()?.into_inner()), (2, 3));
    Ok(())
}

#[coproc::test]
fn a_worker_gives_away_a_worker_of_its_own() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (clerk, other) = (clerk(), clerk());
    let counter = clerk.start().wait()?;
    assert_eq!(counter.add(1).wait()?, 1);
    assert_eq!(other.add(counter.clone(), 1).wait()?, 2);
    // Whose owner ends, ends too.
    drop(clerk);
    assert!(counter.add(1).wait().is_err());
    assert!(other.add_to_kept(1).wait().is_err());
    Ok(())
}

#[coproc::test]
fn a_worker_in_a_thread_is_called_from_a_process() -> coproc::Result<()> {
    let _watch = Watch::set();
    let counter = Counter::on(Thread).spawn(Counter::default())?;
    let clerk = clerk();
    assert_eq!(clerk.add((*counter).clone(), 2).wait()?, 2);
    assert_eq!(counter.add(1).wait()?, 3);
    assert_eq!(clerk.add_to_kept(1).wait()?, [4]);
    clerk.tell((*counter).clone(), 100).wait()?;
    let (caller, called) = clerk.peers((*counter).clone()).wait()?;
    assert_eq!((Some(caller), called), (clerk.worker().pid(), process::id()));
    // A thread is given up and its process is not killed.
    clerk.kill((*counter).clone()).wait()?;
    Ok(())
}

#[coproc::test]
fn who_waits_is_told_of_the_end() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (counter, clerk) = (Counter::spawn(Counter::default())?, clerk());
    let (begun, gate) = (Gate::new(), Gate::new());
    let outcome = clerk.outcome((*counter).clone(), &begun, &gate).send()?;
    gate::pass(&begun);
    let pid = counter.worker().pid().and_then(|pid| Pid::from_raw(pid.cast_signed()));
    kill_process(pid.expect("it is a process"), Signal::KILL)?;
    let outcome = outcome.wait()?;
    assert!(outcome.starts_with("Crashed") && outcome.contains("stay"), "{outcome}");
    Ok(())
}

#[coproc::test]
fn a_controller_elsewhere_can_end_its_worker() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (counter, clerk) = (Counter::spawn(Counter::default())?, clerk());
    clerk.kill((*counter).clone()).wait()?;
    assert!(counter.worker().join().is_err());
    assert!(!counter.worker().is_alive());
    Ok(())
}

/// Within a process nothing is taken apart.
#[test]
fn between_threads_it_travels_as_it_is() -> coproc::Result<()> {
    let _watch = Watch::set();
    let counter = Counter::on(Inline).spawn(Counter::default())?;
    let clerk = Clerk::on(Thread).spawn(vec![(*counter).clone()])?;
    assert_eq!(clerk.add_to_kept(2).wait()?, [2]);
    assert_eq!(counter.add(1).wait()?, 3);
    Ok(())
}

#[coproc::test]
fn what_cannot_leave_is_refused_and_named() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (counter, clerk) = (Counter::on(Inline).spawn(Counter::default())?, clerk());
    let error = clerk.add((*counter).clone(), 1).wait().unwrap_err();
    assert!(matches!(error, CallError::Encode(_)), "{error:?}");
    assert!(error.to_string().contains("inside its callers"), "{error}");
    let many = vec![(*counter).clone(); 85];
    let error = clerk.desk(Desk { name: String::new(), counters: many }).wait().unwrap_err();
    assert!(error.to_string().contains("at most 84"), "{error}");
    Ok(())
}

#[coproc::test]
fn nothing_is_left_of_handles_that_are_not_received() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (counter, clerk, other) = (Counter::spawn(Counter::default())?, clerk(), clerk());
    let [before, after] = clerk.waste((*other).clone(), (*counter).clone()).wait()?;
    assert_eq!(before, after);
    assert!(counter.worker().is_alive());
    Ok(())
}

/// What was sent before its sender let go of the handle is handled all the same.
#[coproc::test]
fn what_was_told_before_the_end_of_a_link_counts() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (counter, clerk) = (Counter::spawn(Counter::default())?, clerk());
    let (begun, gate) = (Gate::new(), Gate::new());
    clerk.tell_and_forget((*counter).clone(), &begun, &gate).wait()?;
    gate::pass(&begun);
    gate.open();
    while counter.add(0).wait()? < 7 {}
    Ok(())
}

/// Adds through handles until one does not arrive; gives how many did, and the error.
fn add_until_one_is_lost(counter: &CounterController, clerk: &ClerkController) -> (u64, String) {
    (1..100)
        .find_map(|n| {
            let error = clerk.add(counter.clone(), 1).wait().err()?;
            Some((n - 1, error.to_string()))
        })
        .expect("files are limited")
}

/// It loses the handle and goes on.
#[coproc::test]
fn who_may_have_no_more_files_is_told() -> coproc::Result<()> {
    let _watch = Watch::set();
    let limited = Process::new().open_files(24);
    let counter = Counter::spawn(Counter::default())?;
    let clerk = Clerk::on(limited.clone()).spawn(Vec::new())?;
    let (kept, error) = add_until_one_is_lost(&counter, &clerk);
    assert!(kept > 0 && error.contains("no more files open"), "{kept}: {error}");
    assert_eq!(clerk.add_to_kept(1).wait()?.len() as u64, kept);

    let counter = Counter::on(limited).spawn(Counter::default())?;
    let clerk = self::clerk();
    let (kept, _) = add_until_one_is_lost(&counter, &clerk);
    assert!(kept > 0);
    assert_eq!(counter.add(0).wait()?, kept);
    assert_eq!(clerk.add_to_kept(0).wait()?, vec![kept; kept as usize]);
    Ok(())
}

#[coproc::test]
fn many_travel_at_once() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (counter, clerk) = (Counter::spawn(Counter::default())?, clerk());
    let counters = vec![(*counter).clone(); 84];
    let desk = clerk.desk(Desk { name: "full".into(), counters }).wait()?;
    for (index, counter) in (1..).zip(&desk.counters) {
        assert_eq!(counter.add(1).deadline(Duration::from_secs(60)).wait()?, index);
    }
    Ok(())
}

#[coproc::test]
fn a_panic_is_reported_to_every_caller() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (counter, clerk) = (Counter::on(Process::new()).spawn(Counter::default())?, clerk());
    clerk.add((*counter).clone(), 1).wait()?;
    assert!(matches!(counter.panic().wait(), Err(CallError::Panicked(_))));
    let error = clerk.add_to_kept(1).wait().unwrap_err();
    assert!(error.to_string().contains("a crack"), "{error}");
    Ok(())
}

/// Knows the next of a ring.
pub struct Member {
    next: Option<MemberController>,
}

#[worker]
impl Member {
    #[init]
    fn new() -> Self {
        Self { next: None }
    }

    #[message]
    fn meet(&mut self, next: MemberController) {
        self.next = Some(next);
    }

    /// Hands a token on and waits until it has arrived.
    #[message]
    fn ask(&self, steps: u32) -> coproc::Result<u32> {
        match &self.next {
            Some(next) if steps > 0 => Ok(next.ask(steps - 1).wait()? + 1),
            _ => Ok(0),
        }
    }

    /// The same on an executor.
    #[message]
    fn ask_async(&self, steps: u32) -> coproc::Result<u32> {
        match &self.next {
            Some(next) if steps > 0 => {
                Ok(pollster::block_on(next.ask_async(steps - 1).into_future())? + 1)
            }
            _ => Ok(0),
        }
    }

    /// Who waits for whom, as the one is told who would close the ring.
    #[message]
    fn names(&self) -> coproc::Result<Vec<String>> {
        match self.next.as_ref().expect("they have met").names().wait() {
            Err(CallError::Deadlock(names)) => Ok(names),
            other => Ok(other?),
        }
    }

    /// Hands a token on, and waits for nothing.
    #[message(oneway)]
    fn pass(&self, steps: u32, done: &Path) {
        match &self.next {
            Some(next) if steps > 0 => next.pass(steps - 1, done).tell().expect("it goes on"),
            _ => gate::open(done),
        }
    }
}

fn ring(place: impl Fn(&str) -> WorkerResource<Member>) -> Vec<WorkerResource<Member>> {
    let members: Vec<_> = ["a", "b", "c"].into_iter().map(place).collect();
    for (index, member) in members.iter().enumerate() {
        let next = (*members[(index + 1) % members.len()]).clone();
        member.meet(next).wait().expect("they meet");
    }
    members
}

fn in_processes() -> Vec<WorkerResource<Member>> {
    ring(|name| Member::on(Process::new().name(name)).spawn().expect("a member"))
}

#[coproc::test]
fn a_token_goes_round_a_ring() {
    let _watch = Watch::set();
    let members = in_processes();
    let done = Gate::new();
    members[0].pass(1000, &done).tell().expect("sent");
    gate::pass(&done);
}

/// Who waits for itself over any number of others is told by whom.
#[coproc::test]
fn a_ring_of_waits_is_an_error_that_names_it() {
    let _watch = Watch::set();
    let members = in_processes();
    assert_eq!(members[0].ask(2).wait().expect("it does not come back"), 2);
    let error = members[0].ask(3).wait().unwrap_err().to_string();
    assert!(error.contains("a → b → c → a"), "{error}");
    let error = members[1].ask_async(30).wait().unwrap_err().to_string();
    assert!(error.contains("b → c → a → b"), "{error}");
    let names = members[2].names().wait().expect("it is told");
    assert_eq!(names, ["c", "a", "b", "c"]);
    assert_eq!(members[1].ask(2).wait().expect("they go on"), 2);
}

#[test]
fn a_ring_of_threads_is_told_too() {
    let _watch = Watch::set();
    let members = ring(|_| Member::on(Thread).spawn().expect("a member"));
    let error = members[0].ask(3).wait().unwrap_err().to_string();
    assert!(error.contains("Member → "), "{error}");
}

/// Answers one question.
#[worker]
pub fn greet(messenger: Messenger<String, String>) -> coproc::Result<()> {
    let name = messenger.recv()?;
    Ok(messenger.reply(format!("hello {name}"))?)
}

/// Which has one talk with one owner.
#[coproc::test]
fn the_controller_of_a_function_stays_in_its_process() -> coproc::Result<()> {
    let _watch = Watch::set();
    let local = Clerk::on(Thread).spawn(Vec::new())?;
    for greet in [Greet::spawn()?, Greet::on(Thread).spawn()?] {
        let error = clerk().ask((*greet).clone(), "you").wait().unwrap_err();
        assert!(matches!(error, CallError::Encode(_)), "{error:?}");
        let told = error.to_string();
        assert!(told.contains("Greet") && told.contains("`Messenger::pair`"), "{told}");
        assert_eq!(local.ask((*greet).clone(), "me").wait()?, "hello me");
        greet.worker().join()?;
    }
    Ok(())
}

/// Whoever has a handle of a worker that has ended is told so, wherever it has come to, and nothing
/// was begun.
#[coproc::test]
fn the_handle_of_a_worker_that_is_gone() -> coproc::Result<()> {
    let _watch = Watch::set();
    let clerk = clerk();
    let closed = Counter::spawn(Counter::default())?;
    let killed = Counter::on(Process::new().name("killed")).spawn(Counter::default())?;
    clerk.add((*closed).clone(), 1).wait()?;
    closed.worker().join()?;
    killed.worker().kill();
    for (counter, name) in [(closed, "`handles::Counter`"), (killed, "`killed`")] {
        let here = counter.add(1).wait().unwrap_err();
        assert!(matches!(here, CallError::Closed(_)) && here.is_unstarted(), "{here:?}");
        let sent = clerk.add((*counter).clone(), 1).wait().unwrap_err();
        for told in [here.to_string(), sent.to_string()] {
            assert!(
                told.contains(name) && told.ends_with("; start another"),
                "{name} {here:?} {sent:?}"
            );
        }
    }
    let kept = clerk.add_to_kept(1).wait().unwrap_err().to_string();
    assert_eq!(kept, "worker `handles::Counter` has closed; start another");
    Ok(())
}

/// Knows who has left.
#[derive(Default)]
struct Doorman {
    left: Vec<u32>,
    asked: Option<coproc::worker::LaterAnswer<u32, String>>,
}

#[worker]
impl Doorman {
    #[init]
    fn new() -> Self {
        Self::default()
    }

    /// The process of somebody who has left, or is the next to.
    #[message]
    fn left(&mut self, cx: &mut Context<Self>) -> Later<u32, String> {
        let (later, answer) = cx.later();
        match self.left.pop() {
            Some(pid) => answer.ok(pid),
            None => self.asked = Some(answer),
        }
        later
    }

    #[gone]
    fn gone(&mut self, peer: coproc::worker::Peer) {
        match self.asked.take() {
            Some(answer) => answer.ok(peer.pid()),
            None => self.left.push(peer.pid()),
        }
    }
}

/// Holds a handle.
struct Visitor {
    doorman: DoormanController,
}

#[worker]
impl Visitor {
    #[init]
    fn new(doorman: DoormanController) -> Self {
        Self { doorman }
    }

    #[message]
    fn is_alive(&self) -> bool {
        self.doorman.worker().is_alive()
    }
}

#[coproc::test]
fn a_worker_is_told_which_process_has_left() -> coproc::Result<()> {
    let _watch = Watch::set();
    let doorman = Doorman::on(Process::new()).spawn()?;
    let visitor = Visitor::on(Process::new()).spawn((*doorman).clone())?;
    assert!(visitor.is_alive().wait()?);
    let pid = visitor.worker().pid();
    visitor.worker().kill();
    assert_eq!(Some(doorman.left().wait()?), pid);
    Ok(())
}
