//! Whose turn it is, and how a pool comes to its end.

use std::{
    path::Path,
    pin::Pin,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    task::{Context as Task, Poll, Wake, Waker},
    thread,
    time::Instant,
};

use coproc::{Process, Thread, prelude::*};
use coproc_tests::{Gate, Watch, gate};

use super::{Hand, Mark, Once, hands};

/// Does something once, when it is woken, and says so.
struct Doing(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Wake for Doing {
    fn wake(self: Arc<Self>) {
        let body = self.0.lock().unwrap().take();
        if let Some(body) = body {
            body();
        }
    }
}

/// What does this when it is woken, and what tells that it is done.
fn doing(body: impl FnOnce() + Send + 'static) -> (Waker, Receiver<()>) {
    let (say, done) = channel();
    let body = move || {
        body();
        say.send(()).unwrap();
    };
    (Waker::from(Arc::new(Doing(Mutex::new(Some(Box::new(body)))))), done)
}

#[coproc::test]
fn whoever_is_woken_may_kill_the_pool() {
    let _watch = Watch::set();
    let pool = Arc::new(hands(1));
    let (begun, end) = (Gate::new(), Gate::new());
    let mut held = pool.any().hold(&begun, &end).send().unwrap();
    let waiting = pool.any().scale(3).send().unwrap();
    gate::pass(&begun);
    let (waker, killed) = doing({
        let pool = Arc::clone(&pool);
        move || pool.kill()
    });
    assert!(Pin::new(&mut held).poll(&mut Task::from_waker(&waker)).is_pending());
    end.open();
    // This one reads for the other, too.
    let outcome = waiting.wait();
    assert!(matches!(outcome, Ok(30) | Err(CallError::Closed(_))), "{outcome:?}");
    killed.recv().unwrap();
    assert!(!pool.is_alive());
    assert_eq!(held.wait().unwrap(), 0);
}

#[coproc::test]
fn whoever_is_told_that_no_worker_is_left_may_drop_the_pool() {
    let _watch = Watch::set();
    let mark = Mark::new();
    let pool = Once::on(Process::new().pool(1)).spawn(&mark.0).unwrap();
    assert!(matches!(pool.any().crash().wait(), Err(CallError::Crashed(_))));
    assert!(matches!(pool.any().crash().wait(), Err(CallError::Closed(_))));
    let mut call = pool.any().crash().send().unwrap();
    let (waker, dropped) = doing(|| drop(pool));
    let outcome = match Pin::new(&mut call).poll(&mut Task::from_waker(&waker)) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => {
            dropped.recv().unwrap();
            call.wait()
        }
    };
    assert!(matches!(outcome, Err(CallError::Closed(_))), "{outcome:?}");
}

#[coproc::test]
fn the_most_urgent_of_what_waits_is_next() {
    let _watch = Watch::set();
    let pool = Hand::on(Thread.pool(1)).spawn(1).unwrap();
    let (begun, end) = (Gate::new(), Gate::new());
    let held = pool.any().hold(&begun, &end).send().unwrap();
    gate::pass(&begun);
    let gates: Vec<_> = (0..4).map(|_| (Gate::new(), Gate::new())).collect();
    let mut calls = Vec::new();
    for (priority, (begun, end)) in [3, -2, 1, -2].into_iter().zip(&gates) {
        calls.push(pool.any().hold(begun, end).priority(priority).send().unwrap());
    }
    end.open();
    held.wait().unwrap();
    // In another order it would hang, as each waits for its own gate.
    let mut gates: Vec<_> = gates.into_iter().map(Some).collect();
    for next in [1, 3, 2, 0] {
        let (begun, end) = gates[next].take().unwrap();
        gate::pass(&begun);
        end.open();
    }
    for call in calls {
        call.wait().unwrap();
    }
}

#[coproc::test]
fn an_urgent_call_overtakes_what_a_map_has_waiting() {
    let _watch = Watch::set();
    let pool = Hand::on(Thread.pool(1)).spawn(1).unwrap();
    let [first, second, urgent] = [(); 3].map(|()| (Gate::new(), Gate::new()));
    let gates = [&first, &second];
    let mut map = pool.map(gates, |w, (begun, end)| w.hold(begun, end)).priority(5);
    std::thread::scope(|scope| {
        scope.spawn(|| map.by_ref().for_each(|held| assert!(held.is_ok())));
        gate::pass(&first.0);
        // The second waits already, or it is going to; the call is sooner at any rate.
        let call = pool.any().hold(&urgent.0, &urgent.1).priority(-5).send().unwrap();
        gate::open(&first.1);
        for (begun, end) in [&urgent, &second] {
            gate::pass(begun);
            gate::open(end);
        }
        call.wait().unwrap();
    });
}

