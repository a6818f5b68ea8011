//! Ends of messengers travel: whoever receives one goes on where its sender was, and talks to the
//! other end directly.

use std::{path::Path, sync::Barrier, thread};

use coproc::{
    Inline, Messenger, Thread, message,
    messenger::{MultiMessenger, ReceivedKind, RecvError, SendError, TryRecvError},
    prelude::*,
    protocol::Channel,
};
use coproc_tests::{Census, Gate, Watch, gate};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Channel)]
enum Lane {
    Data,
    Warning,
}

/// What is said, and how urgent it is.
#[message(priority = self.level)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    level: i32,
    text: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{0} went wrong")]
struct Wrong(i64);

type End = Messenger<Note, Note, Lane>;
type Plain = Messenger<u64, u64>;

fn note(level: i32, text: &str) -> Note {
    Note { level, text: text.to_owned() }
}

/// Something that holds an end among other things.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kit {
    name: String,
    plain: Option<Plain>,
}

/// Works with the ends that it is given.
pub struct Friend {
    plain: Option<Plain>,
    end: Option<End>,
}

#[worker]
impl Friend {
    #[init]
    fn new(plain: Option<Plain>) -> Self {
        Self { plain, end: None }
    }

    #[message]
    fn take(&mut self, end: End) {
        self.end = Some(end);
    }

    #[message]
    fn take_plain(&mut self, plain: Plain) {
        self.plain = Some(plain);
    }

    #[message]
    fn take_kit(&mut self, kit: Kit) -> Kit {
        kit
    }

    /// Gives away the end that it has.
    #[message]
    fn give(&mut self) -> Option<End> {
        self.end.take()
    }

    #[message]
    fn give_plain(&mut self) -> Option<Plain> {
        self.plain.take()
    }

    /// Makes a pair, and gives away one end.
    #[message]
    fn pair(&mut self) -> Plain {
        let (own, given) = Plain::pair();
        self.plain = Some(own);
        given
    }

    #[message]
    fn send(&self, numbers: Vec<u64>) -> coproc::Result<()> {
        let plain = self.plain.as_ref().expect("an end");
        Ok(numbers.into_iter().try_for_each(|number| plain.send(number))?)
    }

    #[message]
    fn recv(&self, count: usize) -> coproc::Result<Vec<u64>> {
        let plain = self.plain.as_ref().expect("an end");
        Ok((0..count).map(|_| plain.recv()).collect::<Result<_, _>>()?)
    }

    /// Asks the other end, and gives what that answers.
    #[message]
    fn ask(&self, number: u64) -> coproc::Result<u64> {
        let plain = self.plain.as_ref().expect("an end");
        plain.send_request(number)?;
        Ok(plain.recv()?)
    }

    #[message]
    fn answer(&self) -> coproc::Result<()> {
        let plain = self.plain.as_ref().expect("an end");
        Ok(plain.reply(plain.recv()? + 1)?)
    }

