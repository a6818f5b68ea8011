//! How much fits in.

use std::time::Duration;

use coproc::{Bytes, Queue, prelude::*, queue::QueueError};
use coproc_tests::Watch;

use crate::hand;

const SHORT: Duration = Duration::from_millis(5);

#[coproc::test]
fn who_sends_to_a_full_queue_waits() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::bounded(2)?;
    assert_eq!(queue.capacity(), Some(2));
    queue.send(1)?;
    queue.try_send(2)?;
    assert!(queue.is_full()?);
    let unsent = queue.try_send(3).unwrap_err();
    assert_eq!((unsent.item, unsent.error), (3, QueueError::Full));
    let unsent = queue.send_timeout(4, SHORT).unwrap_err();
    assert_eq!((unsent.item, unsent.error), (4, QueueError::Timeout));
    let sender = hand(&queue);
    let waits = sender.send(5).send()?;
    let received: Vec<u64> = queue.iter().take(3).map(|d| d.unwrap().into_inner()).collect();
    assert_eq!(received, [1, 2, 5]);
    waits.wait()?;
    assert!(queue.is_empty()?);
    Ok(())
}

/// Looking for something takes nothing out, for which there could be no room again.
#[coproc::test]
fn who_looks_through_a_full_queue_loses_nothing() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::bounded(2)?;
    queue.send(1)?;
    queue.send(2)?;
    assert_eq!(queue.recv_if_timeout(SHORT, |item| *item == 3).unwrap_err(), QueueError::Timeout);
    assert!(queue.is_full()?);
    let at_once = Duration::ZERO;
    assert_eq!(queue.send_timeout(3, at_once).unwrap_err().error, QueueError::Timeout);
    assert_eq!(queue.recv_if(|item| *item == 2)?.into_inner(), 2);
    assert_eq!(queue.recv_timeout(at_once)?.into_inner(), 1);
    assert_eq!(queue.recv_timeout(at_once).unwrap_err(), QueueError::Timeout);
    queue.clone().join_timeout(at_once)?;
    Ok(())
}

/// So does who sends to one process only, or looks for something that is not there.
#[coproc::test]
fn whatever_waits_can_wait_for_a_while() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (queue, own) = (Queue::bounded(1)?, std::process::id());
    queue.try_send_to(own, 1)?;
    let unsent = queue.try_send_to(own, 2).unwrap_err();
    assert_eq!((unsent.item, unsent.error, unsent.unsent), (2, QueueError::Full, vec![own]));
    let unsent = queue.send_to_timeout(own, 3, SHORT).unwrap_err();
    assert_eq!((unsent.item, unsent.error, unsent.unsent), (3, QueueError::Timeout, vec![own]));
    let looked = queue.recv_if_timeout(SHORT, |item| *item > 1);
    assert_eq!(looked.unwrap_err(), QueueError::Timeout);
    let found = queue.recv_if_timeout(SHORT, |item| *item == 1)?;
    assert_eq!(found.recipient(), Some(own));
    found.ack()?;
    queue.send_to_timeout(own, 4, SHORT)?;
    assert_eq!(queue.recv()?.into_inner(), 4);
    Ok(())
}

#[coproc::test]
fn an_unbounded_queue_has_a_limit_in_bytes() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::builder().bytes(10_000).spawn()?;
    let item = || Bytes::from(vec![7; 4000]);
    queue.send(item())?;
    queue.send(item())?;
    let unsent = queue.send(item()).unwrap_err();
    assert_eq!((unsent.item, unsent.error), (item(), QueueError::Exhausted { limit: 10_000 }));
    let held = queue.recv()?;
    assert!(queue.send(item()).is_err(), "it is not acknowledged");
    held.ack()?;
    queue.send(item())?;
    let unsent = queue.send(Bytes::from(vec![7; 10_000])).unwrap_err();
    assert!(matches!(unsent.error, QueueError::TooLarge { limit: 10_000, .. }));
    Ok(())
}

/// Where one waits for room anyway, one waits for bytes as well.
#[coproc::test]
fn a_bounded_queue_waits_for_bytes() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::builder().capacity(100).bytes(10_000).spawn()?;
    let item = || Bytes::from(vec![7; 4000]);
    queue.send(item())?;
    queue.send(item())?;
    assert_eq!(queue.send_timeout(item(), SHORT).unwrap_err().error, QueueError::Timeout);
    queue.recv()?.ack()?;
    queue.send(item())?;
    Ok(())
}

/// Refuses to be written, or to be read.
#[derive(Debug, PartialEq)]
enum Fussy {
    Unwritable,
    Unreadable,
}

impl Serialize for Fussy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unwritable => Err(serde::ser::Error::custom("it stays here")),
            Self::Unreadable => serializer.serialize_u8(1),
        }
    }
}

impl<'de> Deserialize<'de> for Fussy {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u8::deserialize(deserializer)?;
        Err(serde::de::Error::custom("it is not for reading"))
    }
}

#[coproc::test]
fn what_cannot_be_written_is_given_back() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    let unsent = queue.send(Fussy::Unwritable).unwrap_err();
    assert_eq!(unsent.item, Fussy::Unwritable);
    assert_eq!(unsent.to_string(), "the item cannot be encoded: it stays here");
    assert!(queue.is_empty()?);
    queue.clone().join()?;
    Ok(())
}

#[coproc::test]
fn what_cannot_be_read_is_a_dead_letter() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    queue.send(Fussy::Unreadable)?;
    assert_eq!(queue.try_recv_if(|_| true).unwrap_err(), QueueError::Empty);
    assert!(matches!(queue.recv().unwrap_err(), QueueError::Decode(_)));
    queue.clone().join()?;
    let letters = queue.dead_letters()?;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].reason(), coproc::queue::DeadReason::Unreadable);
    assert!(letters[0].item().is_err());
    assert!(queue.dead_letters()?.is_empty());
    Ok(())
}

/// A handle travels in messages only.
#[coproc::test]
fn an_item_that_holds_a_handle_is_refused() -> coproc::Result<()> {
    let _watch = Watch::set();
    let queue = Queue::unbounded()?;
    let unsent = queue.send(Queue::<u8>::unbounded()?).unwrap_err();
    assert!(matches!(unsent.error, QueueError::Encode(_)));
    Ok(())
}
