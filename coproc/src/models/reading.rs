//! Which of the threads that wait at an endpoint reads for all.
//!
//! The peer answers a request only when the threads whose requests it answered before have returned.
//! So a thread that sleeps while its reply lies at the endpoint, or while no thread reads, ends in a
//! deadlock, which the scheduler reports.

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::Duration,
};

use super::{Count, below, block_on, check, spawn};
use crate::{
    codec::{Body, Frame, reply::Answered},
    link::{DisconnectCause, Endpoint, Outcome, Role},
    protocol::{Envelope, Packet, Status},
    sync::{Arc, now, thread},
    transport::{Local, Transport, Wait},
};

/// A caller's end, and the peer's.
fn link() -> (Arc<Endpoint>, Local) {
    let (near, far) = Local::pair();
    (Endpoint::new(Arc::new(near), Role::Caller, vec![9], None), far)
}

fn request(endpoint: &Endpoint) -> u64 {
    let id = endpoint.state().open(Some(0));
    let call = Packet::Call { id, nested: false, envelope: Envelope::default() };
    // The peer may have ended.
    let _ = endpoint.send(call, Body::empty());
    id
}

/// The next `count` requests.
fn requests(far: &Local, count: usize) -> Vec<u64> {
    let next = || match far.recv(Wait::Forever).unwrap().unwrap().packet {
        Packet::Call { id, .. } => Some(id),
        _ => None,
    };
    std::iter::repeat_with(next).flatten().take(count).collect()
}

/// A body that tells which request it answers.
fn numbered(id: u64) -> Body {
    Body::of(&id, usize::MAX).unwrap()
}

fn reply(far: &Local, id: u64) {
    far.send(Frame::new(Packet::Answer { id, status: Status::Value }, numbered(id))).unwrap();
}

/// Answers `count` requests in any order, each when the caller of the one before has its reply.
fn reply_in_turn(far: &Local, count: usize, returned: &Count) {
    let mut open = requests(far, count);
    for answered in 0..count {
        returned.wait_for(answered);
        reply(far, open.swap_remove(below(open.len())));
    }
}

#[track_caller]
fn assert_own(answer: &Option<Outcome<Answered, DisconnectCause>>, id: u64) {
    assert!(
        matches!(answer, Some(Outcome::Answered(answered)) if answered.body == numbered(id)),
        "{answer:?} for request {id}"
    );
}

/// A thread that sends a request and blocks until it has its own reply.
fn caller(endpoint: &Arc<Endpoint>, returned: &Arc<Count>) -> thread::JoinHandle<()> {
    let (endpoint, returned) = (Arc::clone(endpoint), Arc::clone(returned));
    spawn(move || {
        let id = request(&endpoint);
        assert_own(&endpoint.wait(id, None), id);
        returned.add();
    })
}

/// A thread whose request is never answered, and that gives it up after a second.
fn impatient(endpoint: &Arc<Endpoint>) -> thread::JoinHandle<()> {
    let endpoint = Arc::clone(endpoint);
    spawn(move || {
        let id = endpoint.expect();
        let outcome = endpoint.wait(id, Some(now() + Duration::from_secs(1)));
        assert!(outcome.is_none(), "{outcome:?}");
        endpoint.abandon(id);
    })
}

/// A thread that runs a future: it polls its request, and sleeps until its waker is called.
fn task(endpoint: &Arc<Endpoint>, returned: &Arc<Count>) -> thread::JoinHandle<()> {
    let (endpoint, returned) = (Arc::clone(endpoint), Arc::clone(returned));
    spawn(move || {
        let id = request(&endpoint);
        let poll = |cx: &mut Context<'_>| match endpoint.poll(id, cx.waker()) {
            None => Poll::Pending,
            found => Poll::Ready(found),
        };
        let answer = block_on(poll_fn(poll));
        assert_own(&answer, id);
        returned.add();
    })
}

/// The leader takes its reply and promotes a follower, whichever reply comes first.
#[test]
fn each_caller_gets_its_reply_in_whatever_order_replies_come() {
    check(2_000, || {
        let (endpoint, far) = link();
        let returned = Arc::default();
        let callers = [(); 3].map(|()| caller(&endpoint, &returned));
        reply_in_turn(&far, 3, &returned);
        callers.into_iter().for_each(|caller| caller.join().unwrap());
        assert!(endpoint.state().requests.is_empty());
    });
}

/// A leader whose deadline passes promotes a follower, too.
#[test]
fn a_leader_that_gives_up_leaves_no_follower_asleep() {
    check(2_000, || {
        let (endpoint, far) = link();
        let returned = Arc::default();
        let gives_up = [(); 2].map(|()| impatient(&endpoint));
        let callers = [(); 2].map(|()| caller(&endpoint, &returned));
        reply_in_turn(&far, 2, &returned);
        callers.into_iter().chain(gives_up).for_each(|thread| thread.join().unwrap());
    });
}

/// The thread that closes the link, the peer's own, wakes all that wait at the other end.
#[test]
fn no_caller_waits_behind_a_peer_that_has_ended() {
    check(2_000, || {
        let (endpoint, far) = link();
        let callers = [(); 3].map(|()| {
            let endpoint = Arc::clone(&endpoint);
            spawn(move || {
                let id = request(&endpoint);
                endpoint.wait(id, None).is_some()
            })
        });
        let answered = below(4);
        requests(&far, answered).into_iter().for_each(|id| reply(&far, id));
        drop(far);
        assert_eq!(callers.map(|caller| caller.join().unwrap()), [true; 3]);
        endpoint.drain();
        assert!(endpoint.is_concluded() && endpoint.state().requests.is_empty());
    });
}

/// While threads block, they read for tasks; when the last has returned, the endpoint is attended.
#[test]
fn tasks_and_threads_that_wait_at_one_endpoint_are_woken() {
    check(2_000, || {
        let (endpoint, far) = link();
        let returned = Arc::default();
        let tasks = [(); 2].map(|()| task(&endpoint, &returned));
        let callers = [caller(&endpoint, &returned), impatient(&endpoint)];
        reply_in_turn(&far, 3, &returned);
        callers.into_iter().chain(tasks).for_each(|thread| thread.join().unwrap());
    });
}

/// A look takes in what has come without keeping a caller from its reply.
#[test]
fn a_look_beside_a_waiting_caller_keeps_it_from_nothing() {
    check(2_000, || {
        let (endpoint, far) = link();
        let returned = Arc::default();
        let callers = [(); 2].map(|()| caller(&endpoint, &returned));
        let looks = Arc::clone(&endpoint);
        let looks = spawn(move || (0..3).for_each(|_| looks.drain()));
        reply_in_turn(&far, 2, &returned);
        callers.into_iter().chain([looks]).for_each(|thread| thread.join().unwrap());
    });
}

/// A leader that leaves before a thread is known to wait promotes none, and no request of its own
/// keeps the endpoint attended: the thread finds that it can lead.
#[test]
fn a_thread_that_waits_for_the_end_leads_after_the_last_caller() {
    check(2_000, || {
        let (endpoint, far) = link();
        let returned = Arc::default();
        let caller = caller(&endpoint, &returned);
        let waits = Arc::clone(&endpoint);
        let waits = spawn(move || waits.wait_for(None, None, |state| state.loss.clone()));
        reply_in_turn(&far, 1, &returned);
        returned.wait_for(1);
        drop(far);
        assert!(matches!(waits.join().unwrap(), Some(DisconnectCause::Gone)));
        caller.join().unwrap();
    });
}
