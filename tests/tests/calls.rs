//! Calls: the verbs, many of them at once, and that each gets its own outcome.

use std::{
    path::Path,
    pin::pin,
    task::{Context as TaskContext, Poll, Waker},
    thread,
    time::Duration,
};

use coproc::prelude::*;
use coproc_tests::{Gate, Watch, gate};
use tokio::{runtime::Runtime, task::JoinSet};

#[derive(Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{0} is odd")]
pub struct Odd(u64);

/// Answers, in one way or another.
pub struct Oracle {
    asked: u64,
    heard: Vec<u64>,
}

#[worker(channels(default(capacity = 20_000), strait(capacity = 2), narrow(capacity = 1, overflow = reject)))]
impl Oracle {
    #[init]
    fn new() -> Self {
        Self { asked: 0, heard: Vec::new() }
    }

    #[message(priority = i32::MIN)]
    fn hold(&mut self, until: &Path) {
        gate::pass(until);
    }

    #[message]
    fn same(&mut self, n: u64) -> u64 {
        self.asked += 1;
        n
    }

    #[message]
    fn same_bytes(&mut self, bytes: &[u8]) -> Bytes {
        Bytes::from(bytes.to_vec())
    }

    #[message]
    fn half(&mut self, n: u64) -> Result<u64, Odd> {
        if n.is_multiple_of(2) { Ok(n / 2) } else { Err(Odd(n)) }
    }

    #[message(oneway)]
    fn hear(&mut self, n: u64) {
        self.heard.push(n);
    }

    #[message]
    fn hear_well(&mut self, n: u64) {
        self.heard.push(n);
    }

    #[message(channel = strait)]
    fn hear_slowly(&mut self, n: u64) {
        self.heard.push(n);
    }

    #[message(channel = narrow)]
    fn hear_rarely(&mut self, n: u64) {
        self.heard.push(n);
    }

    #[message(priority = 100)]
    fn heard(&self) -> Vec<u64> {
        self.heard.clone()
    }

    #[message(priority = 100)]
    fn asked(&self) -> u64 {
        self.asked
    }
}

/// Polls once, as an executor would that then drops the future.
fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut TaskContext::from_waker(Waker::noop()))
}

#[coproc::test]
fn the_four_verbs() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    assert_eq!(oracle.same(1).wait(), Ok(1));
    assert_eq!(pollster::block_on(async { oracle.same(2).await }), Ok(2));
    let pending = oracle.same(3).send().unwrap();
    assert_eq!(oracle.same(4).tell(), Ok(()));
    assert_eq!(pending.wait(), Ok(3));
    assert_eq!(oracle.asked().wait(), Ok(4));
    assert_eq!(oracle.hear(5).tell(), Ok(()));
    assert_eq!(oracle.heard().wait().unwrap(), [5]);
}

#[coproc::test]
fn a_call_without_a_verb_was_never_made() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    drop(oracle.same(1));
    drop(oracle.hear(1));
    drop(oracle.same(1).into_future());
    assert_eq!((oracle.asked().wait(), oracle.worker().stats().sent), (Ok(0), 1));
}

#[coproc::test]
fn pending_replies_can_be_asked_after() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    let gate = Gate::new();
    let mut hold = oracle.hold(&gate).send().unwrap();
    let mut first = oracle.same(1).send().unwrap();
    let mut second = oracle.half(1).send().unwrap();
    assert_eq!((hold.try_wait(), first.try_wait(), second.try_wait()), (None, None, None));
    assert_eq!(first.wait_timeout(Duration::ZERO), None);
    assert_eq!(first.wait_timeout(ms(20)), None);
    gate.open();
    assert_eq!(first.wait_timeout(secs(50)), Some(Ok(1)));
    // An outcome is given once.
    assert_eq!(first.try_wait(), Some(Err(CallError::Cancelled)));
    assert_eq!(first.wait_timeout(secs(50)), Some(Err(CallError::Cancelled)));
    assert_eq!(pollster::block_on(first), Err(CallError::Cancelled));
    let outcome = loop {
        match second.try_wait() {
            Some(outcome) => break outcome,
            None => thread::yield_now(),
        }
    };
    assert_eq!(outcome, Err(CallError::Handler(Odd(1))));
    assert_eq!(hold.try_wait(), Some(Ok(())));
}

