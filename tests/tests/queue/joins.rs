//! Waiting until everything is acknowledged.

use std::{thread, time::Duration};

use coproc::{Queue, Thread, prelude::*, queue::QueueError};
use coproc_tests::Watch;
use rustix::process::{Pid, Signal, kill_process};

use crate::{Hand, hand, pid};

const SHORT: Duration = Duration::from_millis(5);

/// A queue that says soon that nobody is left.
fn impatient() -> coproc::Result<Queue<u64>> {
    Ok(Queue::builder().timeout(Duration::from_secs(1)).spawn()?)
}

#[coproc::test]
fn it_ends_when_everything_is_acknowledged() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    queue.clone().join()?;
    (0..10).try_for_each(|item| queue.send(item))?;
    assert_eq!(queue.clone().join_timeout(SHORT), Err(QueueError::Timeout));
    let elsewhere = hand(&queue);
    let taken = elsewhere.take_until(9).send()?;
    queue.clone().join()?;
    assert_eq!(taken.wait()?, Vec::from_iter(0..10));
    Ok(())
}

#[coproc::test]
fn it_waits_for_what_is_received_and_not_acknowledged() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    queue.send(1)?;
    let held = queue.recv()?;
    assert!(queue.is_empty()?);
    assert_eq!(queue.clone().join_timeout(SHORT), Err(QueueError::Timeout));
    drop(held);
    assert_eq!(queue.clone().join_timeout(SHORT), Err(QueueError::Timeout));
    queue.recv()?.ack()?;
    queue.clone().join()?;
    Ok(())
}

#[coproc::test]
fn it_fails_if_nobody_is_left() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = impatient()?;
    queue.send(1)?;
    assert_eq!(queue.join(), Err(QueueError::Deserted { left: 1 }));
    let queue = impatient()?;
    queue.send(1)?;
    queue.recv()?.ack()?;
    queue.join()?;
    Ok(())
}

#[coproc::test]
fn it_fails_if_the_consumers_are_killed() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = impatient()?;
    let consumers = [hand(&queue), hand(&queue)];
    (0..3).try_for_each(|item| queue.send(item))?;
    for consumer in &consumers {
        consumer.hold().wait()?;
        let pid = Pid::from_raw(i32::try_from(pid(consumer))?).expect("a process has a number");
        kill_process(pid, Signal::KILL)?;
    }
    assert_eq!(queue.join(), Err(QueueError::Deserted { left: 3 }));
    Ok(())
}

/// A process that holds a handle may receive at any time, however late.
#[coproc::test]
fn it_waits_for_who_may_still_come() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = impatient()?;
    let elsewhere = hand(&queue);
    queue.send(1)?;
    let patience = Duration::from_millis(2500);
    assert_eq!(queue.clone().join_timeout(patience), Err(QueueError::Timeout));
    let taken = elsewhere.take().send()?;
    queue.clone().join()?;
    assert_eq!(taken.wait()?, 1);
    Ok(())
}

/// So may a thread with a clone.
#[coproc::test]
fn it_waits_for_threads_with_a_handle() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = impatient()?;
    queue.send(1)?;
    let clone = queue.clone();
    assert_eq!(queue.clone().join_timeout(Duration::from_millis(2500)), Err(QueueError::Timeout));
    let consumer = thread::spawn(move || clone.recv()?.ack());
    queue.clone().join()?;
    consumer.join().expect("no panic")?;
    Ok(())
}

/// Waits for the end with its only handle.
#[worker]
fn join(queue: Queue<u64>) -> coproc::Result<()> {
    Ok(queue.join()?)
}

/// Handles whose owners only wait for one another do not count.
#[coproc::test]
fn it_fails_if_all_handles_only_wait() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = impatient()?;
    queue.send(1)?;
    let elsewhere = Join::spawn(queue.clone())?;
    assert_eq!(queue.join(), Err(QueueError::Deserted { left: 1 }));
    let error = elsewhere.worker().join().unwrap_err().to_string();
    assert!(error.contains("1 items are not acknowledged") || error.contains("ended"), "{error}");
    Ok(())
}

/// It is the handle that counts, not the thread that has used it.
#[coproc::test]
fn a_handle_that_is_moved_to_another_thread_leaves_nothing_behind() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = impatient()?;
    queue.send(1)?;
    let joined = thread::spawn(move || queue.join());
    assert_eq!(joined.join().expect("no panic"), Err(QueueError::Deserted { left: 1 }));
    Ok(())
}

/// A delivery can be acknowledged at any time, also by the thread that waits.
#[coproc::test]
fn it_waits_for_a_delivery_that_is_left() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = impatient()?;
    queue.send(1)?;
    let held = queue.recv()?;
    let joined = queue.clone();
    let patience = Duration::from_millis(2500);
    assert_eq!(joined.join_timeout(patience), Err(QueueError::Timeout));
    let joined = thread::spawn(move || queue.join());
    held.ack()?;
    joined.join().expect("no panic")?;
    Ok(())
}

/// A handle in a message of this process is the same as a clone.
#[coproc::test]
fn a_handle_that_travels_within_the_process_counts() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = impatient()?;
    queue.send(1)?;
    let inside = Hand::on(Thread).spawn(queue.clone())?;
    let kept = queue.clone();
    assert_eq!(kept.join_timeout(Duration::from_millis(2500)), Err(QueueError::Timeout));
    drop(inside);
    assert_eq!(queue.join(), Err(QueueError::Deserted { left: 1 }));
    Ok(())
}
