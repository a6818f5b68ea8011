//! Controllers of a pool: any worker, or the one of a key.

use std::path::PathBuf;

use coproc::{Inline, Process, Thread, prelude::*};
use coproc_tests::{Gate, Watch, gate};

use super::{Hand, HandController, NoGood, hands};

#[derive(Serialize, Deserialize)]
enum Failure {
    Handler,
    Crash,
    Panic,
    Deadline(PathBuf, PathBuf),
}

/// Calls a hand whose controller it was given.
struct Boss {
    hand: HandController,
}

#[worker]
impl Boss {
    #[init]
    fn new(hand: HandController) -> Self {
        Self { hand }
    }

    #[message]
    fn scale(&self, n: u64) -> coproc::Result<u64> {
        Ok(self.hand.scale(n).wait()?)
    }

    /// What becomes of a call that fails: the error itself.
    #[message]
    fn fail(&self, how: Failure) -> Result<u64, CallError<NoGood>> {
        let widen = |error: CallError| error.map_handler(|never| match never {});
        match how {
            Failure::Handler => self.hand.scale_some(7).wait(),
            Failure::Crash => self.hand.survive_some(7).wait().map_err(widen),
            Failure::Panic => self.hand.panic_at_some(7).wait().map_err(widen),
            Failure::Deadline(begun, end) => {
                let held = self.hand.hold(&begun, &end).send().map_err(widen)?;
                gate::pass(&begun);
                let waiting = self.hand.scale(1).deadline(ms(1)).wait();
                gate::open(&end);
                held.wait().map_err(widen)?;
                waiting.map_err(widen)
            }
        }
    }

    #[message]
    fn zero(&self) -> coproc::Result<()> {
        Ok(self.hand.drop_factor().tell()?)
    }

    #[message]
    fn many(&self, count: u64) -> coproc::Result<u64> {
        let sent: Vec<_> = (0..count).map(|n| self.hand.scale(n).send()).collect();
        let mut sum = 0;
        for pending in sent {
            sum += pending?.wait()?;
        }
        Ok(sum)
    }

    /// The controller that it was given.
    #[message]
    fn hand(&self) -> HandController {
        self.hand.clone()
    }
}

#[coproc::test]
fn every_verb_works_on_any_worker() {
    let _watch = Watch::set();
    let pool = hands(2);
    let any = pool.any();
    assert_eq!(any.scale(1).wait(), Ok(10));
    assert_eq!(any.scale(2).priority(-5).deadline(secs(60)).wait(), Ok(20));
    assert_eq!(pollster::block_on(any.scale(3).into_future()), Ok(30));
    let mut pending = any.scale(4).send().unwrap();
    assert_eq!(pending.wait_timeout(secs(60)), Some(Ok(40)));
    assert_eq!(pending.try_wait(), Some(Err(CallError::Cancelled)));
    assert_eq!(any.scale(5).try_send().unwrap().wait(), Ok(50));
    any.set_factor(10).tell().unwrap();
    any.post(super::HandMessage::DropFactor {}).unwrap();
}

#[coproc::test]
fn clones_on_many_threads_share_the_pool() {
    let _watch = Watch::set();
    let pool = hands(2);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let any = pool.any();
            scope.spawn(move || {
                for n in 0..50 {
                    assert_eq!(any.scale(thread * n).wait(), Ok(10 * thread * n));
                }
            });
        }
    });
}

#[coproc::test]
fn a_controller_outlives_the_worker_behind_it() {
    let _watch = Watch::set();
    let pool = hands(1);
    let (any, keyed) = (pool.any(), pool.by_key("one"));
    let before = keyed.worker().pid().unwrap();
    assert!(matches!(any.survive_some(7).wait(), Err(CallError::Crashed(_))));
    assert_eq!(any.scale(1).wait(), Ok(10));
    let after = keyed.pid().wait().unwrap();
    assert_ne!(before, after);
    assert_eq!(keyed.worker().pid(), Some(after));
}

#[coproc::test]
fn a_controller_of_a_pool_that_is_gone_is_closed() {
    let _watch = Watch::set();
    let pool = hands(1);
    let (any, keyed) = (pool.any(), pool.by_key(1));
    let (begun, end) = (Gate::new(), Gate::new());
    let held = any.hold(&begun, &end).send().unwrap();
    let waiting = keyed.scale(1).send().unwrap();
    gate::pass(&begun);
    end.open();
    assert!(any.worker().is_alive());
    drop(pool);
    assert!(matches!(held.wait(), Ok(_) | Err(CallError::Closed(_))));
    assert!(matches!(waiting.wait(), Ok(10) | Err(CallError::Closed(_))));
    for controller in [any, keyed] {
        let error = controller.scale(1).wait().unwrap_err();
        assert!(matches!(error, CallError::Closed(_)) && error.is_unstarted(), "{error}");
        let call = controller.scale(1).try_send().unwrap_err().call;
        assert!(matches!(call.tell(), Err(CallError::Closed(_))));
        assert!(!controller.worker().is_alive());
    }
}

