//! Joins end when everything is acknowledged, or when no handle and no delivery is left anywhere else.

use std::{thread, time::Duration};

use coproc::{Messenger, Process, Queue, Thread, prelude::*, queue::QueueError};
use coproc_tests::Watch;
use rustix::process::{Pid, Signal, kill_process};

use crate::{Hand, hand, pid};

const SHORT: Duration = Duration::from_millis(5);
/// Longer than a queue of [`impatient`] takes to learn that a process has died.
const LONG: Duration = Duration::from_millis(1500);

const DESERTED: Result<(), QueueError> = Err(QueueError::Deserted { left: 1 });

fn impatient() -> coproc::Result<Queue<u64>> {
    Ok(Queue::builder().timeout(Duration::from_secs(1)).spawn()?)
}

/// Joins for a while, and gives the handle that the timeout gives back.
fn not_yet(queue: Queue<u64>, timeout: Duration) -> Queue<u64> {
    let unjoined = queue.join_timeout(timeout).expect_err("something is not acknowledged");
    assert_eq!(unjoined.error, QueueError::Timeout);
    unjoined.queue
}

/// Joins the queue that it is started with.
#[worker]
fn join_it(queue: Queue<u64>) -> coproc::Result<()> {
    Ok(queue.join()?)
}

fn assert_deserted<E: std::fmt::Display>(joined: Result<(), E>) {
    let Err(error) = joined else { panic!("one item is left") };
    let error = error.to_string();
    assert!(error.contains("1 items are not acknowledged"), "{error}");
}

#[coproc::test]
fn it_ends_when_everything_is_acknowledged() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    queue.clone().join()?;
    (0..10).try_for_each(|item| queue.send(item))?;
    let elsewhere = hand(&queue);
    let queue = not_yet(queue, SHORT);
    let taken = elsewhere.take_until(9).send()?;
    queue.join()?;
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
    let queue = not_yet(queue, SHORT);
    drop(held);
    not_yet(queue.clone(), SHORT);
    queue.recv()?.ack()?;
    queue.join()?;
    Ok(())
}

#[coproc::test]
fn it_fails_if_no_handle_is_left() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    queue.send(1)?;
    drop(queue.clone());
    assert_eq!(queue.join(), DESERTED);
    Ok(())
}

/// Whichever threads have used it before, and whichever live.
#[coproc::test]
fn it_fails_on_another_thread_than_the_one_that_used_the_handle() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    queue.send(1)?;
    thread::scope(|scope| scope.spawn(|| queue.send(2)).join().expect("no panic"))?;
    queue.recv()?.ack()?;
    let joins = thread::spawn(move || queue.join());
    assert_eq!(joins.join().expect("no panic"), DESERTED);
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
fn it_waits_for_processes_with_a_handle() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = impatient()?;
    let elsewhere = hand(&queue);
    queue.send(1)?;
    let queue = not_yet(queue, LONG);
    let taken = elsewhere.take().send()?;
    queue.join()?;
    assert_eq!(taken.wait()?, 1);
    Ok(())
}

#[coproc::test]
fn it_waits_for_threads_with_a_handle() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = impatient()?;
    queue.send(1)?;
    let clone = queue.clone();
    let queue = not_yet(queue, LONG);
    let consumer = thread::spawn(move || clone.recv()?.ack());
    queue.join()?;
    consumer.join().expect("no panic")?;
    Ok(())
}

/// The delivery is dropped while the join waits, which is told then.
#[coproc::test]
fn it_waits_for_deliveries() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = impatient()?;
    queue.send(1)?;
    let held = queue.recv()?;
    let queue = not_yet(queue, LONG);
    let joins = thread::spawn(move || queue.join());
    held.ack()?;
    joins.join().expect("no panic")?;

    let queue = impatient()?;
    queue.send(1)?;
    let held = queue.recv()?;
    let joins = thread::spawn(move || queue.join());
    drop(held);
    assert_eq!(joins.join().expect("no panic"), DESERTED);
    Ok(())
}

/// Joins that wait only for one another fail: over one link, over two, and in two processes.
#[coproc::test]
fn it_fails_if_only_joins_are_left() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = impatient()?;
    queue.send(1)?;
    let (clone, elsewhere) = (queue.clone(), JoinIt::on(Process::new()).spawn(queue.clone())?);
    let joins = thread::spawn(move || clone.join());
    assert_eq!(queue.join(), DESERTED);
    assert_eq!(joins.join().expect("no panic"), DESERTED);
    assert_deserted(elsewhere.worker().join());
    Ok(())
}

/// The handle that a message has brought is not kept by the message.
#[coproc::test]
fn it_fails_where_the_handle_came_in_a_message() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (other, queue) = (Queue::unbounded()?, Queue::unbounded()?);
    queue.send(1)?;
    let far = hand(&other);
    let near = Hand::on(Thread).spawn(other.clone())?;
    let joins = [far.join(queue.clone()).send()?, near.join(queue.clone()).send()?];
    let started = [
        JoinIt::on(Thread).spawn(queue.clone())?,
        JoinIt::on(Process::new()).spawn(queue.clone())?,
    ];
    assert_eq!(queue.join(), DESERTED);
    for join in joins {
        assert_deserted(join.wait());
    }
    for join in started {
        assert_deserted(join.worker().join());
    }
    Ok(())
}

/// In one that is received in the end, and in one that never is.
#[coproc::test]
fn it_waits_for_handles_in_messages() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (near, far) = Messenger::<Queue<u64>, ()>::pair();
    let queue = impatient()?;
    queue.send(1)?;
    near.send(queue.clone())?;
    let queue = not_yet(queue, LONG);
    let joins = thread::spawn(move || queue.join());
    far.recv()?.recv()?.ack()?;
    joins.join().expect("no panic")?;

    let queue = impatient()?;
    queue.send(1)?;
    near.send(queue.clone())?;
    let joins = thread::spawn(move || queue.join());
    drop((near, far));
    assert_eq!(joins.join().expect("no panic"), DESERTED);
    Ok(())
}

/// Another join waits over the same link, and the last handle elsewhere goes meanwhile.
#[coproc::test]
fn it_waits_for_a_handle_that_a_timeout_has_given_back() -> coproc::Result<()> {
    let _watch = Watch::set();
    for acknowledges in [true, false] {
        let queue = impatient()?;
        queue.send(1)?;
        let (elsewhere, clone) = (hand(&queue), queue.clone());
        let joins = thread::spawn(move || clone.join());
        let queue = not_yet(queue, LONG);
        drop(elsewhere);
        // The other join would fail meanwhile.
        assert_eq!(queue.recv_if_timeout(LONG, |item| *item > 1).unwrap_err(), QueueError::Timeout);
        if acknowledges {
            queue.recv()?.ack()?;
            joins.join().expect("no panic")?;
        } else {
            drop(queue);
            assert_eq!(joins.join().expect("no panic"), DESERTED);
        }
    }
    Ok(())
}
