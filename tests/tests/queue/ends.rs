//! What dies, and what is left then.

use std::{thread, time::Duration};

use coproc::{
    Bytes, Process, Queue,
    prelude::*,
    queue::{DeadReason, QueueError},
};
use coproc_tests::Watch;
use rustix::process::{Pid, Signal, kill_process};

use crate::{Hand, hand, pid};

fn kill(hand: &WorkerResource<Hand>) -> coproc::Result<()> {
    let pid = Pid::from_raw(i32::try_from(pid(hand))?).expect("a process has a number");
    kill_process(pid, Signal::KILL)?;
    assert!(hand.queue().wait().is_err());
    Ok(())
}

#[coproc::test]
fn what_a_dead_process_had_comes_back() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    (0..4).try_for_each(|item| queue.send(item))?;
    let elsewhere = hand(&queue);
    assert_eq!((elsewhere.hold().wait()?, elsewhere.hold().wait()?), (0, 1));
    kill(&elsewhere)?;
    let again = queue.recv_if(|item| *item == 1)?;
    assert_eq!((again.into_inner(), queue.recv()?.attempt()), (1, 1));
    Ok(())
}

/// One that is killed while it waits takes nothing along and stops nobody.
#[coproc::test]
fn who_dies_waiting_leaves_no_trace() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    let (waiting, looking) = (hand(&queue), hand(&queue));
    let waits = [waiting.take().send()?, looking.take_multiple(7).send()?];
    kill(&waiting)?;
    kill(&looking)?;
    drop(waits);
    queue.send(7)?;
    assert_eq!(queue.recv()?.into_inner(), 7);
    queue.clone().join()?;
    Ok(())
}

#[coproc::test]
fn what_three_have_died_with_is_a_dead_letter() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    queue.send(66)?;
    queue.send(1)?;
    for _ in 0..3 {
        assert!(matches!(hand(&queue).die().wait(), Err(CallError::Crashed(_))));
    }
    // What comes behind it shows that the third death is known.
    while queue.len()? > 1 {
        thread::yield_now();
    }
    assert_eq!(queue.recv()?.into_inner(), 1);
    queue.clone().join()?;
    let letters = queue.dead_letters()?;
    let [letter] = &*letters else { panic!("{letters:?}") };
    assert_eq!((letter.item()?, letter.reason()), (66, DeadReason::Deaths));
    assert_eq!((letter.deliveries(), letter.sender()), (3, std::process::id()));
    Ok(())
}

/// What was received together with it is not to blame.
#[coproc::test]
fn what_a_process_has_died_with_is_delivered_alone() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    (0..5).try_for_each(|item| queue.send(item))?;
    assert!(hand(&queue).die_at_once().wait().is_err());
    let first = queue.recv_if(|item| *item == 0)?;
    assert_eq!(first.attempt(), 1);
    let alone = queue.recv_many(9)?;
    assert_eq!(alone.iter().map(|delivery| **delivery).collect::<Vec<_>>(), [1]);
    let alone = queue.recv_many(9)?;
    assert_eq!(alone.iter().map(|delivery| **delivery).collect::<Vec<_>>(), [2]);
    let rest = queue.recv_many(9)?;
    assert_eq!(rest.iter().map(|delivery| **delivery).collect::<Vec<_>>(), [3, 4]);
    Ok(())
}

/// Whether it was dead before, or dies with the item waiting for it or in its hands.
#[coproc::test]
fn what_is_for_a_dead_process_is_a_dead_letter() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    let elsewhere = hand(&queue);
    let pid = pid(&elsewhere);
    queue.send_to(pid, 1)?;
    assert_eq!(elsewhere.hold().wait()?, 1);
    queue.send_to(pid, 2)?;
    queue.send(3)?;
    kill(&elsewhere)?;
    drop(elsewhere);
    queue.send_to(pid, 4)?;
    assert_eq!(queue.recv()?.into_inner(), 3);
    queue.clone().join()?;
    let mut letters = queue.dead_letters()?;
    letters.sort_by_key(|letter| letter.item().unwrap_or_default());
    let told = |letter: &coproc::queue::DeadLetter<u64>| {
        (letter.item().ok(), letter.reason(), letter.recipient())
    };
    let told: Vec<_> = letters.iter().map(told).collect();
    assert_eq!(told, [1, 2, 4].map(|item| (Some(item), DeadReason::Recipient, Some(pid))));
    Ok(())
}

