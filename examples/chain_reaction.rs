//! A change of a state makes one process change it, and that wakes another. No process sends a
//! message to another, and the order in which they start does not matter. Answers zproc's chain reaction.

use coproc::{State, prelude::*};

/// Waits for the first change of `foo`, and changes it.
#[worker]
fn spark(state: &State) -> coproc::Result<String> {
    let first = state.watch(["foo"]).from_start().recv()?;
    let seen: String = first.after()?.unwrap_or_default();
    println!("spark: foo is {seen}, and now it will be bar");
    state.set("foo", &"bar".to_owned())?;
    Ok(seen)
}

/// Waits until `foo` is `bar`.
#[worker]
fn flame(state: &State) -> coproc::Result<String> {
    let seen = state.key::<String>("foo").wait_equal(&"bar".to_owned())?;
    println!("flame: foo is {seen}");
    Ok(seen)
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = State::spawn()?;
    let flame = Flame::spawn(&state)?;
    let spark = Spark::spawn(&state)?;

    println!("main: I set foo to foobar");
    state.set("foo", &"foobar".to_owned())?;
    assert_eq!(spark.worker().join()?, "foobar");
    assert_eq!(flame.worker().join()?, "bar");
    Ok(())
}
