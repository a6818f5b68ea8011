//! A worker that can be broken in three ways: by a bad pointer, by `exit`, by a panic.
//! Each time the caller goes on and is told who died, of what, and in the middle of which call.

use coproc::prelude::*;

/// Handles what it is given without looking twice.
pub struct Fragile;

#[worker]
impl Fragile {
    /// Has nothing to prepare.
    #[init]
    fn new() -> Self {
        Self
    }

    /// Panics if `by` is 0.
    #[message]
    fn divide(&self, number: i64, by: i64) -> i64 {
        number / by
    }

    /// Follows a pointer out of a damaged file.
    #[message]
    fn follow(&self, pointer: usize) {
        eprintln!("following {pointer:#x}");
        let target = std::ptr::without_provenance_mut::<u8>(pointer);
        // SAFETY: none; that is the story. Only this process dies of it.
        unsafe { target.write_volatile(1) }
    }

    /// Leaves like a library that thinks the process is its own.
    #[message]
    fn leave(&self) {
        std::process::exit(0)
    }
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A write to the first page of memory, where nothing is: the system kills the process.
    let worker = Fragile::spawn()?;
    assert_eq!(worker.divide(42, 6).wait()?, 7);
    match worker.follow(8).wait() {
        Err(CallError::Crashed(report)) => {
            println!("1. {report}\n");
            assert_eq!(report.signal(), Some(11));
            assert_eq!(report.handler(), Some("follow"));
            assert!(report.stderr_tail().contains("following 0x8"));
        }
        other => panic!("expected a crash, got {other:?}"),
    }
    // What comes after it was provably never begun.
    let error = worker.divide(1, 1).wait().expect_err("the worker is dead");
    println!("   and then: {error}\n");
    assert!(error.is_unstarted());

    // A worker that exits with code 0, but was not asked to end, has crashed.
    let worker = Fragile::spawn()?;
    match worker.leave().wait() {
        Err(CallError::Crashed(report)) => {
            println!("2. {report}\n");
            assert_eq!(report.code(), Some(0));
        }
        other => panic!("expected a crash, got {other:?}"),
    }

    // A panic tells where it happened.
    let worker = Fragile::spawn()?;
    match worker.divide(1, 0).wait() {
        Err(CallError::Panicked(report)) => {
            println!("3. {report}");
            assert_eq!(report.handler(), "divide");
            assert_eq!(report.message(), "attempt to divide by zero");
        }
        other => panic!("expected a panic, got {other:?}"),
    }
    Ok(())
}
