//! Three processes share out jobs among themselves and add up what comes of them, in values that all
//! of them hold; this one watches.

use std::time::Duration;

use coproc::{State, prelude::*, state::StateError};

/// Counts the divisors of numbers.
pub struct Clerk {
    state: State,
}

#[worker]
impl Clerk {
    /// A state travels like any other value, and is the same one in every process.
    #[init]
    fn new(state: State) -> Self {
        Self { state }
    }

    /// Takes jobs until there are none, and gives how many it did.
    #[message]
    fn work(&self) -> coproc::Result<u32> {
        let jobs = self.state.namespace("jobs");
        let mut done = 0;
        // No other clerk gets the same job.
        while let Some(job) = jobs.pop_any()? {
            let n = job.value::<u64>()?;
            let divisors = (1..=n).filter(|divisor| n % divisor == 0).count();
            // Both values change at once, or neither. If others were faster, this runs again.
            self.state.atomic(|view| {
                let sum = view.get::<usize>("sum")?.unwrap_or(0);
                let left = view.get::<u32>("left")?.unwrap_or(0);
                view.set("sum", &(sum + divisors))?;
                view.set("left", &left.saturating_sub(1))
            })?;
            done += 1;
        }
        Ok(done)
    }
}

const JOBS: u32 = 30;

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = State::spawn()?;
    let left = state.key::<u32>("left");
    left.set(&JOBS)?;
    let jobs = state.namespace("jobs");
    for n in 1..=u64::from(JOBS) {
        jobs.set(&format!("{n} of {JOBS}"), &(1000 * n))?;
    }

    let clerks: Vec<_> = (0..3).map(|_| Clerk::spawn(state.clone())).collect::<Result<_, _>>()?;
    let working: Vec<_> =
        clerks.iter().map(|clerk| clerk.work().send()).collect::<Result<_, _>>()?;

    // Every change since the beginning, however fast they came.
    for update in state.watch(["left"]).from_start().take(JOBS as usize + 1) {
        if let Some(left) = update?.after::<u32>()? {
            println!("{left} left");
        }
    }
    // A wait looks at the present first.
    left.wait_equal_timeout(&0, Duration::from_secs(5))?;

    let done = working.into_iter().map(|work| work.wait()).sum::<Result<u32, _>>()?;
    assert_eq!(done, JOBS);
    let sum = state.get::<usize>("sum")?.ok_or("no clerk has counted")?;
    println!("{sum} divisors, counted by {} clerks", clerks.len());
    assert_eq!(sum, 1113);

    // What is there keeps its type, and what does not come is an error in time.
    assert!(matches!(state.get::<String>("sum"), Err(StateError::Type { .. })));
    let late = left.wait_truthy_timeout(Duration::from_millis(10));
    assert_eq!(late, Err(StateError::Timeout));
    Ok(())
}
