//! How a pool's dispatcher hands jobs over between the threads that submit them, the threads of its
//! workers, and those that abandon jobs, kill workers and close it.
//!
//! A job that is not abandoned ends in exactly one outcome, whichever thread deals with the notes,
//! and its handler runs at most once unless its worker was killed meanwhile.

use std::{
    future::poll_fn,
    task::{Context, Poll},
};

use super::{below, block_on, check, spawn};
use crate::{
    call::{Completions, Dispatch, Encoded, Job},
    codec::{Body, reply::Completion},
    dispatch::{Dispatcher, Policy, Recycling},
    error::CallError,
    spawn::{Starts, Thread, handle},
    sync::{Arc, AtomicUsize, Ordering, thread::JoinHandle},
    worker::Worker,
};

/// A worker that counts in the counter of its execution.
struct Counter;

#[crate::worker]
impl Counter {
    #[init]
    fn new() -> Self {
        Self
    }

    #[message]
    fn next(&self, number: u64) -> u64 {
        number + 1
    }
}

fn pool(workers: usize, after: Option<u64>) -> Arc<Dispatcher<Counter>> {
    let launch = || Counter::on(Thread).spawn().map_err(|error| error.to_string());
    let first = launch().unwrap();
    let others = (1..workers).map(|_| launch().unwrap()).collect();
    let policy = Policy { recycling: Recycling { after, above: None }, retries: None };
    Dispatcher::new(first, others, (Box::new(launch), Starts::default()), policy)
}

fn job(tag: u64, completions: &Arc<Completions>) -> Job {
    let handler = Counter::PLAN.handler(0);
    let body = Body::of(&tag, usize::MAX);
    let message = Arc::new(Encoded::new(handler, 0, None, body));
    let completions = Arc::clone(completions);
    Job { message, priority: 0, slot: None, until: None, calls: 1, completions, tag }
}

/// Whether the job was done; it was refused else, or its worker killed.
fn is_done(tag: u64, outcome: &Completion) -> bool {
    match outcome {
        Ok(body) => {
            assert_eq!(*body, Body::of(&(tag + 1), usize::MAX).unwrap());
            true
        }
        Err(CallError::Closed(_)) => false,
        Err(other) => panic!("job {tag} ended in {other:?}"),
    }
}

/// A thread that submits a job and waits for its outcome; gives whether it was done, and where a
/// second outcome would arrive.
fn submitter(
    dispatcher: &Arc<Dispatcher<Counter>>,
    tag: u64,
) -> JoinHandle<(bool, Arc<Completions>)> {
    let dispatcher = Arc::clone(dispatcher);
    spawn(move || {
        let completions = Completions::new();
        let number = Arc::clone(&dispatcher).submit(job(tag, &completions));
        let poll = |cx: &mut Context<'_>| completions.poll(cx).map_or(Poll::Pending, Poll::Ready);
        // Every other waits as a task does, for which no thread reads.
        let (_, outcome) = if tag % 2 == 0 {
            dispatcher.wait(number, None);
            completions.pop(None).unwrap()
        } else {
            block_on(poll_fn(poll))
        };
        (is_done(tag, &outcome), completions)
    })
}

/// Closes the pool; all that it took is decided by then.
fn close(dispatcher: &Arc<Dispatcher<Counter>>) {
    dispatcher.close();
    dispatcher.wait_done();
    drop(dispatcher.take_owners());
}

/// The thread that submits, the worker's, and any other that comes in between deal with each note
/// once.
#[test]
fn each_job_has_one_outcome() {
    check(150, || {
        let dispatcher = pool(2, None);
        let submitters = [0, 1, 2].map(|tag| submitter(&dispatcher, tag));
        for submitter in submitters {
            let (done, completions) = submitter.join().unwrap();
            assert!(done && completions.try_pop().is_none());
        }
        close(&dispatcher);
    });
}

/// Of an abandoned job at most one outcome arrives; its worker does the others.
#[test]
fn an_abandoned_job_keeps_no_worker() {
    check(150, || {
        let dispatcher = pool(1, None);
        let completions = Completions::new();
        let number = Arc::clone(&dispatcher).submit(job(7, &completions));
        let other = submitter(&dispatcher, 1);
        Arc::clone(&dispatcher).abandon(number);
        let (done, own) = other.join().unwrap();
        assert!(done && own.try_pop().is_none());
        close(&dispatcher);
        let _ = completions.try_pop();
        assert!(completions.try_pop().is_none());
    });
}

/// What a pool has taken when it closes is done, and what comes later is refused.
#[test]
fn a_pool_that_closes_or_stops_leaves_no_job_undecided() {
    check(150, || {
        let dispatcher = pool(1, None);
        let submitters = [0, 1].map(|tag| submitter(&dispatcher, tag));
        let stops = below(2) == 0;
        match stops {
            true => dispatcher.stop(),
            false => dispatcher.close(),
        }
        let ended = submitters.map(|submitter| submitter.join().unwrap());
        dispatcher.wait_done();
        drop(dispatcher.take_owners());
        assert!(ended.iter().all(|(_, completions)| completions.try_pop().is_none()));
    });
}

/// A worker that is replaced after each job takes none along.
#[test]
fn a_pool_that_replaces_its_worker_loses_no_job() {
    check(100, || {
        let dispatcher = pool(1, Some(1));
        let submitters = [0, 1].map(|tag| submitter(&dispatcher, tag));
        for submitter in submitters {
            let (done, completions) = submitter.join().unwrap();
            assert!(done && completions.try_pop().is_none());
        }
        close(&dispatcher);
    });
}

/// A worker that is killed takes at most the job along that it does; another has its place.
#[test]
fn a_worker_that_is_killed_ends_one_job_at_most() {
    check(100, || {
        let dispatcher = pool(1, None);
        let lost = AtomicUsize::new(0);
        let submitters = [0, 1].map(|tag| submitter(&dispatcher, tag));
        for controller in dispatcher.controllers() {
            handle(crate::call::Controller::link(&controller)).kill();
        }
        for submitter in submitters {
            let (done, completions) = submitter.join().unwrap();
            lost.fetch_add(usize::from(!done), Ordering::SeqCst);
            assert!(completions.try_pop().is_none());
        }
        assert!(lost.into_inner() <= 1);
        close(&dispatcher);
    });
}
