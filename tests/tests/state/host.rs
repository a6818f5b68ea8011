//! The host of a state and the other processes with handles of it die without one another.

use std::{fs, thread, time::Duration};

use coproc::{Process, State, prelude::*, state::StateError};
use coproc_tests::Watch;
use rustix::process::{Pid, Signal, kill_process};

use crate::{Clerk, clerk};

/// Makes a state in a process of its own, which can be killed and stopped.
pub(crate) struct Keeper {
    state: State,
}

#[worker(pub(crate))]
impl Keeper {
    #[init]
    fn new(timeout: Option<Duration>, updates: usize, bytes: usize) -> coproc::Result<Self> {
        let builder = State::builder().history(updates, bytes);
        let builder = timeout.into_iter().fold(builder, |builder, time| builder.timeout(time));
        Ok(Self { state: builder.spawn()? })
    }

    #[message]
    fn state(&self) -> State {
        self.state.clone()
    }
}

/// A state that another process hosts.
pub(crate) struct Elsewhere {
    _keeper: WorkerResource<Keeper>,
    pub(crate) state: State,
    pub(crate) pid: u32,
}

impl Elsewhere {
    pub(crate) fn new(timeout: Option<Duration>, history: (usize, usize)) -> coproc::Result<Self> {
        let keeper = Keeper::on(Process::new()).spawn(timeout, history.0, history.1)?;
        let state = keeper.state().wait()?;
        let pid = keeper.worker().pid().expect("it has a process of its own");
        assert_eq!(state.ping(Duration::from_secs(30))?, pid);
        Ok(Self { _keeper: keeper, state, pid })
    }

    fn signal(&self, signal: Signal) -> coproc::Result<()> {
        let pid = Pid::from_raw(i32::try_from(self.pid)?).expect("a process has a number");
        Ok(kill_process(pid, signal)?)
    }
}

fn is_lost<T>(result: Result<T, StateError>) -> bool {
    matches!(result, Err(StateError::Lost(_)))
}

#[coproc::test]
fn a_lost_host_is_an_error_everywhere() -> coproc::Result<()> {
    let _watch = Watch::set();
    let elsewhere = Elsewhere::new(None, (10, 1 << 20))?;
    let state = &elsewhere.state;
    let clerk = clerk(state);
    let waits = clerk.wait_equal("n", 1).send()?;
    let mut watch = state.watch_all();
    elsewhere.signal(Signal::KILL)?;
    assert!(waits.wait().unwrap_err().to_string().contains("gave no answer"));
    let key = state.key::<u64>("n");
    let answers = [
        is_lost(watch.next().expect("an error")),
        is_lost(state.watch_all().from_start().next().expect("an error")),
        is_lost(state.get::<u64>("n")),
        is_lost(state.set("n", &1_u64)),
        is_lost(state.update([("n", &1_u64)])),
        is_lost(state.set_default("n", &1_u64)),
        is_lost(state.remove("n")),
        is_lost(state.pop::<u64>("n")),
        is_lost(state.pop_any()),
        is_lost(state.clear()),
        is_lost(state.contains("n")),
        is_lost(state.keys()),
        is_lost(state.len()),
        is_lost(state.snapshot()),
        is_lost(state.ping(Duration::from_secs(30))),
        is_lost(state.atomic(|view| view.set("n", &1_u64))),
        is_lost(state.wait_until(|view| view.contains("n"))),
        is_lost(state.wait_for_change(["n"])),
        is_lost(key.modify(|n| *n += 1)),
        is_lost(key.wait_some()),
        is_lost(key.wait_change_timeout(Duration::from_secs(30))),
    ];
    assert_eq!(answers, [true; 21]);
    assert_eq!(watch.next(), None);
    Ok(())
}

/// Up to its end everything is in order, and afterwards nothing begins anew.
#[coproc::test]
fn a_host_killed_at_work_is_lost_for_good() -> coproc::Result<()> {
    let _watch = Watch::set();
    let elsewhere = Elsewhere::new(None, (4096, 1 << 20))?;
    let state = &elsewhere.state;
    let mut watch = state.watch(["n"]);
    thread::scope(|scope| {
        let writes = scope.spawn(|| (1..).find(|n| state.set("n", n).is_err()).unwrap_or(u64::MAX));
        let mut seen = 0;
        let error = loop {
            match watch.next().expect("a watch goes on until an error") {
                Ok(update) => {
                    seen += 1;
                    assert_eq!((update.version, update.after()?), (seen, Some(seen)));
                }
                Err(error) => break error,
            }
            if seen == 500 {
                elsewhere.signal(Signal::KILL)?;
            }
        };
        assert!(matches!(error, StateError::Lost(_)));
        assert!(writes.join().expect("no panic") >= seen);
        assert!(is_lost(state.get::<u64>("n")));
        Ok(())
    })
}

