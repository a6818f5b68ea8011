//! How much may wait, and how large a message may be.

use std::{path::Path, thread};

use coproc::prelude::*;
use coproc_tests::{Gate, gate};

/// Handles as many messages as its channels let in.
pub(crate) struct Narrow {
    handled: u32,
}

#[worker(channels(narrow(capacity = 3, overflow = reject), strait(capacity = 2)))]
impl Narrow {
    #[init]
    fn new() -> Self {
        Self { handled: 0 }
    }

    #[message(priority = i32::MIN)]
    fn hold(&mut self, until: &Path) {
        gate::pass(until);
    }

    /// Says that it has begun before it waits.
    #[message]
    fn begin(&mut self, begun: &Path, until: &Path) {
        gate::open(begun);
        gate::pass(until);
    }

    #[message(channel = narrow)]
    fn reject(&mut self) {
        self.handled += 1;
    }

    #[message(oneway, channel = narrow)]
    fn reject_one_way(&mut self) {
        self.handled += 1;
    }

    #[message(channel = strait)]
    fn block(&mut self) {
        self.handled += 1;
    }

    #[message(priority = 100)]
    fn handled(&self) -> u32 {
        self.handled
    }

    #[message]
    fn take(&mut self, bytes: &[u8]) -> usize {
        bytes.len()
    }

    #[message]
    fn give(&mut self, size: usize) -> Bytes {
        self.handled += 1;
        Bytes::from(vec![7; size])
    }

    #[message]
    fn refuse_with(&mut self, size: usize) -> Result<(), String> {
        Err("x".repeat(size))
    }
}

/// What the message limit is unless something else is said.
const MOST: usize = 64 << 20;

fn is_too_large<T: std::fmt::Debug, E: std::fmt::Debug>(
    result: Result<T, CallError<E>>,
    most: usize,
) -> bool {
    match result {
        Err(CallError::TooLarge { size, limit }) => size > most && limit == most,
        other => panic!("it should have been too large: {other:?}"),
    }
}

everywhere! {
    fn a_channel_that_rejects_is_full_exactly_at_its_limit(place) {
        let narrow = Narrow::on(place).spawn().unwrap();
        let other = narrow.clone();
        let gate = Gate::new();
        let hold = narrow.hold(&gate).send().unwrap();
        let first = narrow.reject().send().unwrap();
        other.reject().tell().unwrap();
        narrow.reject_one_way().tell().unwrap();
        for full in [
            narrow.reject().send().map(drop).unwrap_err(),
            other.reject().tell().unwrap_err(),
            narrow.reject().wait().unwrap_err(),
            other.reject_one_way().tell().unwrap_err(),
            narrow.reject().try_send().map(drop).unwrap_err().error,
        ] {
            assert_eq!(full, CallError::Full);
            assert!(full.is_unstarted());
        }
        gate.open();
        hold.wait().unwrap();
        first.wait().unwrap();
        assert_eq!(narrow.handled().wait(), Ok(3), "three were let in and five were not");
        assert_eq!(other.reject().wait(), Ok(()), "there is room again");
        assert_eq!(narrow.handled().wait(), Ok(4));
    }

    fn a_sender_that_was_blocked_goes_on(place) {
        let narrow = Narrow::on(place).spawn().unwrap();
        let gate = Gate::new();
        let hold = narrow.hold(&gate).send().unwrap();
        narrow.block().tell().unwrap();
        let second = narrow.block().send().unwrap();
        let refused = narrow.block().try_send().unwrap_err();
        assert_eq!(refused.error, CallError::Full);
        gate.open();
        // The call comes back with the refusal, and waits for room with a verb that may.
        let third = refused.call.send().unwrap();
        narrow.block().tell().unwrap();
        assert_eq!(narrow.block().wait(), Ok(()));
        assert_eq!((hold.wait(), second.wait(), third.wait()), (Ok(()), Ok(()), Ok(())));
        assert_eq!(narrow.handled().wait(), Ok(5));
    }

    fn many_blocked_senders_all_get_through(place) {
        let narrow = Narrow::on(place).spawn().unwrap();
        thread::scope(|scope| {
            for sender in 0..8 {
                let narrow = &narrow;
                scope.spawn(move || {
                    for number in 0..50 {
                        match (sender + number) % 3 {
                            0 => narrow.block().tell().unwrap(),
                            1 => narrow.block().wait().unwrap(),
                            _ => narrow.block().send().unwrap().wait().unwrap(),
                        }
                    }
                });
            }
        });
        assert_eq!(narrow.handled().wait(), Ok(400));
    }

    fn full_channels_do_not_touch_one_another(place) {
        let narrow = Narrow::on(place).spawn().unwrap();
        let gate = Gate::new();
        let hold = narrow.hold(&gate).send().unwrap();
        for _ in 0..3 {
            narrow.reject().tell().unwrap();
        }
        assert_eq!(narrow.reject().tell(), Err(CallError::Full));
        narrow.block().tell().unwrap();
        narrow.block().tell().unwrap();
        narrow.take(b"on the main channel").tell().unwrap();
        gate.open();
        hold.wait().unwrap();
        assert_eq!(narrow.handled().wait(), Ok(5));
    }

    fn a_message_over_the_limit_never_leaves(place) {
        let narrow = Narrow::on(place).spawn().unwrap();
        let bytes = vec![0; MOST + 1];
        assert!(is_too_large(narrow.take(&bytes).wait(), MOST));
        assert!(is_too_large(narrow.take(&bytes).send(), MOST));
        assert!(is_too_large(narrow.take(&bytes).tell(), MOST));
        assert_eq!(narrow.take(&bytes[..5]).wait(), Ok(5), "the link is as it was");
        assert_eq!(narrow.worker().stats().sent, 1);
    }

    fn a_reply_over_the_limit_is_an_error_of_its_call(place) {
        let narrow = Narrow::on(place).spawn().unwrap();
        assert!(is_too_large(narrow.give(MOST + 1).wait(), MOST));
        assert!(is_too_large(narrow.refuse_with(MOST + 1).wait(), MOST));
        assert_eq!(narrow.give(3).wait().unwrap().len(), 3);
        assert_eq!(narrow.handled().wait(), Ok(2), "the handler did run");
    }
}