#[coproc::test]
fn what_is_asked_of_a_whole_pool_has_an_answer() {
    let _watch = Watch::set();
    let pool = hands(2);
    let any = pool.any();
    let worker = any.worker();
    assert_eq!((worker.pid(), worker.exit(), worker.remaining()), (None, None, 0));
    assert_eq!(worker.events().next(), None);
    let error = worker.join().unwrap_err();
    assert!(error.is_unstarted() && error.to_string().contains("join the pool"), "{error}");
    worker.close();
    worker.kill();
    assert_eq!(any.scale(1).wait(), Ok(10));
}

#[coproc::test]
fn a_message_that_is_too_large_is_refused_at_the_verb() {
    let _watch = Watch::set();
    let pool = Hand::on(Process::new().max_message(4096).pool(1)).spawn(10).unwrap();
    let text = "x".repeat(5000);
    let error = pool.any().length(&text).send().unwrap_err();
    assert!(matches!(error, CallError::TooLarge { limit: 4096, .. }), "{error}");
    let mut lengths = pool.map([4000, 5000], |w, length| w.length(&text[..length]));
    assert_eq!(lengths.next(), Some(Ok(4000)));
    assert!(matches!(lengths.next(), Some(Err(CallError::TooLarge { .. }))));
}

#[coproc::test]
fn a_controller_of_a_pool_travels_within_its_process() {
    let _watch = Watch::set();
    let pool = hands(2);
    let boss = Boss::on(Thread).spawn(pool.any()).unwrap();
    assert_eq!(boss.scale(3).wait().unwrap(), 30);
    assert_eq!(boss.hand().wait().unwrap().scale(4).wait(), Ok(40));
    let keyed = Boss::on(Inline).spawn(pool.by_key(1)).unwrap();
    assert_eq!(keyed.scale(5).wait().unwrap(), 50);
}

#[coproc::test]
fn a_controller_of_a_pool_travels_to_other_processes() {
    let _watch = Watch::set();
    let pool = hands(2);
    let boss = Boss::spawn(pool.any()).unwrap();
    assert_eq!(boss.scale(3).wait().unwrap(), 30);
    assert_eq!(boss.many(2000).wait().unwrap(), (0..2000).map(|n| 10 * n).sum::<u64>());
    // From there it travels on, and back.
    assert_eq!(boss.hand().wait().unwrap().scale(4).wait(), Ok(40));
    let second = Boss::spawn(boss.hand().wait().unwrap()).unwrap();
    assert_eq!(second.scale(5).wait().unwrap(), 50);
    let keyed = Boss::spawn(pool.by_key("one")).unwrap();
    assert_eq!(keyed.hand().wait().unwrap().pid().wait(), pool.by_key("one").pid().wait());
    boss.zero().wait().unwrap();
    drop(pool);
    let error = boss.scale(1).wait().unwrap_err();
    assert!(error.to_string().contains("clos") || error.to_string().contains("end"), "{error}");
}

#[coproc::test]
fn a_call_that_comes_from_another_process_fails_as_one_from_here() {
    let _watch = Watch::set();
    let pool = hands(1);
    let boss = Boss::spawn(pool.any()).unwrap();
    let fail = |how| match boss.fail(how).wait() {
        Err(CallError::Handler(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(fail(Failure::Handler), CallError::Handler(NoGood(7)));
    let crashed = fail(Failure::Crash);
    assert!(
        matches!(&crashed, CallError::Crashed(report) if report.handler() == Some("survive_some")),
        "{crashed}"
    );
    let panicked = fail(Failure::Panic);
    assert!(
        matches!(&panicked, CallError::Panicked(report) if report.message() == "7 is no good"),
        "{panicked}"
    );
    let (begun, end) = (Gate::new(), Gate::new());
    let late = fail(Failure::Deadline(begun.to_path_buf(), end.to_path_buf()));
    // From elsewhere it cannot always be told that the call still waits in the pool.
    assert!(matches!(late, CallError::Deadline { .. }), "{late}");
    assert_eq!(boss.scale(1).wait().unwrap(), 10);
}
