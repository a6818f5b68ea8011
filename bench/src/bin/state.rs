//! Reading, writing and changing values of a state, among few names and among many, from another
//! process and from the one that keeps it: beside the dictionary that the manager of Python's
//! multiprocessing keeps, and beside a call with nothing in it, which is the limit for other processes.
//!
//! And how long it takes until another process that waits for a value has it.
//!
//! All processes have one core together, so that it does not matter where the system puts them. The
//! first argument says how many rounds there are.

use std::{thread, time::Duration};

use coproc::{state::StateError, Call, State};
use coproc_bench::{
    clocks::now,
    cores::bind_to_one,
    peers::{python::Python, raw::RawWatch, serve_if_asked},
    rounds::{Case, Failure, asked_for, compare},
    subject::Subject,
    visitor::{Visitor, add, get, name, set},
    watcher::{MOMENT, SEEN, Watcher},
};

const FEW: u64 = 10;
const MANY: u64 = 100_000;

/// How often somebody is woken in a batch, and how long there is nothing before.
const WAKES: u64 = 50;
const PAUSE: Duration = Duration::from_millis(2);

/// A state with so many names.
fn filled(names: u64) -> Result<State, Failure> {
    let state = State::spawn()?;
    let values: Vec<_> = (0..names).map(|number| (name(number), number)).collect();
    state.update(values.iter().map(|(name, number)| (name.as_str(), number)))?;
    Ok(state)
}

/// Sets a moment so many times, each when the last was seen; how long it took until they were.
fn wake(state: &State, watch: Call<u64, StateError>, count: u64) -> Result<Duration, Failure> {
    state.remove(SEEN)?;
    let watch = watch.send()?;
    for seen in 0..count {
        state.key(SEEN).wait_equal(&seen)?;
        // sleeps because the watcher is to wait by then, which nobody can see from here
        thread::sleep(PAUSE);
        state.set(MOMENT, &now())?;
    }
    Ok(Duration::from_nanos(watch.wait()?))
}

fn wake_bare(watch: &mut RawWatch, count: u64) -> Result<Duration, Failure> {
    let mut sum = 0;
    for _ in 0..count {
        // sleeps because the process is to wait by then, which nobody can see from here
        thread::sleep(PAUSE);
        sum += watch.wake()?;
    }
    Ok(Duration::from_nanos(sum))
}

fn main() -> Result<(), Failure> {
    coproc::init();
    serve_if_asked();
    let rounds = asked_for()?;
    bind_to_one()?;
    let (few, many) = (filled(FEW)?, filled(MANY)?);
    let worker = Subject::spawn(Subject::default())?;
    let python = Python::start();
    let (few_elsewhere, many_elsewhere) =
        (Visitor::spawn(few.clone())?, Visitor::spawn(many.clone())?);
    let mut cases = vec![
        Case::new("coproc `get`, of 10 names", |count| Ok(few_elsewhere.get(FEW, count).wait()?)),
        Case::new("coproc `get`, of 100 000", |count| {
            Ok(many_elsewhere.get(MANY, count).wait()?)
        }),
        Case::new("where it is kept, of 10 names", |count| Ok(get(&few, FEW, count)?)),
        Case::new("where it is kept, of 100 000", |count| Ok(get(&many, MANY, count)?)),
        Case::new("coproc, a call with nothing in it", |count| {
            (0..count).try_for_each(|_| Ok(worker.nothing().wait()?))
        }),
    ];
    cases.extend(python.case("multiprocessing `dict[]`, of 10", "state get 10"));
    cases.extend(python.case("multiprocessing `dict[]`, of 100 000", "state get 100000"));
    compare("reading one value", cases, rounds)?;

    let mut cases = vec![
        Case::new("coproc `set`, of 10 names", |count| Ok(few_elsewhere.set(FEW, count).wait()?)),
        Case::new("coproc `set`, of 100 000", |count| {
            Ok(many_elsewhere.set(MANY, count).wait()?)
        }),
        Case::new("where it is kept, of 10 names", |count| Ok(set(&few, FEW, count)?)),
        Case::new("where it is kept, of 100 000", |count| Ok(set(&many, MANY, count)?)),
    ];
    cases.extend(python.case("multiprocessing `dict[] =`, of 10", "state set 10"));
    cases.extend(python.case("multiprocessing `dict[] =`, of 100 000", "state set 100000"));
    compare("writing one value", cases, rounds)?;

    let mut cases = vec![
        Case::new("coproc `atomic` of `get`, `set`", |count| {
            Ok(few_elsewhere.add(count).wait()?)
        }),
        Case::new("where it is kept", |count| Ok(add(&few, count)?)),
    ];
    cases.extend(python.case("multiprocessing `Lock`, `dict[]`, `dict[] =`", "state add"));
    compare("adding to one value", cases, rounds)?;

    let watcher = Watcher::spawn(few.clone())?;
    let mut bare = RawWatch::start()?;
    let watch = |count| wake(&few, watcher.watch(count), count);
    let wait = |count| wake(&few, watcher.wait(count), count);
    let mut cases = vec![
        Case::timed("coproc `watch`", watch).by(WAKES),
        Case::timed("coproc `wait_not_equal`", wait).by(WAKES),
        Case::timed("bare socketpair", |count| wake_bare(&mut bare, count)).by(WAKES),
    ];
    let name = "multiprocessing `Condition`, `dict[] =`, `dict[]`";
    cases.extend(python.case(name, "waking").map(|case| case.by(WAKES)));
    compare("until another process has what was set", cases, rounds)
}
