//! The server and its clients die without one another.

use std::{fs, thread, time::Duration};

use coproc::{State, StateError};
use coproc_tests::Watch;
use rustix::process::{Pid, Signal, kill_process};

use crate::clerk;

fn end(pid: u32, signal: Signal) -> coproc::Result<()> {
    let pid = Pid::from_raw(i32::try_from(pid)?).expect("a process has a number");
    Ok(kill_process(pid, signal)?)
}

fn is_lost<T>(result: Result<T, StateError>) -> bool {
    matches!(result, Err(StateError::Lost(_)))
}

#[coproc::test]
fn a_lost_server_is_an_error_everywhere() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    let clerk = clerk(&state);
    let waits = clerk.wait_equal("n", 1).send()?;
    let mut watch = state.watch_all();
    end(state.ping(Duration::from_secs(30))?, Signal::KILL)?;
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
fn a_server_killed_at_work_is_lost_for_good() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    let pid = state.ping(Duration::from_secs(30))?;
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
                end(pid, Signal::KILL)?;
            }
        };
        assert!(matches!(error, StateError::Lost(_)));
        assert!(writes.join().expect("no panic") >= seen);
        assert!(is_lost(state.get::<u64>("n")));
        Ok(())
    })
}

/// One that hangs, too, within the timeout.
#[coproc::test]
fn a_server_that_hangs_is_an_error() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::builder().timeout(Duration::from_millis(500)).spawn()?;
    let pid = state.ping(Duration::from_secs(30))?;
    end(pid, Signal::STOP)?;
    // It stops when it next comes by the kernel, which may be after an answer.
    let stat = format!("/proc/{pid}/stat");
    while !std::fs::read_to_string(&stat)?.contains(") T ") {
        thread::yield_now();
    }
    assert!(is_lost(state.get::<u64>("n")));
    assert!(is_lost(state.key::<u64>("n").wait_some()));
    assert!(is_lost(state.watch_all().from_start().next().expect("an error")));
    end(pid, Signal::CONT)
}

/// It ends with the last handle of the process that started it, whoever waits.
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
    assert!(error.to_string().contains("ends with the last handle in the process that started it"));
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

/// How many sockets the server has.
fn sockets(pid: u32) -> usize {
    let open = fs::read_dir(format!("/proc/{pid}/fd")).expect("the server lives").flatten();
    let targets = open.filter_map(|entry| fs::read_link(entry.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

/// The links of dead clients are let go of at once, and not when what they waited for comes or their
/// time is over.
#[coproc::test]
fn nobody_waits_for_the_dead() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::builder().timeout(Duration::from_secs(3600)).spawn()?;
    let pid = state.ping(Duration::from_secs(30))?;
    let before = sockets(pid);
    let clerks: Vec<_> = (0..3).map(|_| clerk(&state)).collect();
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