/// Every so often somebody dies between receiving and acknowledging, and another takes its place.
#[coproc::test]
fn nothing_is_lost_when_consumers_die_all_the_time() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    (0..60).try_for_each(|item| queue.send(item))?;
    let mut taken = Vec::new();
    while queue.clone().join_timeout(Duration::ZERO).map_err(QueueError::from)
        == Err(QueueError::Timeout)
    {
        let dying = hand(&queue);
        let dies = dying.die_at_once().send()?;
        for received in queue.try_iter().take(4) {
            taken.push(received?.into_inner());
        }
        assert!(dies.wait().is_err());
    }
    let letters = queue.dead_letters()?;
    taken.extend(letters.iter().filter_map(|letter| letter.item().ok()));
    taken.sort_unstable();
    assert_eq!(taken, Vec::from_iter(0..60));
    Ok(())
}

/// Makes a queue, and is stopped.
struct Maker {
    queue: Queue<u64>,
}

#[worker]
impl Maker {
    #[init]
    fn new(timeout: Duration) -> coproc::Result<Self> {
        Ok(Self { queue: Queue::builder().timeout(timeout).spawn()? })
    }

    #[message]
    fn queue(&self) -> Queue<u64> {
        self.queue.clone()
    }
}

/// A queue in a process of its own, which can be stopped.
struct Elsewhere {
    _maker: WorkerResource<Maker>,
    queue: Queue<u64>,
    pid: Pid,
}

impl Elsewhere {
    fn new(timeout: Duration) -> coproc::Result<Self> {
        let maker = Maker::on(Process::new()).spawn(timeout)?;
        let queue = maker.queue().wait()?;
        let pid = maker.worker().pid().expect("it has a process of its own");
        let pid = Pid::from_raw(i32::try_from(pid)?).expect("a process has a number");
        Ok(Self { _maker: maker, queue, pid })
    }

    fn stop(&self) {
        kill_process(self.pid, Signal::STOP).expect("it lives");
        // It stops when it next comes by the kernel, which may be after an answer.
        let stat = format!("/proc/{}/stat", self.pid.as_raw_nonzero());
        while !std::fs::read_to_string(&stat).expect("it lives").contains(") T ") {
            thread::yield_now();
        }
    }

    fn go_on(&self) -> coproc::Result<()> {
        Ok(kill_process(self.pid, Signal::CONT)?)
    }
}

fn is_lost<T>(result: Result<T, QueueError>) -> bool {
    matches!(result, Err(QueueError::Lost(_)))
}

/// What would have come after that is not lost either.
#[coproc::test]
fn a_queue_that_hangs_is_an_error() -> coproc::Result<()> {
    let _watch = Watch::set();
    let elsewhere = Elsewhere::new(Duration::from_secs(1))?;
    let queue = &elsewhere.queue;
    elsewhere.stop();
    assert!(is_lost(queue.try_recv()));
    assert!(is_lost(queue.len()));
    elsewhere.go_on()?;
    queue.send(7)?;
    assert_eq!(queue.recv()?.into_inner(), 7);
    kill_process(elsewhere.pid, Signal::KILL)?;
    assert_eq!(queue.recv().unwrap_err(), QueueError::Ended);
    Ok(())
}

/// Also of those who wait as long as it takes.
#[coproc::test]
fn a_queue_that_hangs_ends_every_wait() -> coproc::Result<()> {
    let _watch = Watch::set();
    let elsewhere = Elsewhere::new(Duration::from_millis(300))?;
    let queue = &elsewhere.queue;
    elsewhere.stop();
    assert!(is_lost(queue.recv()));
    assert!(is_lost(queue.recv_many(3)));
    assert!(is_lost(queue.send(1).map_err(QueueError::from)));
    assert!(is_lost(queue.recv_timeout(Duration::from_secs(3600))));
    assert!(is_lost(queue.send_timeout(2, Duration::from_secs(3600)).map_err(QueueError::from)));
    assert!(is_lost(queue.recv_if(|_| true)));
    assert!(is_lost(queue.clone().join()));
    assert!(is_lost(queue.dead_letters()));
    elsewhere.go_on()
}