beside! {
    fn what_is_not_answered_is_counted(place) {
        let narrow = Narrow::on(place).spawn().unwrap();
        let worker = narrow.worker();
        assert_eq!(worker.remaining(), 0);
        let gate = Gate::new();
        let hold = narrow.hold(&gate).send().unwrap();
        let pending = [narrow.block().send().unwrap(), narrow.block().send().unwrap()];
        narrow.take(b"nobody waits for the answer to this").tell().unwrap();
        assert_eq!(worker.remaining(), 3);
        assert_eq!(worker.remaining_on(NarrowChannel::Default), 1);
        assert_eq!(worker.remaining_on(NarrowChannel::Strait), 2);
        assert_eq!(worker.remaining_on(NarrowChannel::Narrow), 0);
        assert_eq!(worker.stats().remaining, 3);
        gate.open();
        hold.wait().unwrap();
        pending.into_iter().for_each(|pending| pending.wait().unwrap());
        assert_eq!((worker.remaining(), worker.stats().sent), (0, 4));
    }

    /// The capacity is for messages that have not begun: the one that is handled has left.
    fn a_message_that_has_begun_does_not_count(place) {
        let narrow = Narrow::on(place).spawn().unwrap();
        let (begun, until) = (Gate::new(), Gate::new());
        let hold = narrow.begin(&begun, &until).send().unwrap();
        gate::pass(&begun);
        for _ in 0..3 {
            narrow.reject().tell().unwrap();
        }
        assert_eq!(narrow.reject().tell(), Err(CallError::Full));
        until.open();
        hold.wait().unwrap();
        assert_eq!(narrow.handled().wait(), Ok(3));
    }

    fn a_call_without_room_ends_by_its_deadline(place) {
        let narrow = Narrow::on(place).spawn().unwrap();
        let gate = Gate::new();
        let hold = narrow.hold(&gate).send().unwrap();
        narrow.block().tell().unwrap();
        narrow.block().tell().unwrap();
        for error in [
            narrow.block().deadline(ms(20)).send().map(drop).unwrap_err(),
            narrow.block().deadline(ms(20)).wait().unwrap_err(),
            narrow.block().deadline(ms(20)).tell().unwrap_err(),
        ] {
            assert_eq!(error, CallError::Deadline { started: false });
        }
        gate.open();
        hold.wait().unwrap();
        assert_eq!(narrow.handled().wait(), Ok(2));
    }
}

#[coproc::test]
fn a_place_can_set_the_limit() {
    let _watch = coproc_tests::Watch::set();
    let narrow = Narrow::on(Process::new().max_message(1000)).spawn().unwrap();
    assert_eq!(narrow.take(&[0; 900]).wait(), Ok(900));
    assert!(is_too_large(narrow.take(&[0; 1001]).wait(), 1000));
    assert!(is_too_large(narrow.give(1001).wait(), 1000));
    assert_eq!(narrow.give(900).wait().unwrap().len(), 900);
}

#[coproc::test]
fn arguments_of_a_start_have_the_same_limit() {
    let _watch = coproc_tests::Watch::set();
    let words = vec!["x".repeat(2000)];
    match Long::on(Process::new().max_message(1000)).spawn(Long { words }) {
        Err(SpawnError::TooLarge { size, limit: 1000 }) => assert!(size > 1000),
        other => panic!("it should have been too large: {other:?}"),
    }
}

/// Has room for much.
#[derive(Serialize, Deserialize)]
pub(crate) struct Long {
    words: Vec<String>,
}

#[worker]
impl Long {
    #[message]
    fn len(&self) -> usize {
        self.words.len()
    }
}