    /// Receives until the other end is gone.
    #[message]
    fn drain(&self) -> coproc::Result<Vec<u64>> {
        let plain = self.plain.as_ref().expect("an end");
        let mut drained = Vec::new();
        loop {
            match plain.recv() {
                Ok(number) => drained.push(number),
                Err(RecvError::Closed) => return Ok(drained),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Sends so many notes of so many bytes, and lets go of the end at once.
    #[message]
    fn leave(&mut self, notes: u32, bytes: usize) -> coproc::Result<()> {
        let end = self.end.take().expect("an end");
        let text = "x".repeat(bytes);
        Ok((0..notes).try_for_each(|_| end.send(note(0, &text)))?)
    }

    /// Lends its end to another worker, and keeps what is left of it.
    #[message]
    fn lend(&self, looker: LookerController) -> coproc::Result<u64> {
        Ok(looker.look(self.plain.as_ref().expect("an end"), &[]).wait()?)
    }

    #[message]
    fn recv_note(&self) -> coproc::Result<Note> {
        Ok(self.end.as_ref().expect("an end").recv()?)
    }

    /// Sends so many notes of so many bytes.
    #[message]
    fn send_notes(&self, notes: u32, bytes: usize) -> coproc::Result<()> {
        let end = self.end.as_ref().expect("an end");
        let text = "x".repeat(bytes);
        Ok((0..notes).try_for_each(|_| end.send(note(0, &text)))?)
    }

    #[message]
    fn stay(&self, begun: &Path, gate: &Path) {
        gate::open(begun);
        gate::pass(gate);
    }
}

fn friend() -> WorkerResource<Friend> {
    Friend::spawn(None).expect("a friend")
}

#[coproc::test]
fn two_workers_talk_without_the_host() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (one, other) = (friend(), friend());
    let (left, right) = Plain::pair();
    one.take_plain(left).wait()?;
    other.take_plain(right).wait()?;
    for number in 0..100 {
        let answer = other.answer().send()?;
        assert_eq!(one.ask(number).wait()?, number + 1);
        answer.wait()?;
    }
    // Who holds the other end is known by nobody else.
    drop(other);
    assert!(one.ask(0).wait().is_err());
    Ok(())
}

#[coproc::test]
fn an_init_value_a_field_and_a_reply() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (left, right) = Plain::pair();
    let friend = Friend::spawn(Some(left))?;
    right.send(5)?;
    assert_eq!(friend.recv(1).wait()?, [5]);

    let (left, right) = Plain::pair();
    let kit = friend.take_kit(Kit { name: "a kit".into(), plain: Some(left) }).wait()?;
    right.send(6)?;
    assert_eq!(
        (kit.name.as_str(), kit.plain.as_ref().map(|end| end.recv())),
        ("a kit", Some(Ok(6)))
    );

    let given = friend.pair().wait()?;
    friend.send(vec![7, 8]).wait()?;
    assert_eq!((given.recv()?, given.recv()?), (7, 8));
    given.send(9)?;
    assert_eq!(friend.recv(1).wait()?, [9]);
    Ok(())
}

/// What was open and unread at `right` when it left, seen from `right` where it is now.
fn check_right(right: &End) {
    assert_eq!(right.recv().unwrap_err().to_string(), "7 went wrong");
    assert_eq!(right.recv(), Err(RecvError::CloseRequested));
    assert_eq!(right.queued(), 3);
    assert_eq!((right.remaining(), right.on(Lane::Warning).remaining()), (2, 0));
    let received = right.recv_message().expect("the most urgent");
    assert_eq!((received.value, received.priority), (note(-5, "urgent"), -5));
    let received = right.recv_message().expect("the reply");
    assert_eq!((received.value, received.kind), (note(0, "yes"), ReceivedKind::Reply));
    assert_eq!(right.recv(), Ok(note(3, "later")));
    assert_eq!(right.on(Lane::Warning).recv(), Ok(note(0, "careful")));
    assert_eq!((right.remaining(), right.queued()), (1, 0));
    right.reply(note(0, "the answer")).expect("a request is open");
    assert_eq!(right.reply(note(0, "none")), Err(SendError::NoRequest(note(0, "none"))));
    right.send(note(0, "over")).expect("sent");
    let (counters, warnings) = (right.counters(), right.on(Lane::Warning).counters());
    assert_eq!((counters.requests_sent, counters.replies_received), (2, 1));
    assert_eq!((counters.messages_sent, counters.messages_received), (5, 6));
    assert_eq!((warnings.messages_sent, warnings.messages_received), (0, 1));
}

/// A pair in the middle of a conversation.
fn in_conversation() -> (End, End) {
    let (left, right) = End::pair();
    right.send_request(note(0, "first?")).expect("sent");
    right.send_request(note(0, "second?")).expect("sent");
    right.send(note(0, "unread")).expect("sent");
    assert_eq!(left.recv(), Ok(note(0, "first?")));
    left.send_request(note(0, "a question")).expect("sent");
    assert_eq!(right.recv(), Ok(note(0, "a question")));
    left.send(note(3, "later")).expect("sent");
    left.send(note(-5, "urgent")).expect("sent");
    left.reply(note(0, "yes")).expect("sent");
    left.on(Lane::Warning).send(note(0, "careful")).expect("sent");
    left.send_error(Wrong(7)).expect("sent");
    left.send_close_request().expect("sent");
    (left, right)
}

fn check_left(left: &End) {
    let received: Vec<_> = (0..4).map(|_| left.recv_message().expect("it was sent")).collect();
    let texts: Vec<_> = received.iter().map(|received| received.value.text.as_str()).collect();
    assert_eq!(texts, ["second?", "unread", "the answer", "over"]);
    assert_eq!(received[2].kind, ReceivedKind::Reply);
    assert_eq!(left.remaining(), 0);
}

#[coproc::test]
fn it_goes_on_where_it_was() -> coproc::Result<()> {
    let _watch = Watch::set();
    // Within the process, there and back, and one more time over two workers.
    let (left, right) = in_conversation();
    let local = Friend::on(Thread).spawn(None)?;
    local.take(right).wait()?;
    check_right(&local.give().wait()?.expect("it was given"));
    check_left(&left);

    let (left, right) = in_conversation();
    let friends = [friend(), friend()];
    friends[0].take(right).wait()?;
    friends[1].take(friends[0].give().wait()?.expect("it was given")).wait()?;
    let right = friends[1].give().wait()?.expect("it was given");
    check_right(&right);
    // The other end may follow.
    friends[0].take(left).wait()?;
    check_left(&friends[0].give().wait()?.expect("it was given"));
    Ok(())
}

#[coproc::test]
fn messages_sent_meanwhile_are_received_in_order() -> coproc::Result<()> {
    const NUMBERS: u64 = 4000;
    let _watch = Watch::set();
    let (left, mut right) = Plain::pair();
    let sending = thread::spawn(move || (0..NUMBERS).try_for_each(|number| left.send(number)));
    let friend = friend();
    let mut received = Vec::new();
    while received.len() < NUMBERS as usize / 2 {
        friend.take_plain(right).wait()?;
        received.extend(friend.recv(100).wait()?);
        right = friend.give_plain().wait()?.expect("it was given");
        received.push(right.recv()?);
    }
    while received.len() < NUMBERS as usize {
        received.push(right.recv()?);
    }
    sending.join().expect("no panic")?;
    assert!(received.into_iter().eq(0..NUMBERS));
    Ok(())
}

/// Whoever waits for a message at one end is not held up by the other's leaving.
#[coproc::test]
fn a_waiting_receiver_goes_on_waiting() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (left, right) = Plain::pair();
    let friend = friend();
    let waiting = thread::spawn(move || (left.recv(), left.recv()));
    right.send(1)?;
    friend.take_plain(right).wait()?;
    friend.send(vec![2]).wait()?;
    assert_eq!(waiting.join().expect("no panic"), (Ok(1), Ok(2)));
    Ok(())
}

