//! What the death of a worker costs.

use std::path::Path;

use coproc::prelude::*;
use coproc_tests::{Gate, Watch, gate};

use super::{Mark, Once, hands};

#[coproc::test]
fn a_crash_costs_its_own_item_and_nothing_else() {
    let _watch = Watch::set();
    let pool = hands(3);
    for _ in 0..2 {
        let results: Vec<_> = pool.map(0..20, |w, n| w.survive_some(n)).collect();
        for (n, result) in (0..20).zip(results) {
            match result {
                Ok(value) => assert_eq!(value, 10 * n),
                Err(CallError::Crashed(report)) => {
                    assert_eq!((n % 7, report.handler()), (0, Some("survive_some")));
                }
                Err(other) => panic!("{n}: {other:?}"),
            }
        }
    }
    assert_eq!(pool.len(), 3);
}

#[coproc::test]
fn a_panic_costs_its_own_item_and_nothing_else() {
    let _watch = Watch::set();
    let pool = hands(2);
    let results: Vec<_> = pool.map(0..20, |w, n| w.panic_at_some(n)).collect();
    for (n, result) in (0..20).zip(results) {
        match result {
            Ok(value) => assert_eq!(value, 10 * n),
            Err(CallError::Panicked(report)) => {
                assert_eq!(report.message(), format!("{n} is no good"));
            }
            Err(other) => panic!("{n}: {other:?}"),
        }
    }
}

#[coproc::test]
fn an_item_that_kills_three_workers_is_quarantined_and_the_rest_completes() {
    let _watch = Watch::set();
    let pool = hands(2);
    let results: Vec<_> = pool.map(1..20, |w, n| w.survive_some(n)).retry(10).collect();
    for (n, result) in (1..20).zip(results) {
        match result {
            Ok(value) => assert_eq!(value, 10 * n),
            Err(CallError::Poisoned { crashes: 3 }) => assert_eq!(n % 7, 0),
            Err(other) => panic!("{n}: {other:?}"),
        }
    }
}

#[coproc::test]
fn all_workers_may_die_at_once() {
    let _watch = Watch::set();
    let pool = hands(4);
    let results: Vec<_> = pool.map([7; 8], |w, n| w.survive_some(n)).collect();
    assert!(results.iter().all(|result| matches!(result, Err(CallError::Crashed(_)))));
    assert_eq!(results.len(), 8);
    let answers = pool.each(|w| w.scale(1)).unwrap();
    assert!(answers.into_iter().all(|answer| answer.unwrap() == 10));
}

#[coproc::test]
fn a_worker_that_is_killed_while_it_rests_is_replaced_and_nobody_notices() {
    let _watch = Watch::set();
    let pool = hands(2);
    let pids: Vec<_> = pool.each(|w| w.pid()).unwrap().into_iter().map(Result::unwrap).collect();
    for pid in &pids {
        kill(*pid);
    }
    let results: Result<Vec<_>, _> = pool.map(0..10, |w, n| w.scale(n)).collect();
    assert_eq!(results.unwrap(), (0..10).map(|n| 10 * n).collect::<Vec<_>>());
    let answers = pool.each(|w| w.pid()).unwrap();
    assert!(answers.into_iter().all(|pid| !pids.contains(&pid.unwrap())));
}

#[coproc::test]
fn what_waits_behind_a_worker_that_is_killed_is_done_by_another() {
    let _watch = Watch::set();
    let pool = hands(1);
    let pid = pool.any().pid().wait().unwrap();
    let (begun, end) = (Gate::new(), Gate::new());
    let held = pool.any().hold(&begun, &end).send().unwrap();
    gate::pass(&begun);
    let waiting: Vec<_> = (0..5).map(|n| pool.any().scale(n).send().unwrap()).collect();
    kill(pid);
    let outcome = held.wait();
    assert!(matches!(outcome, Err(CallError::Crashed(_))), "{outcome:?}");
    for (n, waiting) in (0..5).zip(waiting) {
        assert_eq!(waiting.wait().unwrap(), 10 * n);
    }
}

