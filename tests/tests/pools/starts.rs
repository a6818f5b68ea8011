//! A pool does not wait for a worker that nobody needs any more to have started.

use std::path::{Path, PathBuf};

use coproc::{Process, SpawnError, Thread, WorkerPool, prelude::*};
use coproc_tests::{Census, Gate, Watch, gate};

use super::Mark;

/// The first for each mark starts at once, every other when the gate `end` is opened.
struct Late;

#[worker]
impl Late {
    #[init]
    fn new(mark: &Path, begun: &Path, end: &Path) -> Self {
        if std::fs::create_dir(mark).is_err() {
            gate::open(begun);
            gate::pass(end);
        }
        Self
    }

    #[message]
    fn panic(&self) {
        panic!("a crack");
    }
}

/// A pool whose only worker has died and is being replaced, which does not come to an end.
fn being_replaced(
    spawn: impl FnOnce(PathBuf, PathBuf, PathBuf) -> Result<WorkerPool<Late>, SpawnError>,
) -> (WorkerPool<Late>, Gate, Mark) {
    let (mark, begun, end) = (Mark::new(), Gate::new(), Gate::new());
    let pool = spawn(mark.0.clone(), begun.to_path_buf(), end.to_path_buf()).unwrap();
    assert!(matches!(pool.any().panic().wait(), Err(CallError::Panicked(_))));
    gate::pass(&begun);
    (pool, end, mark)
}

fn in_processes() -> (WorkerPool<Late>, Gate, Mark) {
    let place = Process::new().init_timeout(secs(3600));
    being_replaced(|mark, begun, end| Late::on(place.pool(1)).spawn(&mark, &begun, &end))
}

fn in_threads() -> (WorkerPool<Late>, Gate, Mark) {
    being_replaced(|mark, begun, end| Late::on(Thread.pool(1)).spawn(&mark, &begun, &end))
}

#[coproc::test]
fn dropping_a_pool_does_not_wait_for_a_replacement() {
    let _watch = Watch::set();
    drop(in_processes());
    let (pool, end, _mark) = in_threads();
    drop(pool);
    end.open();
}

#[coproc::test]
fn a_pool_that_is_killed_has_no_replacement_left() {
    let _watch = Watch::set();
    let (pool, _end, _mark) = in_processes();
    let pending = pool.any().panic().send().unwrap();
    pool.kill();
    assert!(matches!(pending.wait(), Err(CallError::Closed(_))));
    // The one before it is all that there was.
    let ends = pool.join();
    assert!(matches!(ends[..], [Err(CallError::Panicked(_))]), "{ends:?}");
}

/// In a process where nothing else happens.
#[worker]
fn come_and_go() {
    drop(in_processes());
    let before = Census::take();
    for _ in 0..5 {
        drop(in_processes());
        let (pool, end, _mark) = in_threads();
        drop(pool);
        gate::open(&end);
    }
    // A thread that was waited for, or that nobody waits for, is still listed for a moment.
    while Census::take() != before {
        std::thread::yield_now();
    }
}

#[coproc::test]
fn nothing_is_left_of_a_start_that_was_called_off() {
    let _watch = Watch::set();
    assert_eq!(ComeAndGo::spawn().unwrap().worker().join(), Ok(()));
}