/// Each end leaves for a process of its own, at one moment.
#[coproc::test]
fn both_ends_leave_at_once() -> coproc::Result<()> {
    let _watch = Watch::set();
    let friends = [friend(), friend()];
    let leave = |friend: &WorkerResource<Friend>, start: &Barrier, end: Plain| {
        start.wait();
        friend.take_plain(end).wait()
    };
    for round in 0..200 {
        let ((left, right), start) = (Plain::pair(), Barrier::new(2));
        left.send(round)?;
        thread::scope(|scope| {
            let other = scope.spawn(|| leave(&friends[1], &start, right));
            leave(&friends[0], &start, left)?;
            other.join().expect("it does not panic")
        })?;
        friends[0].send(vec![round + 1]).wait()?;
        friends[1].send(vec![round + 2]).wait()?;
        assert_eq!(friends[1].recv(2).wait()?, [round, round + 1]);
        assert_eq!(friends[0].recv(1).wait()?, [round + 2]);
    }
    Ok(())
}

/// More than the kernel takes, on its way in both directions when an end moves on.
#[coproc::test]
fn what_is_not_yet_written_moves_too() -> coproc::Result<()> {
    const NOTES: u32 = 40;
    const BYTES: usize = 100_000;
    let _watch = Watch::set();
    let (left, right) = End::pair();
    let friends = [friend(), friend()];
    friends[0].take(right).wait()?;
    friends[0].send_notes(NOTES, BYTES).wait()?;
    let text = "y".repeat(BYTES);
    left.send(note(0, "first"))?;
    for _ in 0..NOTES {
        left.send(note(0, &text))?;
    }
    // With the first, a part of what follows it is read.
    assert_eq!(friends[0].recv_note().wait()?, note(0, "first"));
    friends[1].take(friends[0].give().wait()?.expect("it was given")).wait()?;
    friends[1].send_notes(1, 1).wait()?;
    let right = friends[1].give().wait()?.expect("it was given");
    for _ in 0..NOTES {
        assert_eq!(left.recv()?.text.len(), BYTES);
        assert_eq!(right.recv()?.text, text);
    }
    assert_eq!(left.recv()?.text, "x");
    Ok(())
}