#[coproc::test]
fn a_try_more_is_enough_for_an_item_that_fails_once() {
    let _watch = Watch::set();
    let pool = hands(2);
    for dies in [false, true] {
        let marks = [Mark::new(), Mark::new()];
        let results = pool.map(&marks, |w, mark| w.fail_first(&mark.0, dies)).retry(1);
        let results: Result<Vec<_>, _> = results.collect();
        assert_eq!(results.unwrap(), [10, 10]);
        let mark = Mark::new();
        let result = pool.map([&mark.0], |w, mark| w.fail_first(mark, dies)).next().unwrap();
        assert!(result.is_err());
    }
}

#[coproc::test]
fn what_may_be_run_again_is_tried_again_unasked() {
    let _watch = Watch::set();
    let (pool, mark) = (hands(1), Mark::new());
    let result = pool.map([&mark.0], |w, mark| w.die_first(mark)).next().unwrap();
    assert_eq!(result.unwrap(), 10);
}

#[coproc::test]
fn a_pool_that_cannot_replace_its_workers_says_so() {
    let _watch = Watch::set();
    let mark = Mark::new();
    let pool = Once::on(coproc::Process::new().pool(1)).spawn(&mark.0).unwrap();
    assert!(matches!(pool.any().crash().wait(), Err(CallError::Crashed(_))));
    for _ in 0..2 {
        let error = pool.any().crash().wait().unwrap_err();
        assert!(error.is_unstarted() && error.to_string().contains("no worker"), "{error}");
        // Why: what `#[init]` has returned.
        assert!(error.to_string().contains("File exists"), "{error}");
    }
    std::fs::remove_dir(&mark.0).unwrap();
    assert!(matches!(pool.any().crash().wait(), Err(CallError::Crashed(_))));
}

/// An error without `Display`.
#[derive(Debug, Serialize, Deserialize)]
struct Taken(u32);

/// Can be started only once for each mark, too.
struct Single;

#[worker]
impl Single {
    #[init]
    fn new(mark: &Path) -> Result<Self, Taken> {
        std::fs::create_dir(mark).map(|()| Self).map_err(|_| Taken(17))
    }

    #[message]
    fn panic(&self) {
        panic!("a crack");
    }
}

#[coproc::test]
fn why_no_worker_is_left_is_told_by_debug_at_least() {
    let _watch = Watch::set();
    let mark = Mark::new();
    let pool = Single::on(coproc::Thread.pool(1)).spawn(&mark.0).unwrap();
    assert!(matches!(pool.any().panic().wait(), Err(CallError::Panicked(_))));
    let error = pool.any().panic().wait().unwrap_err();
    assert!(error.to_string().ends_with("left: Taken(17)"), "{error}");
}

#[coproc::test]
fn an_init_that_fails_is_told_of() {
    let _watch = Watch::set();
    let mark = Mark::new();
    let outcome = Once::on(coproc::Process::new().pool(2)).spawn(&mark.0);
    assert!(matches!(outcome, Err(SpawnError::Init(_))), "{outcome:?}");
}

#[coproc::test]
fn who_dies_when_nothing_is_left_to_do_is_joined_too() {
    let _watch = Watch::set();
    let pool = hands(2);
    let pids: Vec<_> = pool.each(|w| w.pid()).unwrap().into_iter().map(Result::unwrap).collect();
    let (begun, end) = (Gate::new(), Gate::new());
    let held = pool.any().hold(&begun, &end).send().unwrap();
    gate::pass(&begun);
    pool.close();
    // One of them rests, the other does not.
    pids.into_iter().for_each(kill);
    assert!(matches!(held.wait(), Err(CallError::Crashed(_))));
    for _ in 0..2 {
        let ends = pool.join();
        assert_eq!(ends.len(), 2);
        assert!(ends.iter().all(|end| matches!(end, Err(CallError::Crashed(_)))), "{ends:?}");
    }
}

#[coproc::test]
fn who_is_not_replaced_is_joined_too() {
    let _watch = Watch::set();
    let mark = Mark::new();
    let pool = Once::on(coproc::Process::new().pool(1)).spawn(&mark.0).unwrap();
    assert!(matches!(pool.any().crash().wait(), Err(CallError::Crashed(_))));
    let ends = pool.join();
    assert!(matches!(ends[..], [Err(CallError::Crashed(_))]), "{ends:?}");
}

pub(super) fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}