#[coproc::test]
fn a_deadline_holds_for_what_waits_and_for_what_runs() {
    let _watch = Watch::set();
    let pool = hands(1);
    let (begun, end) = (Gate::new(), Gate::new());
    let held = pool.any().hold(&begun, &end).deadline(ms(300)).send().unwrap();
    gate::pass(&begun);
    let waiting = pool.any().scale(1).deadline(ms(1)).wait();
    assert_eq!(waiting, Err(CallError::Deadline { started: false }));
    assert_eq!(held.wait(), Err(CallError::Deadline { started: true }));
    // The worker is not free before its handler returns.
    let mut next = pool.any().scale(1).send().unwrap();
    assert_eq!(next.wait_timeout(ms(50)), None);
    end.open();
    assert_eq!(next.wait().unwrap(), 10);
}

/// That it was taken in does not make its worker free, nor is it all that there is to say of it.
#[coproc::test]
fn a_message_without_a_reply_keeps_its_worker_until_it_is_handled() {
    let _watch = Watch::set();
    let pool = hands(2);
    for _ in 0..3 {
        let (begun, end) = (Gate::new(), Gate::new());
        std::thread::scope(|scope| {
            let told = scope.spawn(|| {
                let mut told = pool.map([()], |w, ()| w.hold_up(&begun, &end).deadline(secs(1)));
                told.next().unwrap()
            });
            gate::pass(&begun);
            assert_eq!(pool.any().scale(1).deadline(secs(60)).wait(), Ok(10));
            assert_eq!(told.join().unwrap(), Err(CallError::Deadline { started: true }));
        });
        assert_eq!(pool.any().scale(2).deadline(secs(60)).wait(), Ok(20));
        end.open();
    }
    let crashed = pool.map([()], |w, ()| w.crash()).next().unwrap();
    assert!(
        matches!(crashed, Err(CallError::Crashed(report)) if report.handler() == Some("crash"))
    );
    assert_eq!(pool.map([()], |w, ()| w.drop_factor()).next(), Some(Ok(())));
}

#[coproc::test]
fn what_is_dropped_is_cancelled_and_the_workers_are_free_again() {
    let _watch = Watch::set();
    let pool = hands(1);
    let (begun, end) = (Gate::new(), Gate::new());
    let held = pool.any().hold(&begun, &end).send().unwrap();
    gate::pass(&begun);
    drop(pool.any().set_factor(0).send().unwrap());
    let mut map = pool.map(0..100, |w, _: i32| w.set_factor(0));
    std::thread::scope(|scope| {
        scope.spawn(|| held.wait().unwrap());
        end.open();
        map.next().unwrap().unwrap();
    });
    drop(map);
    pool.any().set_factor(3).wait().unwrap();
    for n in 0..10 {
        assert_eq!(pool.any().scale(n).wait().unwrap(), 3 * n);
    }
}

#[coproc::test]
fn a_key_has_its_worker() {
    let _watch = Watch::set();
    let pool = hands(3);
    for key in ["a", "b", "c", "d"] {
        let pid = pool.by_key(key).pid().wait().unwrap();
        for _ in 0..5 {
            assert_eq!(pool.by_key(key).pid().wait().unwrap(), pid);
        }
    }
}

#[coproc::test]
fn tasks_await_calls_through_a_pool() {
    let _watch = Watch::set();
    let pool = hands(2);
    let sum = pollster::block_on(async {
        let pending = pool.any().scale(1).send().unwrap();
        pool.any().scale(2).await.unwrap() + pending.await.unwrap()
    });
    assert_eq!(sum, 30);
    let (begun, end) = (Gate::new(), Gate::new());
    let held = pool.by_key(1).hold(&begun, &end).send().unwrap();
    gate::pass(&begun);
    let late = pollster::block_on(pool.by_key(1).scale(1).deadline(ms(1)).into_future());
    assert_eq!(late, Err(CallError::Deadline { started: false }));
    end.open();
    held.wait().unwrap();
}

#[coproc::test]
fn a_pool_grows_and_shrinks() {
    let _watch = Watch::set();
    let pool = hands(2);
    for workers in [4, 1, 3, 0] {
        pool.resize(workers);
        let workers = workers.max(1);
        let pids: Result<std::collections::BTreeSet<_>, _> =
            pool.each(|w| w.pid()).unwrap().into_iter().collect();
        assert_eq!((pids.unwrap().len(), pool.len()), (workers, workers));
        let sum: u64 = pool.map(0..30, |w, n| w.scale(n)).map(Result::unwrap).sum();
        assert_eq!(sum, 4350);
    }
}

