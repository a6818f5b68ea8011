//! Of a worker that has ended, however it did, its host has nothing left.

use coproc::{Monitor, Process, Queue, SpawnError, State, prelude::*};
use coproc_tests::{Census, Watch};

/// Does little.
pub(crate) struct Guest;

#[worker(pub(crate))]
impl Guest {
    #[init]
    fn new(ends: bool) -> Result<Self, String> {
        if ends { Err("it does not want to".into()) } else { Ok(Self) }
    }

    #[message]
    fn ping(&self) {}

    #[message]
    fn abort(&self) {
        std::process::abort();
    }

    #[message]
    fn panic(&self) {
        panic!("as it was told");
    }
}

/// Workers come, and end in every way.
fn visits() {
    let place = || Process::new().stderr(coproc::spawn::Stdio::null());
    let guest = Guest::on(place()).spawn(false).expect("a guest");
    guest.ping().wait().expect("it is there");
    drop(guest);

    let guest = Guest::spawn(false).expect("a guest");
    guest.worker().join().expect("it ends");
    drop(guest);

    let guest = Guest::on(place()).spawn(false).expect("a guest");
    guest.abort().wait().expect_err("a crash");

    let guest = Guest::on(place()).spawn(false).expect("a guest");
    guest.panic().wait().expect_err("a panic");

    let guest = Guest::spawn(false).expect("a guest");
    let pending = guest.ping().send().expect("sent");
    guest.worker().kill();
    drop((pending, guest));

    // The last controller, not the owner, is what knows of it last.
    let guest = Guest::spawn(false).expect("a guest");
    let controller = (*guest).clone();
    drop(guest);
    controller.ping().wait().expect_err("it is gone");

    assert!(matches!(Guest::spawn(true), Err(SpawnError::Init(_))));
}

/// In a process where nothing else happens.
#[worker]
fn visit_again_and_again() {
    // What coproc starts once, and keeps.
    visits();
    let before = Census::take();
    for _ in 0..29 {
        visits();
    }
    assert_eq!(Census::take(), before);
}

/// What workers share comes and ends, used here and elsewhere.
fn shares() {
    let (state, queue) = (State::spawn().expect("a state"), Queue::unbounded().expect("a queue"));
    state.set("n", &1_u32).expect("it is set");
    queue.send(1).expect("it is sent");
    let held = queue.recv().expect("it is there");
    let group = Share::on(Process::new().group(2)).spawn(&state, &queue).expect("a group");
    assert!(group.join().iter().all(Result::is_ok));
    let mut watch = state.watch_all();
    drop((state, queue));
    assert!(watch.recv().is_err());
    drop(held);

    let (retried, monitor) = (Share::on(Process::new().retry(2)), Monitor::builder());
    let monitor = monitor.every(ms(5)).spawn().expect("a monitor");
    monitor.note("it is there").wait().expect("a note");
    let (state, queue) = (State::spawn().expect("a state"), Queue::unbounded().expect("a queue"));
    drop(retried.spawn(&state, &queue).expect("it starts"));
    assert!(!monitor.stats().wait().expect("stats").samples.is_empty());
}

/// Adds to both of them.
#[worker]
fn share(state: &State, queue: &Queue<u32>) -> coproc::Result<()> {
    state.key::<u32>("n").modify(|n| *n += 1)?;
    Ok(queue.send(1)?)
}

#[worker]
fn share_again_and_again() {
    shares();
    let before = Census::take();
    for _ in 0..20 {
        shares();
    }
    // A thread that was waited for is still listed for a moment.
    while Census::take() != before {
        std::thread::yield_now();
    }
}

#[coproc::test]
fn nothing_is_left_of_what_was_shared() {
    let _watch = Watch::set();
    let outcome = ShareAgainAndAgain::spawn().expect("a process").worker().join();
    assert_eq!(outcome, Ok(()));
}

#[coproc::test]
fn nothing_is_left() {
    let _watch = Watch::set();
    let outcome = VisitAgainAndAgain::spawn().expect("a process").worker().join();
    assert_eq!(outcome, Ok(()));
}