/// One that hangs, too, within the state's timeout.
#[coproc::test]
fn a_host_that_hangs_is_an_error() -> coproc::Result<()> {
    let _watch = Watch::set();
    let elsewhere = Elsewhere::new(Some(Duration::from_millis(500)), (10, 1 << 20))?;
    let state = &elsewhere.state;
    elsewhere.signal(Signal::STOP)?;
    // It stops when it next comes by the kernel, which may be after an answer.
    let stat = format!("/proc/{}/stat", elsewhere.pid);
    while !std::fs::read_to_string(&stat)?.contains(") T ") {
        thread::yield_now();
    }
    assert!(is_lost(state.get::<u64>("n")));
    assert!(is_lost(state.key::<u64>("n").wait_some()));
    assert!(is_lost(state.watch_all().from_start().next().expect("an error")));
    elsewhere.signal(Signal::CONT)
}

/// It ends with the last handle in the process that made it, whatever waits.
#[coproc::test]
fn handles_elsewhere_own_nothing() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    let clerk = clerk(&state);
    state.set("n", &1_u64)?;
    let travelled = clerk.state().wait()?;
    assert_eq!(travelled.get::<u64>("n")?, Some(1));
    let waits = thread::spawn(move || travelled.key::<u64>("n").wait_equal(&2));
    let other = state.clone();
    drop(state);
    assert_eq!(other.get::<u64>("n")?, Some(1));
    drop(other);
    assert!(matches!(waits.join().expect("no panic"), Err(StateError::Lost(_))));
    let error = clerk.wait_equal("n", 2).wait().unwrap_err();
    assert!(error.to_string().contains("ends with the last handle in the process that made it"));
    // Whoever has moved the last handle knows of no worker that could be started again.
    let moved = State::spawn()?;
    let mut watch = moved.watch_all();
    drop(moved);
    let text = watch.recv().unwrap_err().to_string();
    assert!(
        text.contains("ends with the last handle") && !text.contains("start another"),
        "{text}"
    );
    Ok(())
}

/// How many sockets a host has.
fn sockets(pid: u32) -> usize {
    let open = fs::read_dir(format!("/proc/{pid}/fd")).expect("the host lives").flatten();
    let targets = open.filter_map(|entry| fs::read_link(entry.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

/// The links of dead clients are let go of at once, and not when what they waited for comes or their
/// time is over.
#[coproc::test]
fn no_process_waits_for_a_dead_one() -> coproc::Result<()> {
    let _watch = Watch::set();
    let elsewhere = Elsewhere::new(None, (10, 1 << 20))?;
    let (state, pid) = (&elsewhere.state, elsewhere.pid);
    let before = sockets(pid);
    let clerks: Vec<_> = (0..3).map(|_| clerk(state)).collect();
    for (clerk, number) in clerks.iter().zip(1..) {
        let waits = clerk.wait_in_vain(number).send()?;
        state.key::<u64>("waiting").wait_equal(&number)?;
        // The clerk has some more to ask before it waits; were it killed too early, it would be let
        // go of all the same.
        for _ in 0..200 {
            state.ping(Duration::from_secs(30))?;
        }
        clerk.worker().kill();
        assert!(waits.wait().is_err());
    }
    drop(clerks);
    while sockets(pid) > before {
        thread::yield_now();
    }
    Ok(())
}

/// A handle that has come in a message owns nothing, also in a thread of the host.
#[coproc::test]
fn a_handle_that_has_travelled_in_its_process_owns_nothing() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    let clerk = Clerk::on(Thread).spawn(state.clone())?;
    clerk.set("n", 1).wait()?;
    assert_eq!(state.get::<u64>("n")?, Some(1));
    let waits = clerk.wait_equal("n", 2).send()?;
    drop(state);
    assert!(waits.wait().unwrap_err().to_string().contains("ends with the last handle"));
    Ok(())
}
