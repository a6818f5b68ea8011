//! Operations on a state, in the process that keeps it and in another.

use coproc::{prelude::*, state::StateError, State};

/// What [`add`] changes.
const SUM: &str = "sum";

/// The name of this number.
pub fn name(number: u64) -> String {
    format!("name {number}")
}

/// One of so many names, another each time.
fn one_of(names: u64, number: u64) -> String {
    name(number * 7919 % names)
}

/// Reads one of so many names, so often.
///
/// # Errors
///
/// A name is missing, or the state is lost.
pub fn get(state: &State, names: u64, count: u64) -> Result<(), StateError> {
    for number in 0..count {
        state.get::<u64>(&one_of(names, number))?.ok_or_else(|| lost("a name is missing"))?;
    }
    Ok(())
}

/// Sets one of so many names, so often.
///
/// # Errors
///
/// The state is lost.
pub fn set(state: &State, names: u64, count: u64) -> Result<(), StateError> {
    (0..count).try_for_each(|number| state.set(&one_of(names, number), &number))
}

/// Adds to one value, so often.
///
/// # Errors
///
/// An addition is lost, or the state is.
pub fn add(state: &State, count: u64) -> Result<(), StateError> {
    state.set(SUM, &0_u64)?;
    for _ in 0..count {
        state.atomic(|view| {
            let sum: u64 = view.get(SUM)?.unwrap_or(0);
            view.set(SUM, &(sum + 1))?;
            Ok::<_, StateError>(())
        })?;
    }
    let sum = state.get::<u64>(SUM)?;
    if sum == Some(count) { Ok(()) } else { Err(lost(&format!("{sum:?} instead of {count}"))) }
}

fn lost(text: &str) -> StateError {
    StateError::Lost(text.to_owned())
}

/// Does the same from a process of its own.
pub struct Visitor {
    state: State,
}

#[worker]
impl Visitor {
    #[init]
    fn new(state: State) -> Self {
        Self { state }
    }

    #[message]
    fn get(&self, names: u64, count: u64) -> Result<(), StateError> {
        get(&self.state, names, count)
    }

    #[message]
    fn set(&self, names: u64, count: u64) -> Result<(), StateError> {
        set(&self.state, names, count)
    }

    #[message]
    fn add(&self, count: u64) -> Result<(), StateError> {
        add(&self.state, count)
    }
}
