//! Ten processes count on the same number at the same time. Each addition reads and writes it, in
//! one piece, so none is lost; and one that fails in the middle changes nothing. Answers zproc's
//! atomicity.

use coproc::{State, prelude::*, state::StateError};

const PROCESSES: usize = 10;
const TIMES: u32 = 20;

/// Adds one, so many times.
#[worker]
fn count(state: &State, times: u32) -> coproc::Result<()> {
    for _ in 0..times {
        state.atomic(|view| {
            let count = view.get::<u32>("count")?.unwrap_or(0);
            view.set("count", &(count + 1))
        })?;
    }
    Ok(())
}

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("there are {0} already")]
    TooMany(u32),
    #[error(transparent)]
    State(#[from] StateError),
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = State::spawn()?;
    let counts = Count::on(Process::new().group(PROCESSES)).spawn(&state, TIMES)?;
    for counted in counts.join() {
        counted?;
    }
    let total = state.get::<u32>("count")?;
    println!("{PROCESSES} processes counted to {total:?}");
    assert_eq!(total, Some(PROCESSES as u32 * TIMES));

    // All or nothing: what was set before the error is not set.
    let refused = state.atomic(|view| {
        let count = view.get::<u32>("count")?.unwrap_or(0);
        view.set("count", &0_u32)?;
        Err::<(), _>(Refused::TooMany(count))
    });
    assert!(matches!(refused, Err(Refused::TooMany(200))));
    assert_eq!(state.get::<u32>("count")?, total);
    Ok(())
}
