//! The priority messenger by hand: two ends of a pair, and the two ends of a function worker.

use std::{
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use coproc::{
    Messenger, message,
    messenger::{
        Counters, MultiMessenger, ReceivedKind, RecvError, RecvTimeoutError, SendError,
        TryRecvError,
    },
    prelude::*,
    protocol::Channel,
};
use coproc_tests::{Gate, Watch, gate};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Channel)]
enum Lane {
    Data,
    Warning,
    BulkLoad,
}

/// A message with a level, which is how urgent it is.
#[message(priority = self.level)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    level: i32,
    text: String,
}

/// A message of several kinds, which goes to a channel of its own.
#[message(priority = match self { Alarm::Smoke => -1, Alarm::Fire { floor } => -i32::from(*floor) }, channel = Lane::Warning)]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Alarm {
    Smoke,
    Fire { floor: u8 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{0} cannot be divided by 0")]
struct NoDivision(i64);

/// The same bytes as [`NoDivision`], and another type.
#[derive(Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{0} is out of range")]
struct OutOfRange(i64);

fn note(level: i32, text: &str) -> Note {
    Note { level, text: text.to_owned() }
}

fn counters(sent: u64, requests: u64, received: u64, replies: u64) -> impl Fn(Counters) {
    move |counters| {
        let told = (
            counters.messages_sent,
            counters.requests_sent,
            counters.messages_received,
            counters.replies_received,
        );
        assert_eq!(told, (sent, requests, received, replies));
    }
}

/// Echoes requests, and one message more to say that it has begun.
#[worker]
fn parrot(messenger: Messenger<String, String>, greeting: &str) -> coproc::Result<u32> {
    messenger.send(greeting.to_owned())?;
    let mut answered = 0;
    loop {
        match messenger.recv_message() {
            Ok(received) if received.kind == ReceivedKind::Request => {
                answered += 1;
                messenger.reply(received.value)?;
            }
            Ok(received) => messenger.send(received.value)?,
            Err(RecvError::CloseRequested) => return Ok(answered),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Divides what it is asked to, over two channels.
#[worker]
fn divider(messenger: Messenger<i64, (i64, i64), Lane>) -> coproc::Result<()> {
    loop {
        match messenger.recv() {
            Ok((number, 0)) => messenger.send_error(NoDivision(number))?,
            Ok((number, by)) => {
                if number % by != 0 {
                    messenger.on(Lane::Warning).send(number % by)?;
                }
                messenger.reply(number / by)?;
            }
            Err(RecvError::CloseRequested) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Sends 8 MiB before it receives as much, and tells whether it was right.
#[worker]
fn stubborn(messenger: Messenger<Bytes, Bytes>) -> coproc::Result<bool> {
    messenger.send(Bytes::from(vec![2; BULK]))?;
    let received = messenger.recv()?;
    Ok(received == vec![1; BULK])
}

/// Receives only when the gate is opened.
#[worker]
fn sluggish(messenger: Messenger<u64, Bytes>, until: PathBuf) -> coproc::Result<()> {
    gate::pass(&until);
    while let Ok(bytes) = messenger.recv() {
        messenger.send(bytes.len() as u64)?;
    }
    Ok(())
}

/// Has nobody to talk with.
#[worker]
fn square(n: u64) -> u64 {
    n * n
}

#[worker]
fn parse(text: &str, at: &Path) -> coproc::Result<u16> {
    assert_ne!(text, "panic", "asked to");
    text.parse::<u16>().map_err(|error| coproc::Error::from(error).context(at.display()))
}

const BULK: usize = 8 << 20;

#[test]
fn messages_go_both_ways_in_order() {
    let (left, right) = Messenger::<u32, String>::pair();
    for number in 0..10 {
        left.send(number).unwrap();
    }
    right.send("a".into()).unwrap();
    right.try_send("b".into()).unwrap();
    right.send_timeout("c".into(), secs(50)).unwrap();
    assert_eq!(right.available(), 10);
    for number in 0..10 {
        assert_eq!(right.recv(), Ok(number));
    }
    assert_eq!(left.recv().unwrap() + &left.try_recv().unwrap(), "ab");
    assert_eq!(left.recv_timeout(secs(50)).unwrap(), "c");
    assert_eq!((left.available(), right.available()), (0, 0));
}

#[test]
fn requests_and_replies_are_counted() {
    let (left, right) = Messenger::<u32, String>::pair();
    counters(0, 0, 0, 0)(left.counters());
    left.send(0).unwrap();
    assert_eq!(left.remaining(), 0, "what wants no reply is not waited for");
    left.send_request(1).unwrap();
    left.send_requests([2, 3]).unwrap();
    counters(4, 3, 0, 0)(left.counters());
    assert_eq!((left.remaining(), right.available()), (3, 4));
    assert_eq!(right.queued(), 4);

    assert_eq!(
        right.reply("early".into()),
        Err(SendError::NoRequest("early".into())),
        "nothing was received yet"
    );
    assert_eq!([(); 4].map(|()| right.recv().unwrap()), [0, 1, 2, 3]);
    counters(0, 0, 4, 0)(right.counters());
    for text in ["one", "two", "three"] {
        right.reply(text.into()).unwrap();
    }
    assert_eq!(right.reply("four".into()), Err(SendError::NoRequest("four".into())));
    counters(3, 0, 4, 0)(right.counters());

    assert_eq!(left.remaining(), 3, "a reply counts when it is received");
    assert_eq!(left.recv().unwrap(), "one");
    assert_eq!(left.remaining(), 2);
    assert_eq!(left.recv_remaining().map(Result::unwrap).collect::<Vec<_>>(), ["two", "three"]);
    assert_eq!(left.remaining(), 0);
    assert_eq!(left.recv_remaining().count(), 0);
    counters(4, 3, 3, 3)(left.counters());
}

#[test]
fn replies_answer_the_oldest_request() {
    let (left, right) = Messenger::<u32, u32>::pair();
    left.send_requests([1, 2, 3]).unwrap();
    let first = right.recv_message().unwrap();
    assert_eq!((first.value, first.kind), (1, ReceivedKind::Request));
    left.send(9).unwrap();
    assert_eq!((right.recv(), right.recv()), (Ok(2), Ok(3)));
    let last = right.recv_message().unwrap();
    assert_eq!((last.value, last.kind), (9, ReceivedKind::Message));
    right.reply(10).unwrap();
    right.send(5).unwrap();
    right.reply(20).unwrap();
    let kinds: Vec<_> = (0..3)
        .map(|_| left.recv_message().map(|received| (received.value, received.kind)).unwrap())
        .collect();
    let (reply, message) = (ReceivedKind::Reply, ReceivedKind::Message);
    assert_eq!(kinds, [(10, reply), (5, message), (20, reply)]);
    assert_eq!(left.remaining(), 1);
}

#[test]
fn what_is_available_can_be_taken_at_once() {
    let (left, right) = Messenger::<u32, u32>::pair();
    assert!(right.recv_available().is_empty());
    (1..4).for_each(|number| left.send(number).unwrap());
    left.send_error(OutOfRange(4)).unwrap();
    let mut all = right.recv_available();
    assert_eq!(all.len(), 4);
    assert!(matches!(all.remove(0), Err(RecvError::Remote(_))), "an error goes before messages");
    assert_eq!(all, [Ok(1), Ok(2), Ok(3)]);
    assert!(right.recv_available().is_empty());
}

#[test]
fn an_empty_messenger_is_waited_for_as_long_as_is_said() {
    let (left, right) = Messenger::<u32, u32>::pair();
    assert_eq!(right.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(right.recv_timeout(ms(5)), Err(RecvTimeoutError::Timeout));
    assert_eq!(right.recv_deadline(Instant::now() + ms(5)), Err(RecvTimeoutError::Timeout));
    assert_eq!(right.recv_deadline(Instant::now()), Err(RecvTimeoutError::Timeout));
    left.send(1).unwrap();
    assert_eq!(right.recv_deadline(Instant::now() + secs(50)), Ok(1));
}

#[test]
fn a_thread_can_wait_until_something_is_available() {
    let _watch = Watch::set();
    let (left, right) = Messenger::<u32, u32, Lane>::pair();
    thread::scope(|scope| {
        let waits = scope.spawn(|| right.await_available());
        left.on(Lane::BulkLoad).send(1).unwrap();
        assert_eq!(waits.join().unwrap(), Ok(()));
        assert_eq!((right.available(), right.on(Lane::BulkLoad).available()), (0, 1));
        assert_eq!(right.on(Lane::BulkLoad).recv(), Ok(1));

        let waits = scope.spawn(|| right.await_available());
        left.send_close_request().unwrap();
        assert_eq!(waits.join().unwrap(), Ok(()));
        assert_eq!(right.recv(), Err(RecvError::CloseRequested));

        let waits = scope.spawn(|| right.await_available());
        drop(left);
        assert_eq!(waits.join().unwrap(), Err(RecvError::Closed));
    });
}

/// Both ends after every kind of send, error and close.
#[test]
fn both_ends_agree_after_everything() {
    let (left, right) = Messenger::<String, String>::pair();
    let stands = |line: u32, expected: [usize; 4]| {
        let found = [left.available(), left.remaining(), right.available(), right.remaining()];
        assert_eq!(found, expected, "in line {line}");
    };
    stands(line!(), [0, 0, 0, 0]);
    left.send("hello".into()).unwrap();
    stands(line!(), [0, 0, 1, 0]);
    left.send_request("how are you?".into()).unwrap();
    stands(line!(), [0, 1, 2, 0]);
    assert_eq!(right.recv().unwrap(), "hello");
    assert_eq!(right.recv().unwrap(), "how are you?");
    stands(line!(), [0, 1, 0, 0]);
    right.send_request("and you?".into()).unwrap();
    right.reply("well".into()).unwrap();
    stands(line!(), [2, 1, 0, 1]);
    assert_eq!(left.recv().unwrap(), "and you?");
    stands(line!(), [1, 1, 0, 1]);
    left.reply("well, too".into()).unwrap();
    assert_eq!(left.recv().unwrap(), "well");
    stands(line!(), [0, 0, 1, 1]);
    assert_eq!(right.recv().unwrap(), "well, too");
    stands(line!(), [0, 0, 0, 0]);
    left.send_requests(["1".to_owned(), "2".to_owned()]).unwrap();
    assert_eq!(right.recv().unwrap(), "1");
    right.send_error(OutOfRange(1)).unwrap();
    stands(line!(), [0, 2, 1, 0]);
    assert!(matches!(left.recv(), Err(RecvError::Remote(_))));
    stands(line!(), [0, 1, 1, 0]);
    right.send_close_request().unwrap();
    assert_eq!(left.recv(), Err(RecvError::CloseRequested));
    stands(line!(), [0, 1, 1, 0]);
    assert_eq!(right.recv().unwrap(), "2");
    right.reply("two".into()).unwrap();
    assert_eq!(left.recv().unwrap(), "two");
    stands(line!(), [0, 0, 0, 0]);
}

#[test]
fn an_error_is_received_once_and_nothing_else_is_lost() {
    let (left, right) = Messenger::<i64, u8>::pair();
    left.send(1).unwrap();
    left.send_error(NoDivision(7)).unwrap();
    left.send(2).unwrap();
    let remote = match right.recv() {
        Err(RecvError::Remote(remote)) => remote,
        other => panic!("the error was to come first: {other:?}"),
    };
    assert_eq!(remote.to_string(), "7 cannot be divided by 0");
    assert_eq!(remote.downcast::<NoDivision>(), Some(NoDivision(7)));
    assert_eq!(remote.downcast::<OutOfRange>(), None, "the bytes would fit, the type does not");
    assert_eq!(remote.downcast::<i64>(), None);
    assert_eq!((right.recv(), right.recv()), (Ok(1), Ok(2)));
    assert_eq!(right.try_recv(), Err(TryRecvError::Empty));
    right.send(3).unwrap();
    assert_eq!(left.recv(), Ok(3), "the link is as it was");
}

#[test]
fn errors_and_close_requests_keep_their_order() {
    let (left, right) = Messenger::<i64, i64>::pair();
    left.send_error(OutOfRange(1)).unwrap();
    left.send_close_request().unwrap();
    left.send_error(OutOfRange(2)).unwrap();
    let number = |error: RecvError| match error {
        RecvError::Remote(remote) => remote.downcast::<OutOfRange>().unwrap().0,
        RecvError::CloseRequested => 0,
        other => panic!("neither an error nor a close request: {other}"),
    };
    let numbers = [(); 3].map(|()| number(right.recv().unwrap_err()));
    assert_eq!(numbers, [1, 0, 2]);
}

#[test]
fn what_was_sent_before_the_end_can_still_be_received() {
    let (left, right) = Messenger::<u32, u32>::pair();
    left.send_requests([1, 2]).unwrap();
    right.send_request(5).unwrap();
    drop(left);
    assert_eq!(right.send(1), Err(SendError::Closed(1)));
    assert_eq!((right.recv(), right.recv()), (Ok(1), Ok(2)));
    assert_eq!(right.reply(1), Err(SendError::Closed(1)));
    assert_eq!(right.recv(), Err(RecvError::Closed));
    assert_eq!(right.try_recv(), Err(TryRecvError::Recv(RecvError::Closed)));
    assert_eq!(right.recv_timeout(secs(50)), Err(RecvTimeoutError::Recv(RecvError::Closed)));
    assert!(right.recv_available().is_empty());
    let rest: Vec<_> = right.recv_remaining().collect();
    assert_eq!(rest, [Err(RecvError::Closed)], "the reply will never come");
}

#[test]
fn the_most_urgent_is_received_first() {
    let (left, right) = Messenger::<Note, ()>::pair();
    // A permutation of 1 200 numbers: 7 and 1200 have no factor in common.
    let notes: Vec<_> =
        (0..1200).map(|n| (n * 7) % 1200).map(|n| note(n / 10 - 60, &n.to_string())).collect();
    notes.iter().for_each(|note| left.send(note.clone()).unwrap());
    let mut expected = notes;
    expected.sort_by_key(|note| note.level);
    assert_eq!(right.available(), 1200);
    let received: Vec<_> = right.recv_available().into_iter().map(Result::unwrap).collect();
    assert_eq!(received, expected, "most urgent first, and first in, first out within a priority");
}

#[test]
fn a_type_can_say_how_urgent_its_values_are_and_where_they_go() {
    let (left, right) = Messenger::<Alarm, Note, Lane>::pair();
    left.send(Alarm::Smoke).unwrap();
    left.send(Alarm::Fire { floor: 3 }).unwrap();
    left.on(Lane::Data).send(Alarm::Fire { floor: 2 }).unwrap();
    left.priority(5).send(Alarm::Fire { floor: 1 }).unwrap();
    assert_eq!((right.available(), right.on(Lane::Warning).available()), (1, 3));
    let outside = |alarms: coproc::messenger::Received<Alarm, Lane>| {
        (alarms.value, alarms.priority, alarms.channel)
    };
    let received: Vec<_> = (0..4).map(|_| outside(right.recv_any().unwrap())).collect();
    assert_eq!(
        received,
        [
            (Alarm::Fire { floor: 3 }, -3, Lane::Warning),
            (Alarm::Fire { floor: 2 }, -2, Lane::Data),
            (Alarm::Smoke, -1, Lane::Warning),
            (Alarm::Fire { floor: 1 }, 5, Lane::Warning),
        ]
    );
    right.send(note(-4, "a note has no channel of its own")).unwrap();
    let received = left.recv_message().unwrap();
    assert_eq!((received.priority, received.channel), (-4, Lane::Data));
}

/// A type's channel is for what is sent by itself.
#[test]
fn a_reply_goes_where_its_request_came_from() {
    let (left, right) = Messenger::<u32, Alarm, Lane>::pair();
    left.send_request(1).unwrap();
    left.on(Lane::BulkLoad).send_request(2).unwrap();
    assert_eq!((right.recv(), right.on(Lane::BulkLoad).recv()), (Ok(1), Ok(2)));
    right.reply(Alarm::Smoke).unwrap();
    right.on(Lane::BulkLoad).reply(Alarm::Fire { floor: 2 }).unwrap();
    let reply = left.recv_message().unwrap();
    assert_eq!((reply.value, reply.priority, reply.channel), (Alarm::Smoke, -1, Lane::Data));
    assert_eq!(left.on(Lane::BulkLoad).recv(), Ok(Alarm::Fire { floor: 2 }));
    assert_eq!((left.remaining(), left.on(Lane::BulkLoad).remaining()), (0, 0));
}

/// A channel of another set of channels says nothing here.
#[test]
fn a_type_is_at_home_in_messengers_with_other_channels() {
    let (left, right) = Messenger::<Alarm, ()>::pair();
    left.send(Alarm::Smoke).unwrap();
    left.send(Alarm::Fire { floor: 9 }).unwrap();
    assert_eq!((right.recv(), right.recv()), (Ok(Alarm::Fire { floor: 9 }), Ok(Alarm::Smoke)));
}

#[test]
fn a_generic_message_is_as_urgent_as_its_sender_says() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Parcel<T> {
        content: T,
    }
    let (left, right) = Messenger::<Parcel<u8>, Parcel<String>, Lane>::pair();
    left.send(Parcel { content: 0 }).unwrap();
    left.priority(3).send(Parcel { content: 1 }).unwrap();
    left.priority(-3).send_request(Parcel { content: 2 }).unwrap();
    left.on(Lane::Data).priority(-4).send(Parcel { content: 3 }).unwrap();
    left.priority(-5).send(Parcel { content: 4 }).unwrap();
    let order = [(); 5].map(|()| right.recv().unwrap().content);
    assert_eq!(order, [4, 3, 2, 0, 1]);
    right.priority(-1).reply(Parcel { content: "answer".into() }).unwrap();
    assert_eq!(left.recv_message().unwrap().priority, -1);
}

#[test]
fn three_channels_do_not_mix() {
    let (left, right) = Messenger::<u32, u32, Lane>::pair();
    assert_eq!(Lane::NAMES, ["data", "warning", "bulk_load"]);
    let lanes = [Lane::Data, Lane::Warning, Lane::BulkLoad];
    for round in 0..100 {
        for (index, lane) in (0..).zip(lanes) {
            left.on(lane).send(round * 3 + index).unwrap();
        }
        if round % 2 == 1 {
            // Taken while more is put: each channel gives its own, in its own order.
            for (index, lane) in (0..).zip(lanes) {
                assert_eq!(right.on(lane).recv(), Ok((round / 2) * 3 + index));
            }
        }
    }
    for (index, lane) in (0..).zip(lanes) {
        assert_eq!((right.on(lane).available(), right.on(lane).queued()), (50, 50));
        counters(100, 0, 0, 0)(left.on(lane).counters());
        counters(0, 0, 50, 0)(right.on(lane).counters());
        for round in 50..100 {
            let received = right.on(lane).recv_message().unwrap();
            assert_eq!((received.value, received.channel), (round * 3 + index, lane));
        }
        assert_eq!(right.on(lane).try_recv(), Err(TryRecvError::Empty));
    }
}

#[test]
fn every_method_works_on_a_named_channel() {
    let _watch = Watch::set();
    let (left, right) = Messenger::<u32, String, Lane>::pair();
    let (ask, answer) = (left.on(Lane::Warning), right.on(Lane::Warning));
    ask.send(1).unwrap();
    ask.try_send(2).unwrap();
    ask.send_timeout(3, secs(50)).unwrap();
    ask.try_send_request(4).unwrap();
    ask.send_request_timeout(5, secs(50)).unwrap();
    ask.send_requests([6]).unwrap();
    assert_eq!((ask.remaining(), left.remaining(), left.on(Lane::BulkLoad).remaining()), (3, 0, 0));
    assert_eq!((answer.available(), right.available()), (6, 0));
    assert_eq!(right.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(answer.recv(), Ok(1));
    assert_eq!(answer.try_recv(), Ok(2));
    assert_eq!(answer.recv_timeout(secs(50)), Ok(3));
    assert_eq!(answer.recv_deadline(Instant::now() + secs(50)), Ok(4));
    assert_eq!(answer.recv_message().unwrap().channel, Lane::Warning);
    assert_eq!(answer.recv_available(), [Ok(6)]);
    assert_eq!(right.reply("none".into()), Err(SendError::NoRequest("none".into())));
    answer.try_reply("four".into()).unwrap();
    answer.send_error(OutOfRange(5)).unwrap();
    answer.reply_timeout("six".into(), secs(50)).unwrap();
    assert!(matches!(ask.recv(), Err(RecvError::Remote(_))));
    assert_eq!(ask.remaining(), 2, "an error is a reply");
    let rest: Vec<_> = left.on(Lane::Warning).recv_remaining().map(Result::unwrap).collect();
    assert_eq!(rest, ["four", "six"]);
    counters(6, 3, 3, 3)(ask.counters());
    answer.send_close_request().unwrap();
    assert_eq!(ask.recv(), Err(RecvError::CloseRequested));
}

#[test]
fn without_priorities_messages_keep_their_order() {
    let (left, right) = MultiMessenger::<Note, Note, Lane>::pair();
    for level in [3, -2, 0] {
        left.send(note(level, "")).unwrap();
    }
    left.priority(-9).send(note(7, "")).unwrap();
    left.on(Lane::Warning).send_request(note(-100, "")).unwrap();
    let order = [(); 4].map(|()| right.recv().unwrap().level);
    assert_eq!(order, [3, -2, 0, 7]);
    let last = right.recv_any().unwrap();
    assert_eq!((last.value.level, last.priority, last.channel), (-100, 0, Lane::Warning));
    right.send(note(0, "first")).unwrap();
    right.on(Lane::Warning).reply(note(-1, "reply")).unwrap();
    assert_eq!(left.recv_any().unwrap().value.text, "first");
    assert_eq!(left.on(Lane::Warning).recv().unwrap().text, "reply");
    assert_eq!(left.on(Lane::Warning).remaining(), 0);
}

#[test]
fn one_end_can_be_used_by_many_threads() {
    let _watch = Watch::set();
    let (left, right) = Messenger::<u32, u32>::pair();
    thread::scope(|scope| {
        for thread in 0..4 {
            let left = &left;
            scope.spawn(move || (0..500).for_each(|n| left.send(thread * 500 + n).unwrap()));
        }
        let receivers: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| (0..500).map(|_| right.recv().unwrap()).collect::<Vec<u32>>()))
            .collect();
        let mut all: Vec<u32> =
            receivers.into_iter().flat_map(|receiver| receiver.join().unwrap()).collect();
        all.sort_unstable();
        assert_eq!(all, (0..2000).collect::<Vec<_>>());
    });
}

#[test]
fn both_ends_of_a_pair_can_send_much_before_they_receive() {
    let _watch = Watch::set();
    let (left, right) = Messenger::<Bytes, Bytes>::pair();
    left.send(Bytes::from(vec![1; BULK])).unwrap();
    right.send(Bytes::from(vec![2; BULK])).unwrap();
    assert_eq!(left.recv().unwrap(), Bytes::from(vec![2; BULK]));
    assert_eq!(right.recv().unwrap(), Bytes::from(vec![1; BULK]));
}

/// An end is bounded by bytes; who sends beyond that is told, or waits.
#[test]
fn what_is_not_received_is_bounded() {
    let _watch = Watch::set();
    let (left, right) = Messenger::<Bytes, Bytes>::pair();
    let piece = || Bytes::from(vec![0; 1 << 20]);
    let mut sent = 0;
    while left.try_send(piece()).is_ok() {
        sent += 1;
        assert!(sent < 1000, "there seems to be no bound");
    }
    assert_eq!(left.try_send(piece()), Err(SendError::Full(piece())));
    assert_eq!(left.send_timeout(piece(), ms(5)), Err(SendError::Full(piece())));
    thread::scope(|scope| {
        let blocked = scope.spawn(|| left.send(piece()));
        (0..=sent).for_each(|_| drop(right.recv().unwrap()));
        assert_eq!(blocked.join().unwrap(), Ok(()));
    });
    assert!(sent >= 64, "64 MiB are to fit, and {sent} did");
    assert_eq!(left.try_recv(), Err(TryRecvError::Empty));
}

/// A request that could not be answered yet is not forgotten.
#[test]
fn a_reply_without_room_can_be_tried_again() {
    let _watch = Watch::set();
    let (left, right) = Messenger::<u8, Bytes>::pair();
    left.send_requests([1, 2]).unwrap();
    assert_eq!((right.recv(), right.recv()), (Ok(1), Ok(2)));
    let piece = || Bytes::from(vec![0; 8 << 20]);
    let mut sent = 0;
    while right.try_send(piece()).is_ok() {
        sent += 1;
    }
    assert_eq!(right.try_reply(piece()), Err(SendError::Full(piece())));
    assert_eq!(right.reply_timeout(piece(), ms(5)), Err(SendError::Full(piece())));
    assert!(right.reply(Bytes::from(vec![0; (64 << 20) + 1])).is_err(), "this will never fit");
    (0..sent).for_each(|_| drop(left.recv().unwrap()));
    right.try_reply(Bytes::from([1])).unwrap();
    right.try_reply(Bytes::from([2])).unwrap();
    assert_eq!(right.try_reply(Bytes::from([3])), Err(SendError::NoRequest(Bytes::from([3]))));
    let replies: Vec<_> = left.recv_remaining().map(Result::unwrap).collect();
    assert_eq!(replies, [Bytes::from([1]), Bytes::from([2])]);
}

#[test]
fn a_message_over_the_limit_does_not_leave() {
    let (left, right) = Messenger::<Bytes, u8>::pair();
    match left.send_request(Bytes::from(vec![0; (64 << 20) + 1])) {
        Err(SendError::TooLarge { message, size, limit }) => {
            assert!(size > limit && limit == 64 << 20);
            assert_eq!(message.len(), limit + 1, "it is given back");
        }
        other => panic!("it should have been too large: {other:?}"),
    }
    assert_eq!((left.remaining(), right.available()), (0, 0), "it does not count as sent");
    counters(0, 0, 0, 0)(left.counters());
}

/// Says that it cannot be encoded.
#[derive(Deserialize)]
struct Unspeakable;

impl Serialize for Unspeakable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("for no ears"))
    }
}

#[test]
fn a_message_that_cannot_be_encoded_is_not_owed_a_reply() {
    let (left, right) = Messenger::<Unspeakable, u8>::pair();
    match left.send_request(Unspeakable) {
        Err(SendError::Encode { message: Unspeakable, text }) => {
            assert!(text.contains("for no ears"), "{text}")
        }
        other => panic!("it cannot have been sent: {other:?}"),
    }
    assert_eq!((left.remaining(), right.available()), (0, 0));
    counters(0, 0, 0, 0)(left.counters());
}

#[coproc::test]
fn a_function_is_a_worker_with_a_messenger() {
    let _watch = Watch::set();
    let parrot = Parrot::spawn("hello").unwrap();
    assert_ne!(parrot.worker().pid(), None);
    let link = parrot.messenger();
    assert_eq!(link.recv().unwrap(), "hello");

    link.send("one way".into()).unwrap();
    let back = link.recv_message().unwrap();
    assert_eq!((back.value.as_str(), back.kind), ("one way", ReceivedKind::Message));
    assert_eq!(link.remaining(), 0);

    let texts: Vec<String> = (0..10).map(|n| n.to_string()).collect();
    for (index, text) in texts.iter().enumerate() {
        assert_eq!(link.remaining(), index);
        link.send_request(text.clone()).unwrap();
    }
    assert_eq!(link.recv_remaining().map(Result::unwrap).collect::<Vec<_>>(), texts);
    counters(11, 10, 12, 10)(link.counters());
    assert_eq!(parrot.worker().join().unwrap(), 10, "join asks to close");
    assert_eq!(parrot.worker().join().unwrap(), 10);
    assert_eq!(link.send("late".into()), Err(SendError::Closed("late".into())));
    assert_eq!(link.recv(), Err(RecvError::Closed));
}

#[coproc::test]
fn ten_messages_that_wait_in_a_process_are_counted_and_come_in_order() {
    let _watch = Watch::set();
    let parrot = Parrot::spawn("hello").unwrap();
    let link = parrot.messenger();
    (0..10).for_each(|n| link.send(n.to_string()).unwrap());
    // The reply to a request of the same priority comes behind all of them.
    link.send_request("last".into()).unwrap();
    while link.available() < 12 {
        link.await_available().unwrap();
        thread::yield_now();
    }
    let received: Vec<_> = link.recv_available().into_iter().map(Result::unwrap).collect();
    assert_eq!(received[0], "hello");
    assert_eq!(received[1..11], (0..10).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!((received[11].as_str(), link.remaining()), ("last", 0));
}

#[coproc::test]
fn an_error_in_a_process_is_received_and_the_queue_survives_it() {
    let _watch = Watch::set();
    let divider = Divider::spawn().unwrap();
    let link = divider.messenger();
    link.send_requests([(12, 3), (1, 0), (9, 4)]).unwrap();
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    while link.remaining() > 0 {
        match link.recv() {
            Ok(value) => values.push(value),
            Err(RecvError::Remote(remote)) => errors.push(remote.downcast::<NoDivision>().unwrap()),
            Err(error) => panic!("nothing else was to come: {error}"),
        }
    }
    assert_eq!((values, errors), (vec![4, 2], vec![NoDivision(1)]));
    assert_eq!(link.on(Lane::Warning).recv(), Ok(1));
    link.send_request((7, 7)).unwrap();
    assert_eq!(link.recv(), Ok(1));
    link.send_close_request().unwrap();
    assert_eq!(divider.worker().join(), Ok(()));
}

#[coproc::test]
fn five_thousand_requests_go_out_before_a_reply_is_received() {
    let _watch = Watch::set();
    let parrot = Parrot::spawn("hello").unwrap();
    let link = parrot.messenger();
    let text = |n: usize| format!("{n:01000}");
    link.send_requests((0..5000).map(text)).unwrap();
    assert_eq!(link.remaining(), 5000);
    assert_eq!(link.recv().unwrap(), "hello");
    for (n, reply) in link.recv_remaining().enumerate() {
        assert_eq!(reply.unwrap(), text(n));
    }
    assert_eq!(parrot.worker().join().unwrap(), 5000);
}

#[coproc::test]
fn both_ends_of_a_process_can_send_much_before_they_receive() {
    let _watch = Watch::set();
    let stubborn = Stubborn::spawn().unwrap();
    stubborn.messenger().send(Bytes::from(vec![1; BULK])).unwrap();
    assert_eq!(stubborn.messenger().recv().unwrap(), Bytes::from(vec![2; BULK]));
    assert_eq!(stubborn.worker().join(), Ok(true));
}

#[coproc::test]
fn a_process_that_does_not_receive_can_be_waited_for() {
    let _watch = Watch::set();
    let gate = Gate::new();
    let sluggish = Sluggish::spawn(gate.to_path_buf()).unwrap();
    let link = sluggish.messenger();
    let piece = || Bytes::from(vec![0; 4 << 20]);
    let mut sent = 0;
    let full = loop {
        match link.try_send(piece()) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(full, SendError::Full(piece()));
    assert_eq!(link.send_timeout(piece(), ms(5)), Err(SendError::Full(piece())));
    assert_eq!(link.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
    gate.open();
    link.send(piece()).unwrap();
    for _ in 0..=sent {
        assert_eq!(link.recv(), Ok(4 << 20));
    }
}

#[coproc::test]
fn a_function_without_messenger_runs_once() {
    let _watch = Watch::set();
    let seven = Square::spawn(7).unwrap();
    assert_eq!((seven.worker().join(), seven.worker().join()), (Ok(49), Ok(49)));
    assert_eq!(square(8), 64, "the function itself is still there");
    assert_eq!(Square::on(Thread).spawn(9).unwrap().worker().join(), Ok(81));
    assert_eq!(Square::on(Inline).spawn(10).unwrap().worker().join(), Ok(100));

    let parsed = Parse::spawn("80", Path::new("/a")).unwrap();
    assert_eq!(parsed.worker().join().unwrap(), 80);
    let failed = Parse::spawn("eighty", Path::new("/b")).unwrap();
    for _ in 0..2 {
        match failed.worker().join() {
            Err(CallError::Handler(error)) => {
                assert_eq!(format!("{error:#}"), "/b: invalid digit found in string");
            }
            other => panic!("it should have failed: {other:?}"),
        }
    }
    match Parse::spawn("panic", Path::new("/c")).unwrap().worker().join() {
        Err(CallError::Panicked(report)) => {
            assert!(report.message().contains("asked to"));
            assert_eq!(report.handler(), "parse");
        }
        other => panic!("it should have panicked: {other:?}"),
    }
}

#[coproc::test]
fn a_function_ends_with_its_owner() {
    let _watch = Watch::set();
    let parrot = Parrot::spawn("hello").unwrap();
    let clone = parrot.clone();
    drop(parrot);
    assert!(!clone.worker().is_alive());
    assert_eq!(clone.messenger().recv().unwrap(), "hello", "what it said before is still there");
    assert_eq!(clone.messenger().recv(), Err(RecvError::Closed));
    assert_eq!(clone.worker().join().unwrap(), 0);
}