/// Whether it is before or after the item was found.
#[coproc::test]
fn a_queue_that_hangs_while_it_is_searched_loses_nothing() -> coproc::Result<()> {
    let _watch = Watch::set();
    let elsewhere = Elsewhere::new(Duration::from_secs(1))?;
    let queue = &elsewhere.queue;
    for fits in [true, false] {
        queue.send(7)?;
        let found = queue.recv_if_timeout(Duration::from_secs(30), |_| {
            elsewhere.stop();
            fits
        });
        assert!(is_lost(found));
        elsewhere.go_on()?;
        assert_eq!(queue.recv()?.into_inner(), 7);
    }
    Ok(())
}

/// A wait may be longer than the queue may take to answer.
#[coproc::test]
fn a_queue_that_lives_is_waited_for() -> coproc::Result<()> {
    let _watch = Watch::set();
    let elsewhere = Elsewhere::new(Duration::from_secs(1))?;
    let patience = Duration::from_millis(2500);
    assert_eq!(elsewhere.queue.recv_timeout(patience).unwrap_err(), QueueError::Timeout);
    Ok(())
}

/// Takes the dead letters, and tells how large they are.
#[worker]
fn read_letters(queue: Queue<Bytes>) -> coproc::Result<Vec<usize>> {
    let letters = queue.dead_letters()?;
    let items: Result<Vec<_>, _> = letters.iter().map(coproc::queue::DeadLetter::item).collect();
    Ok(items?.iter().map(|item| item.len()).collect())
}

/// Together they are more than a message.
#[coproc::test]
fn large_letters_arrive_elsewhere() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    let nobody = u32::MAX;
    let sizes = [7 << 20, 60 << 20, 1];
    sizes.into_iter().try_for_each(|size| queue.send_to(nobody, Bytes::from(vec![7; size])))?;
    let reader = ReadLetters::on(Process::new()).spawn(queue.clone())?;
    assert_eq!(reader.worker().join()?, sizes);
    assert!(queue.dead_letters()?.is_empty());
    Ok(())
}

/// It ends with the last handle of the process that made it, which a handle that comes back from
/// another process is not.
#[coproc::test]
fn handles_elsewhere_own_nothing() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::<u64>::unbounded()?;
    let elsewhere = hand(&queue);
    let waits = elsewhere.take().send()?;
    let inside = Hand::on(Thread).spawn(queue.clone())?;
    let travelled = elsewhere.queue();
    drop(queue);
    // The one inside is a handle of this process.
    inside.send(1).wait()?;
    assert_eq!(waits.wait()?, 1);
    let travelled = travelled.wait()?;
    travelled.send(2)?;
    assert_eq!(elsewhere.take().wait()?, 2);
    let waits = elsewhere.take().send()?;
    drop(inside);
    assert_eq!(travelled.send(3).unwrap_err().error, QueueError::Ended);
    let ended = QueueError::Ended.to_string();
    let error = waits.wait().unwrap_err().to_string();
    assert!(error.contains(&ended), "{error}");
    let error = elsewhere.send(3).wait().unwrap_err().to_string();
    assert!(error.contains(&ended), "{error}");
    Ok(())
}

/// Everything says the same, and what was to be sent is still there.
#[coproc::test]
fn a_queue_that_has_ended_says_so() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::<u64>::unbounded()?;
    let elsewhere = hand(&queue);
    drop(queue);
    let queue = elsewhere.queue().wait()?;
    let unsent = queue.send(7).unwrap_err();
    assert_eq!((unsent.item, unsent.error), (7, QueueError::Ended));
    assert_eq!(queue.send_each([1, 2], 8).unwrap_err().unsent, [1, 2]);
    assert_eq!(queue.try_send(7).unwrap_err().error, QueueError::Ended);
    assert_eq!(queue.recv().unwrap_err(), QueueError::Ended);
    assert_eq!(queue.try_recv().unwrap_err(), QueueError::Ended);
    assert_eq!(queue.recv_timeout(Duration::from_secs(9)).unwrap_err(), QueueError::Ended);
    assert_eq!(queue.recv_if(|_| true).unwrap_err(), QueueError::Ended);
    assert_eq!(queue.len().unwrap_err(), QueueError::Ended);
    assert_eq!(queue.clone().join(), Err(QueueError::Ended));
    assert_eq!(queue.dead_letters().unwrap_err(), QueueError::Ended);
    assert_eq!((queue.iter().count(), queue.try_iter().count()), (0, 0));
    Ok(())
}