#[coproc::test]
fn only_a_reply_that_has_given_its_outcome_is_cancelled() {
    let _watch = Watch::set();
    let pool = Oracle::on(Process::new().pool(1)).spawn().unwrap();
    let (inline, any) = (Oracle::on(Inline).spawn().unwrap(), pool.any());
    for oracle in [&Oracle::spawn().unwrap(), &*inline, &any] {
        let mut pending = oracle.same(1).send().unwrap();
        assert_eq!(pending.wait_timeout(secs(50)), Some(Ok(1)));
        assert_eq!(pending.try_wait(), Some(Err(CallError::Cancelled)));
        assert_eq!(pending.wait(), Err(CallError::Cancelled));
        let mut future = oracle.half(1).into_future();
        assert_eq!(pollster::block_on(&mut future), Err(CallError::Handler(Odd(1))));
        assert_eq!(pollster::block_on(future), Err(CallError::Cancelled));
    }
    // A caller that has given up is told of its deadline.
    let gate = Gate::new();
    let hold = any.hold(&gate).send().unwrap();
    let late = any.same(1).deadline(ms(10)).wait();
    assert_eq!(late, Err(CallError::Deadline { started: false }));
    any.same(2).send().unwrap().cancel();
    gate.open();
    assert_eq!((hold.wait(), any.asked().wait()), (Ok(()), Ok(1)));
}

#[coproc::test]
fn try_send_never_blocks_and_gives_the_call_back() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    let gate = Gate::new();
    let hold = oracle.hold(&gate).send().unwrap();
    let first = oracle.hear_slowly(1).try_send().unwrap();
    let second = oracle.hear_rarely(2).try_send().unwrap();
    oracle.hear_slowly(3).tell().unwrap();
    let slowly = oracle.hear_slowly(4).try_send().unwrap_err();
    let rarely = oracle.hear_rarely(5).try_send().unwrap_err();
    assert_eq!((&slowly.error, &rarely.error), (&CallError::Full, &CallError::Full));
    assert!(slowly.to_string().contains("full"));
    gate.open();
    assert_eq!((hold.wait(), first.wait(), second.wait()), (Ok(()), Ok(()), Ok(())));
    // The channel that rejects has its place again, since its message is answered.
    assert_eq!(rarely.call.wait(), Ok(()));
    assert_eq!(slowly.call.wait(), Ok(()));
    assert_eq!(oracle.heard().wait().unwrap(), [1, 2, 3, 5, 4]);

    oracle.worker().close();
    let closed = oracle.same(1).try_send().unwrap_err();
    assert!(matches!(closed.error, CallError::Closed(_)) && closed.error.is_unstarted());
}

#[coproc::test]
fn sixty_four_threads_on_one_controller_get_their_own_replies() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    thread::scope(|scope| {
        for thread in 0..64_u64 {
            let oracle = &oracle;
            scope.spawn(move || {
                for round in 0..100 {
                    let n = thread * 1000 + round;
                    match round % 4 {
                        0 => assert_eq!(oracle.same(n).wait(), Ok(n)),
                        1 => assert_eq!(
                            oracle.half(n).wait(),
                            if n.is_multiple_of(2) {
                                Ok(n / 2)
                            } else {
                                Err(CallError::Handler(Odd(n)))
                            }
                        ),
                        2 => assert_eq!(pollster::block_on(oracle.same(n).into_future()), Ok(n)),
                        _ => {
                            let pending = oracle.same(n).send().unwrap();
                            let other = oracle.same(n + 1).send().unwrap();
                            assert_eq!((other.wait(), pending.wait()), (Ok(n + 1), Ok(n)));
                        }
                    }
                }
            });
        }
    });
    assert_eq!(oracle.worker().remaining(), 0);
}

#[coproc::test]
fn five_thousand_pipelined_calls_go_out_before_a_reply_is_read() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    let message = |n: usize| vec![n as u8; 1000];
    let pending: Vec<_> =
        (0..5000).map(|n| oracle.same_bytes(&message(n)).send().unwrap()).collect();
    for (n, pending) in pending.into_iter().enumerate() {
        assert_eq!(pending.wait().unwrap(), message(n));
    }
}

