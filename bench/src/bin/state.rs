//! Reading, writing and changing values of a state, among few names and among many: beside the
//! dictionary that the manager of Python's multiprocessing keeps, and beside a call with nothing in
//! it, which is the limit.
//!
//! All processes have one core together, so that it does not matter where the system puts them. The
//! first argument says how many rounds there are.

use coproc::{State, StateError};
use coproc_bench::{
    cores::bind_to_one,
    peers::python::Python,
    rounds::{Case, Failure, asked_for, compare},
    subject::Subject,
};

const FEW: u64 = 10;
const MANY: u64 = 100_000;

/// What is to be changed by [`add`].
const SUM: &str = "sum";

fn name(number: u64) -> String {
    format!("name {number}")
}

/// A state with so many names.
fn filled(names: u64) -> Result<State, Failure> {
    let state = State::spawn()?;
    let values: Vec<_> = (0..names).map(|number| (name(number), number)).collect();
    state.update(values.iter().map(|(name, number)| (name.as_str(), number)))?;
    Ok(state)
}

/// One of so many names, another each time.
fn one_of(names: u64, number: u64) -> String {
    name(number * 7919 % names)
}

fn get(state: &State, names: u64, count: u64) -> Result<(), Failure> {
    for number in 0..count {
        state.get::<u64>(&one_of(names, number))?.ok_or("a name is missing")?;
    }
    Ok(())
}

fn set(state: &State, names: u64, count: u64) -> Result<(), Failure> {
    for number in 0..count {
        state.set(&one_of(names, number), &number)?;
    }
    Ok(())
}

fn add(state: &State, count: u64) -> Result<(), Failure> {
    state.set(SUM, &0_u64)?;
    for _ in 0..count {
        state.atomic(|view| {
            let sum: u64 = view.get(SUM)?.unwrap_or(0);
            view.set(SUM, &(sum + 1))?;
            Ok::<_, StateError>(())
        })?;
    }
    let sum = state.get::<u64>(SUM)?;
    if sum == Some(count) { Ok(()) } else { Err(format!("{sum:?} instead of {count}").into()) }
}

#[coproc::main]
fn main() -> Result<(), Failure> {
    let rounds = asked_for()?;
    bind_to_one()?;
    let (few, many) = (filled(FEW)?, filled(MANY)?);
    let worker = Subject::spawn(Subject::default())?;
    let python = Python::start();
    let mut cases = vec![
        Case::new("coproc `get`, of 10 names", |count| get(&few, FEW, count)),
        Case::new("coproc `get`, of 100 000", |count| get(&many, MANY, count)),
        Case::new("coproc, a call with nothing in it", |count| {
            (0..count).try_for_each(|_| Ok(worker.nothing().wait()?))
        }),
    ];
    cases.extend(python.case("multiprocessing `dict[]`, of 10", "state get 10"));
    cases.extend(python.case("multiprocessing `dict[]`, of 100 000", "state get 100000"));
    compare("reading one value", cases, rounds)?;

    let mut cases = vec![
        Case::new("coproc `set`, of 10 names", |count| set(&few, FEW, count)),
        Case::new("coproc `set`, of 100 000", |count| set(&many, MANY, count)),
    ];
    cases.extend(python.case("multiprocessing `dict[] =`, of 10", "state set 10"));
    cases.extend(python.case("multiprocessing `dict[] =`, of 100 000", "state set 100000"));
    compare("writing one value", cases, rounds)?;

    let mut cases = vec![Case::new("coproc `atomic` of `get`, `set`", |count| add(&few, count))];
    cases.extend(python.case("multiprocessing `Lock`, `dict[]`, `dict[] =`", "state add"));
    compare("adding to one value", cases, rounds)
}