#[coproc::test]
fn a_worker_is_replaced_after_so_many_calls() {
    let _watch = Watch::set();
    let pool = Hand::on(Process::new().pool(1).recycle_after(3)).spawn(1).unwrap();
    let pids: Result<Vec<_>, _> = pool.map(0..9, |w, _: i32| w.pid()).collect();
    let pids = pids.unwrap();
    for three in pids.chunks(3) {
        assert!(three.iter().all(|pid| *pid == three[0]), "{pids:?}");
    }
    assert!(pids[0] != pids[3] && pids[3] != pids[6], "{pids:?}");
}

#[coproc::test]
fn a_worker_that_holds_too_much_memory_is_replaced() {
    let _watch = Watch::set();
    let pool = Hand::on(Process::new().pool(1).recycle_above(64 << 20)).spawn(1).unwrap();
    let pids: Result<Vec<_>, _> =
        pool.map([0, 0, 128 << 20, 0, 0], |w, bytes: usize| w.leak(bytes)).collect();
    let pids = pids.unwrap();
    assert!(pids[0] == pids[1] && pids[1] == pids[2], "{pids:?}");
    assert!(pids[2] != pids[3] && pids[3] == pids[4], "{pids:?}");
}

#[coproc::test]
fn a_pool_that_is_closed_does_what_waits_and_no_more() {
    let _watch = Watch::set();
    let pool = hands(2);
    let waiting: Vec<_> = (0..20).map(|n| pool.any().scale(n).send().unwrap()).collect();
    pool.close();
    assert!(!pool.is_alive());
    assert!(matches!(pool.any().scale(1).wait(), Err(CallError::Closed(_))));
    assert!(matches!(pool.each(|w| w.scale(1)), Err(CallError::Closed(_))));
    let refused: Vec<_> = pool.map(0..3, |w, n| w.scale(n)).collect();
    assert!(matches!(refused[..], [Err(CallError::Closed(_))]), "{refused:?}");
    for _ in 0..2 {
        let handled: u64 = pool.join().into_iter().map(Result::unwrap).sum();
        assert_eq!(handled, 20);
    }
    for (n, waiting) in (0..20).zip(waiting) {
        assert_eq!(waiting.wait().unwrap(), 10 * n);
    }
}

#[coproc::test]
fn a_pool_that_is_killed_leaves_nobody_waiting() {
    let _watch = Watch::set();
    let pool = hands(2);
    let gates: Vec<_> = (0..6).map(|_| (Gate::new(), Gate::new())).collect();
    let calls = gates.iter().map(|(begun, end)| pool.any().hold(begun, end).send().unwrap());
    let calls: Vec<_> = calls.collect();
    gate::pass(&gates[0].0);
    pool.kill();
    for call in calls {
        assert!(matches!(call.wait(), Err(CallError::Closed(_))));
    }
    assert!(pool.join().iter().all(Result::is_err));
}

#[coproc::test]
fn a_call_outlives_its_pool_and_is_told() {
    let _watch = Watch::set();
    let pool = hands(1);
    let calls: Vec<_> = (0..10).map(|n| pool.any().scale(n).send().unwrap()).collect();
    drop(pool);
    for (n, call) in (0..10).zip(calls) {
        match call.wait() {
            Ok(value) => assert_eq!(value, 10 * n),
            Err(error) => assert!(matches!(error, CallError::Closed(_)), "{error:?}"),
        }
    }
}

/// Does what has waited long before what is more urgent.
struct Clerk {
    done: Vec<String>,
}

#[worker(aging = "1ms")]
impl Clerk {
    #[init]
    fn new() -> Self {
        Self { done: Vec::new() }
    }

    #[message]
    fn hold(&self, until: &Path) {
        gate::pass(until);
    }

    #[message]
    fn note(&mut self, text: &str) {
        self.done.push(text.to_owned());
    }

    #[message(priority = i32::MAX)]
    fn done(&self) -> Vec<String> {
        self.done.clone()
    }
}

#[coproc::test]
fn what_waits_long_becomes_urgent() {
    let _watch = Watch::set();
    let pool = Clerk::on(Process::new().pool(1)).spawn().unwrap();
    let gate = Gate::new();
    let held = pool.any().hold(&gate).send().unwrap();
    let patient = pool.any().note("patient").priority(20).send().unwrap();
    // By then it has waited for as many intervals as it is less urgent, and more.
    let begun = Instant::now();
    while begun.elapsed() < ms(50) {
        thread::yield_now();
    }
    let urgent = pool.any().note("urgent").send().unwrap();
    gate.open();
    for call in [held, patient, urgent] {
        call.wait().unwrap();
    }
    assert_eq!(pool.any().done().wait().unwrap(), ["patient", "urgent"]);
}
