//! Who gets what.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process,
    time::Duration,
};

use coproc::{Queue, queue::QueueError};
use coproc_tests::Watch;

use crate::{hand, pid};

fn filled(items: impl IntoIterator<Item = u64>) -> coproc::Result<Queue<u64>> {
    let queue = Queue::unbounded()?;
    for item in items {
        queue.send(item)?;
    }
    Ok(queue)
}

fn all(queue: &Queue<u64>) -> coproc::Result<Vec<u64>> {
    queue.try_iter().map(|received| Ok(received?.into_inner())).collect()
}

#[coproc::test]
fn first_sent_first_received() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = filled(0..100)?;
    assert_eq!((queue.len()?, queue.is_empty()?, queue.is_full()?), (100, false, false));
    assert_eq!(queue.capacity(), None);
    assert_eq!(all(&queue)?, Vec::from_iter(0..100));
    assert_eq!(queue.try_recv().unwrap_err(), QueueError::Empty);
    let short = Duration::from_millis(5);
    assert_eq!(queue.recv_timeout(short).unwrap_err(), QueueError::Timeout);
    Ok(())
}

/// With its place, its sender and its recipient.
#[coproc::test]
fn what_is_not_acknowledged_comes_back() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = filled(0..3)?;
    let (first, second) = (queue.recv()?, queue.recv()?);
    assert_eq!((*first, *second, first.attempt()), (0, 1, 0));
    assert_eq!((first.sender(), first.recipient()), (process::id(), None));
    let number = first.number();
    drop(second);
    first.nack()?;
    let again = queue.recv()?;
    assert_eq!((*again, again.attempt()), (0, 1));
    assert!(again.number() > number);
    assert_eq!((again.sender(), again.recipient()), (process::id(), None));
    again.ack()?;
    assert_eq!(all(&queue)?, [1, 2]);
    Ok(())
}

#[coproc::test]
fn a_panic_gives_back_what_was_received() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = filled([7])?;
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _delivery = queue.recv();
        panic!("with an item")
    }));
    assert!(panicked.is_err());
    assert_eq!(all(&queue)?, [7]);
    Ok(())
}

/// As many as are there, up to as many as were asked for.
#[coproc::test]
fn many_are_received_at_once() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = filled(0..10)?;
    let elsewhere = hand(&queue);
    assert_eq!(elsewhere.take_many(4).wait()?, [0, 1, 2, 3]);
    let some = queue.recv_many(3)?;
    assert_eq!(some.iter().map(|delivery| **delivery).collect::<Vec<_>>(), [4, 5, 6]);
    let mut some = some.into_iter();
    drop(some.next());
    queue.ack_all(some)?;
    assert_eq!(elsewhere.take_many(100).wait()?, [4, 7, 8, 9]);
    queue.clone().join()?;
    let waits = elsewhere.take_many(2).send()?;
    queue.send(7)?;
    assert_eq!(waits.wait()?, [7]);
    Ok(())
}

#[coproc::test]
fn what_does_not_fit_stays_in_order() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = filled(0..100)?;
    let mut seen = Vec::new();
    let fits = |item: &u64| {
        seen.push(*item);
        *item == 50
    };
    assert_eq!(queue.recv_if(fits)?.into_inner(), 50);
    assert_eq!(seen, Vec::from_iter(0..51));
    assert_eq!(queue.try_recv_if(|item| *item == 100).unwrap_err(), QueueError::Empty);
    assert_eq!(all(&queue)?, Vec::from_iter((0..100).filter(|item| *item != 50)));
    Ok(())
}

/// What was tested once is not tested again, whatever comes.
#[coproc::test]
fn who_looks_for_something_sees_everything_once() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = filled(0..40)?;
    let elsewhere = hand(&queue);
    let mut seen = Vec::new();
    let wanted = queue.recv_if(|item| {
        seen.push(*item);
        if *item == 39 {
            for item in 40..=50 {
                elsewhere.send(item).wait().expect("room");
            }
        }
        *item == 50
    })?;
    assert_eq!((*wanted, seen), (50, Vec::from_iter(0..=50)));
    Ok(())
}

/// An item that somebody else had when it was this one's turn.
#[coproc::test]
fn who_looks_for_something_sees_what_comes_back() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = filled([1, 2, 3])?;
    let mut first = Some(queue.recv()?);
    let found = queue.recv_if(|item| {
        if *item == 3 {
            drop(first.take());
        }
        *item == 1
    })?;
    assert_eq!(*found, 1);
    Ok(())
}

#[coproc::test]
fn a_predicate_that_panics_loses_nothing() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = filled(0..3)?;
    let panicked = catch_unwind(AssertUnwindSafe(|| queue.recv_if(|_| panic!("it does not fit"))));
    assert!(panicked.is_err());
    assert_eq!(all(&queue)?, [0, 1, 2]);
    queue.clone().join()?;
    Ok(())
}

/// Between many who look for something else each.
#[coproc::test]
fn every_receiver_finds_its_own() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    let hands: Vec<_> = (0..4).map(|_| hand(&queue)).collect();
    let primes = [2, 3, 5, 7];
    let waits: Vec<_> =
        hands.iter().zip(primes).map(|(hand, n)| hand.take_multiple(n).send()).collect();
    for item in [1, 11, 7, 5, 3, 13, 2] {
        queue.send(item)?;
    }
    for (wait, n) in waits.into_iter().zip(primes) {
        assert_eq!(wait?.wait()?, n);
    }
    assert_eq!(all(&queue)?, [1, 11, 13]);
    Ok(())
}

#[coproc::test]
fn an_item_with_an_address_is_for_no_other_process() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    let (one, other) = (hand(&queue), hand(&queue));
    queue.send_to(pid(&other), 1)?;
    queue.send_to(pid(&one), 2)?;
    queue.send(3)?;
    assert_eq!(queue.try_recv_if(|item| *item < 3).unwrap_err(), QueueError::Empty);
    assert_eq!(queue.recv()?.into_inner(), 3);
    assert_eq!(queue.try_recv().unwrap_err(), QueueError::Empty);
    assert_eq!(one.take().wait()?, 2);
    assert_eq!(other.take().wait()?, 1);
    queue.send_each([pid(&one), pid(&other)], 4)?;
    assert_eq!(other.take().wait()?, 4);
    assert_eq!(one.take().wait()?, 4);
    queue.send_to(process::id(), 5)?;
    let own = queue.recv()?;
    assert_eq!((*own, own.recipient()), (5, Some(process::id())));
    Ok(())
}