#[coproc::test]
fn fifty_pipelined_megabytes_go_out_before_a_reply_is_read() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    let message = |n: usize| vec![n as u8; 1_000_000];
    let pending: Vec<_> = (0..50).map(|n| oracle.same_bytes(&message(n)).send().unwrap()).collect();
    for (n, pending) in pending.into_iter().enumerate() {
        assert!(pending.wait().unwrap() == message(n), "reply {n} is another one's");
    }
}

/// One call that fails must not leave anything behind that the next one is given.
#[coproc::test]
fn an_error_belongs_to_its_own_call() {
    let _watch = Watch::set();
    let oracle = Oracle::on(Process::new().max_message(10_000)).spawn().unwrap();
    for n in 0..50 {
        assert_eq!(oracle.half(2 * n + 1).wait(), Err(CallError::Handler(Odd(2 * n + 1))));
        assert_eq!(oracle.half(2 * n).wait(), Ok(n));
        assert!(matches!(oracle.same_bytes(&[0; 10_001]).wait(), Err(CallError::TooLarge { .. })));
        assert_eq!(oracle.half(4 * n).wait(), Ok(2 * n));
        drop(oracle.half(1).send().unwrap());
        assert_eq!(oracle.same(n).wait(), Ok(n));
    }
    let pending: Vec<_> = (0..1000).map(|n| oracle.half(n).send().unwrap()).collect();
    for (n, pending) in (0_u64..).zip(pending) {
        let expected =
            if n.is_multiple_of(2) { Ok(n / 2) } else { Err(CallError::Handler(Odd(n))) };
        assert_eq!(pending.wait(), expected);
    }
}

#[coproc::test]
fn ten_thousand_calls_can_be_outstanding() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    let gate = Gate::new();
    let hold = oracle.hold(&gate).send().unwrap();
    let pending: Vec<_> = (0..10_000).map(|n| oracle.same(n).send().unwrap()).collect();
    assert_eq!(oracle.worker().remaining(), 10_001);
    gate.open();
    hold.wait().unwrap();
    for (n, pending) in pending.into_iter().enumerate().rev() {
        assert_eq!(pending.wait(), Ok(n as u64));
    }
    assert_eq!(oracle.worker().remaining(), 0);
}

#[coproc::test]
fn calls_can_be_awaited_together_on_one_thread() {
    let _watch = Watch::set();
    let (one, two) = (Oracle::spawn().unwrap(), Oracle::spawn().unwrap());
    let sum = pollster::block_on(async {
        let pending = [one.same(1).send()?, two.same(2).send()?, one.same(3).send()?];
        let mut sum = 0;
        for pending in pending {
            sum += pending.await?;
        }
        Ok::<_, CallError>(sum)
    });
    assert_eq!(sum, Ok(6));
}

#[coproc::test]
fn calls_can_be_awaited_by_any_executor() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let (same, half, odd) = tokio::join!(
            oracle.same(7).into_future(),
            oracle.half(8).into_future(),
            oracle.half(9).into_future(),
        );
        assert_eq!((same, half, odd), (Ok(7), Ok(4), Err(CallError::Handler(Odd(9)))));

        let mut tasks = JoinSet::new();
        for n in 0..500 {
            let oracle = oracle.clone();
            tasks.spawn(async move {
                assert_eq!(oracle.same(n).priority((n % 5) as i32).await, Ok(n));
                let pending = oracle.half(2 * n).send().unwrap();
                assert_eq!(pending.await, Ok(n));
            });
        }
        while let Some(task) = tasks.join_next().await {
            task.unwrap();
        }
    });
    assert_eq!(oracle.asked().wait(), Ok(501));
}

/// Threads that wait and tasks that await share one link, and each reads for all.
#[coproc::test]
fn threads_and_tasks_wait_side_by_side() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    let runtime = Runtime::new().unwrap();
    thread::scope(|scope| {
        for thread in 0..4 {
            let (oracle, runtime) = (&oracle, &runtime);
            scope.spawn(move || {
                for n in (thread * 1000)..(thread * 1000 + 200) {
                    assert_eq!(oracle.same(n).wait(), Ok(n));
                }
            });
            scope.spawn(move || {
                runtime.block_on(async {
                    for n in (thread * 1000 + 500)..(thread * 1000 + 700) {
                        assert_eq!(oracle.same(n).await, Ok(n));
                    }
                });
            });
        }
    });
    assert_eq!(oracle.asked().wait(), Ok(1600));
}

