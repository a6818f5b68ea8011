//! What is given up while a tick runs never begins.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use coproc::{Thread, prelude::*};
use coproc_tests::{Gate, Watch, gate};

/// Where a tick says that it runs, and where it then waits.
struct Ticking {
    begun: PathBuf,
    end: PathBuf,
    armed: bool,
    counted: u32,
}

#[worker]
impl Ticking {
    #[init]
    fn new(begun: &Path, end: &Path) -> Self {
        Self { begun: begun.into(), end: end.into(), armed: false, counted: 0 }
    }

    /// Returns when the gate `end` is opened; then the tick is due.
    #[message]
    fn arm(&mut self, begun: &Path, end: &Path) {
        gate::open(begun);
        gate::pass(end);
        self.armed = true;
    }

    #[tick(every = Duration::ZERO, when = self.armed)]
    fn tick(&mut self) {
        self.armed = false;
        gate::open(&self.begun);
        gate::pass(&self.end);
    }

    #[message]
    fn count(&mut self) {
        self.counted += 1;
    }

    #[message]
    fn counted(&self) -> u32 {
        self.counted
    }
}

/// Sends a call that the worker takes in before its tick, and has it given up during the tick;
/// gives how often it ran all the same.
fn ran_after(
    deadline: Option<Duration>,
    give_up: impl FnOnce(coproc::Pending<()>),
) -> Result<u32, Box<dyn std::error::Error>> {
    let _watch = Watch::set();
    let [tick_begun, tick_end, arm_begun, arm_end] = [(); 4].map(|()| Gate::new());
    let worker = Ticking::on(Thread).spawn(&tick_begun, &tick_end)?;
    let arming = worker.arm(&arm_begun, &arm_end).send()?;
    gate::pass(&arm_begun);
    let call = worker.count();
    let pending = match deadline {
        Some(deadline) => call.deadline(deadline).send()?,
        None => call.send()?,
    };
    arm_end.open();
    gate::pass(&tick_begun);
    give_up(pending);
    tick_end.open();
    arming.wait()?;
    Ok(worker.counted().wait()?)
}

#[test]
fn a_call_that_is_dropped_during_a_tick_never_begins() {
    assert_eq!(ran_after(None, drop).unwrap(), 0);
}

#[test]
fn a_call_that_expires_during_a_tick_never_begins() {
    let ran = ran_after(Some(ms(1)), |pending| {
        // Whether it can be told for certain that it had not begun depends on the moment.
        assert!(matches!(pending.wait(), Err(CallError::Deadline { .. })));
    });
    assert_eq!(ran.unwrap(), 0);
}