#[coproc::test]
fn what_was_sent_before_an_end_was_dropped_is_received() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (left, right) = End::pair();
    let friend = friend();
    friend.take(right).wait()?;
    friend.leave(40, 100_000).wait()?;
    for _ in 0..40 {
        assert_eq!(left.recv()?.text.len(), 100_000);
    }
    assert_eq!(left.recv(), Err(RecvError::Closed));
    assert_eq!(left.send(note(0, "to nobody")), Err(SendError::Closed(note(0, "to nobody"))));

    // And if it is dropped before the other one leaves.
    let (left, right) = Plain::pair();
    (0..1000).try_for_each(|number| left.send(number))?;
    drop(left);
    friend.take_plain(right).wait()?;
    assert!(friend.drain().wait()?.into_iter().eq(0..1000));
    Ok(())
}

#[coproc::test]
fn whose_process_dies_is_gone() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (left, right) = Plain::pair();
    let friend = friend();
    friend.take_plain(right).wait()?;
    friend.send(vec![1]).wait()?;
    friend.worker().kill();
    assert_eq!((left.recv(), left.recv()), (Ok(1), Err(RecvError::Closed)));
    Ok(())
}

/// Also of one that has got it from somebody who keeps what is left of it there.
#[coproc::test]
fn a_process_that_passed_an_end_on_does_not_hold_it_open() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (friend, looker) = (friend(), Looker::spawn()?);
    let (left, right) = Plain::pair();
    friend.take_plain(right).wait()?;
    left.send(1)?;
    assert_eq!(friend.lend((*looker).clone()).wait()?, 1);
    assert_eq!((left.recv(), left.send(2)), (Err(RecvError::Closed), Err(SendError::Closed(2))));
    Ok(())
}