#[coproc::test]
fn a_deadline_ends_what_is_awaited() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    let gate = Gate::new();
    let hold = oracle.hold(&gate).send().unwrap();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        assert_eq!(
            oracle.same(1).deadline(ms(30)).await,
            Err(CallError::Deadline { started: false })
        );
        let pending = oracle.same(1).deadline(ms(30)).send().unwrap();
        assert_eq!(pending.await, Err(CallError::Deadline { started: false }));
        assert_eq!(oracle.hear_slowly(1).tell(), Ok(()));
        assert_eq!(oracle.hear_slowly(2).tell(), Ok(()));
        // While it waits for room its time passes, too.
        assert_eq!(
            oracle.hear_slowly(3).deadline(ms(30)).await,
            Err(CallError::Deadline { started: false })
        );
    });
    gate.open();
    assert_eq!(hold.wait(), Ok(()));
    assert_eq!((oracle.asked().wait(), oracle.heard().wait().unwrap()), (Ok(0), vec![1, 2]));
}

#[coproc::test]
fn an_awaited_call_waits_for_room() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    let gate = Gate::new();
    let hold = oracle.hold(&gate).send().unwrap();
    oracle.hear_slowly(1).tell().unwrap();
    oracle.hear_slowly(2).tell().unwrap();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for n in 3..40 {
            let oracle = oracle.clone();
            tasks.spawn(async move { oracle.hear_slowly(n).await });
        }
        // The executor is not blocked by calls that wait for room.
        let mut full = oracle.hear_slowly(40).into_future();
        assert!(poll_once(&mut full).is_pending());
        assert_eq!(oracle.hear_rarely(0).tell(), Ok(()));
        assert_eq!(oracle.hear_rarely(0).await, Err(CallError::Full));
        gate.open();
        assert_eq!(full.await, Ok(()));
        while let Some(task) = tasks.join_next().await {
            task.unwrap().unwrap();
        }
    });
    hold.wait().unwrap();
    let mut heard = oracle.heard().wait().unwrap();
    heard.sort_unstable();
    assert_eq!(heard, (0..=40).collect::<Vec<_>>());
}

#[coproc::test]
fn dropping_a_future_cancels_its_call() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    let gate = Gate::new();
    let hold = oracle.hold(&gate).send().unwrap();
    assert!(poll_once(oracle.hear_well(1).into_future()).is_pending());
    assert!(poll_once(oracle.hear_well(2).send().unwrap()).is_pending());
    let kept = oracle.hear_well(3).send().unwrap();
    oracle.hear_slowly(4).tell().unwrap();
    oracle.hear_slowly(5).tell().unwrap();
    // This one has not even gone out: it waits for room.
    assert!(poll_once(oracle.hear_slowly(6).into_future()).is_pending());
    gate.open();
    assert_eq!((hold.wait(), kept.wait()), (Ok(()), Ok(())));
    assert_eq!(oracle.heard().wait().unwrap(), [3, 4, 5]);
    assert_eq!(oracle.hear_slowly(7).wait(), Ok(()), "what was cancelled holds no place");
    assert_eq!(oracle.worker().remaining(), 0);
}

#[coproc::test]
fn who_awaits_is_told_of_the_end() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    let runtime = Runtime::new().unwrap();
    let gate = Gate::new();
    let hold = oracle.hold(&gate).send().unwrap();
    let queued = oracle.same(1).send().unwrap();
    let tasks = [
        runtime.spawn(async { hold.await.err() }),
        runtime.spawn(async { queued.await.map(drop).err() }),
    ];
    oracle.worker().kill();
    for task in tasks {
        let error = runtime.block_on(task).unwrap().unwrap();
        assert!(matches!(error, CallError::Closed(_)), "{error:?}");
    }
    let late = pollster::block_on(oracle.same(1).into_future()).unwrap_err();
    assert!(late.is_unstarted());
}

#[coproc::test]
fn a_controller_and_its_calls_can_go_to_another_thread() {
    let _watch = Watch::set();
    let oracle = Oracle::spawn().unwrap();
    let (call, pending) = (oracle.same(1), oracle.same(2).send().unwrap());
    let clone = oracle.clone();
    let sum = thread::spawn(move || {
        call.wait().unwrap() + pending.wait().unwrap() + clone.same(3).wait().unwrap()
    });
    assert_eq!(sum.join().unwrap(), 6);
}