#[coproc::test]
fn without_priorities_it_stays_so() -> coproc::Result<()> {
    #[worker]
    fn tell(end: Wrapped) -> coproc::Result<()> {
        end.0.priority(3).send(1)?;
        Ok(end.0.priority(-3).send(2)?)
    }
    let _watch = Watch::set();
    let (left, right) = MultiMessenger::pair();
    Tell::spawn(Wrapped(right))?.worker().join()?;
    assert_eq!((left.recv(), left.recv()), (Ok(1), Ok(2)));
    Ok(())
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Wrapped(MultiMessenger<u64, u64>);

/// Messages over an end that has left can hold handles themselves.
#[coproc::test]
fn handles_travel_over_it() -> coproc::Result<()> {
    let _watch = Watch::set();
    #[worker]
    fn befriend(end: Handles) -> coproc::Result<()> {
        for _ in 0..2 {
            let friend = end.0.recv()?;
            friend.send(vec![4]).wait()?;
            end.0.send(friend)?;
        }
        Ok(())
    }
    let friend = friend();
    let given = friend.pair().wait()?;
    let (left, right) = Messenger::pair();
    left.send((*friend).clone())?;
    let befriending = Befriend::spawn(Handles(right))?;
    left.send((*friend).clone())?;
    assert_eq!((given.recv(), given.recv()), (Ok(4), Ok(4)));
    befriending.worker().join()?;
    left.recv()?.send(vec![5]).wait()?;
    assert_eq!(given.recv(), Ok(5));
    Ok(())
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Handles(Messenger<FriendController, FriendController>);

/// Takes a value that it only reads.
pub struct Looker;

#[worker]
impl Looker {
    #[init]
    fn new() -> Self {
        Self
    }

    #[message]
    fn look(&self, end: &Plain, filling: &[u8]) -> coproc::Result<u64> {
        let _ = filling;
        Ok(end.recv()?)
    }

    #[message]
    fn look_at_two(&self, first: &Plain, second: &Ends) -> coproc::Result<[u64; 2]> {
        Ok([first.recv()?, second.recv()?.recv()?])
    }

    #[message]
    fn look_at_calls(&self, first: &Plain, second: &Calls) -> coproc::Result<u64> {
        let _ = second;
        Ok(first.recv()?)
    }
}

#[coproc::test]
fn an_end_is_in_one_place_only() -> coproc::Result<()> {
    let _watch = Watch::set();
    let looker = Looker::on(Process::new().max_message(1000)).spawn()?;
    let (left, right) = Plain::pair();
    left.send(1)?;
    // What does not go out changes nothing.
    assert!(matches!(looker.look(&right, &[0; 2000]).wait(), Err(CallError::TooLarge { .. })));
    drop(looker.look(&right, &[]));
    assert_eq!(right.recv(), Ok(1));
    left.send(2)?;
    assert_eq!(looker.look(&right, &[]).wait()?, 2);
    assert_eq!(right.recv(), Err(RecvError::Moved));
    assert_eq!(right.try_recv(), Err(TryRecvError::Recv(RecvError::Moved)));
    assert_eq!(right.await_available(), Err(RecvError::Moved));
    assert_eq!(right.send(1), Err(SendError::Moved(1)));
    assert_eq!(right.send_close_request(), Err(SendError::Moved(())));
    let error = looker.look(&right, &[]).wait().unwrap_err();
    assert!(
        matches!(&error, CallError::Encode(text) if text.contains("has left with a message")),
        "{error:?}"
    );
    // The worker has dropped it after the call.
    assert_eq!(left.recv(), Err(RecvError::Closed));
    Ok(())
}

type Ends = Messenger<Plain, Plain>;
type Calls = Messenger<FriendController, FriendController>;

/// Gives its peer an end that a number waits at.
#[worker]
fn hand_over(end: Ends) -> coproc::Result<()> {
    let (left, right) = Plain::pair();
    left.send(2)?;
    Ok(end.send(right)?)
}

#[test]
fn an_end_in_a_message_that_is_not_sent_is_given_back() {
    let (near, far) = Plain::pair();
    let (left, right) = Ends::pair();
    drop(right);
    let near = left.send(near).unwrap_err().into_inner();
    near.send(7).expect("it did not leave");
    assert_eq!(far.recv(), Ok(7));
}

/// An end goes nowhere in a message with another that cannot leave.
#[coproc::test]
fn of_what_cannot_leave_together_nothing_leaves() -> coproc::Result<()> {
    let _watch = Watch::set();
    let looker = Looker::spawn()?;
    let (left, right) = Plain::pair();
    left.send(1)?;
    // What waits at an end that leads to another process stays there if it holds a handle.
    let (near, far) = Ends::pair();
    HandOver::spawn(far)?.worker().join()?;
    near.await_available()?;
    let error = looker.look_at_two(&right, &near).wait().unwrap_err();
    let refused = |error: &CallError<coproc::Error>, why: &str| matches!(error, CallError::Encode(text) if text.contains(why));
    assert!(refused(&error, "with handles waits"), "{error:?}");
    // What waits at an end that leads nowhere yet goes with it, if it can.
    let inline = Friend::on(Inline).spawn(None)?;
    let (here, there) = Calls::pair();
    here.send((*inline).clone())?;
    let error = looker.look_at_calls(&right, &there).wait().unwrap_err();
    assert!(refused(&error, "runs inside its callers"), "{error:?}");

    let received = (right.recv(), near.recv()?.recv());
    assert_eq!(received, (Ok(1), Ok(2)));
    there.recv()?.take_plain(right).wait()?;
    left.send(3)?;
    assert_eq!(inline.recv(1).wait()?, [3]);
    Ok(())
}

#[worker]
fn own(messenger: Messenger<u32, u32>) -> coproc::Result<()> {
    let (left, _right) = Messenger::<Messenger<u32, u32>, u32>::pair();
    let error = left.send(messenger).unwrap_err();
    assert!(error.to_string().contains("`Messenger::pair`"), "{error}");
    Ok(())
}

#[coproc::test]
fn the_messenger_of_a_function_stays_with_it() -> coproc::Result<()> {
    let _watch = Watch::set();
    Ok(Own::spawn()?.worker().join()?)
}

#[coproc::test]
fn many_travel_at_once() -> coproc::Result<()> {
    #[worker]
    fn add_up(ends: Vec<Kit>) -> coproc::Result<u64> {
        let numbers = ends.iter().filter_map(|kit| kit.plain.as_ref()).map(|end| end.recv());
        Ok(numbers.sum::<Result<u64, _>>()?)
    }
    let _watch = Watch::set();
    let kits = |number: usize| -> (Vec<Plain>, Vec<Kit>) {
        let kit = |plain| Kit { name: String::new(), plain: Some(plain) };
        (0..number).map(|_| Plain::pair()).map(|(left, right)| (left, kit(right))).unzip()
    };
    let (near, far) = kits(126);
    near.iter().try_for_each(|end| end.send(1))?;
    assert_eq!(AddUp::spawn(far)?.worker().join()?, 126);
    let error = AddUp::spawn(kits(127).1).unwrap_err();
    assert!(error.to_string().contains("126 messengers"), "{error}");
    Ok(())
}

/// Ends that come and go, are dropped on the way, or arrive nowhere.
fn visits(friend: &FriendController) -> coproc::Result<()> {
    let (left, right) = Plain::pair();
    friend.take_plain(right).wait()?;
    friend.send(vec![1]).wait()?;
    assert_eq!(left.recv(), Ok(1));
    let right = friend.give_plain().wait()?.expect("it was given");
    drop(friend.take_plain(right));
    assert_eq!(left.recv(), Err(RecvError::Closed));

    // Behind a call that lasts, and taken back.
    let (left, right) = Plain::pair();
    let (begun, gate) = (Gate::new(), Gate::new());
    let staying = friend.stay(&begun, &gate).send()?;
    gate::pass(&begun);
    drop(friend.take_plain(right).send()?);
    gate::open(&gate);
    staying.wait()?;
    assert_eq!(left.recv(), Err(RecvError::Closed));
    Ok(())
}

/// In a process where nothing else happens.
#[worker]
fn visit_again_and_again() -> coproc::Result<()> {
    let friend = friend();
    visits(&friend)?;
    let before = Census::take();
    for _ in 0..29 {
        visits(&friend)?;
    }
    assert_eq!(Census::take(), before);
    Ok(())
}

#[coproc::test]
fn nothing_is_left_of_those_that_are_gone() -> coproc::Result<()> {
    let _watch = Watch::set();
    Ok(VisitAgainAndAgain::spawn()?.worker().join()?)
}
