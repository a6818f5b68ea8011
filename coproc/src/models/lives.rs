//! Whole lives of a worker and its callers: calls of every kind, deadlines, cancelled calls, panics,
//! deferred replies, a close, and a kill at any moment. Then [the rules](super::rules) are checked.
//!
//! The worker is one at the place `Thread`, whose life ends as that of a process does: what its ledger
//! notes decides which call was begun.

use std::{
    cell::RefCell, collections::BTreeSet, panic::resume_unwind, sync::Mutex, time::Duration,
};

use super::{
    Count, below, block_on, check,
    rules::{CAPACITIES, KINDS, Story, Told},
    sleep, spawn,
};
use crate::{
    call::{Call, Controller, Pending},
    link::Connection,
    spawn::{Thread as ThreadPlace, WorkerHandle, handle},
    sync::Arc,
    worker::{Context, Later},
};

const MOST: Duration = Duration::from_millis(500);

/// What the threads of one life have noted. Each note is one step for the scheduler.
#[derive(Default)]
struct World {
    stories: Vec<Story>,
    /// By channel, how many messages have gone out.
    sent: [u64; CAPACITIES.len()],
    closing: bool,
    /// How many workers are gone. A killed worker first ends the handler that it runs.
    gone: Arc<Count>,
    /// The worker panicked, was killed, or had too little time to close.
    disturbed: bool,
}

std::thread_local! {
    static WORLD: RefCell<World> = RefCell::default();
}

fn world<R>(body: impl FnOnce(&mut World) -> R) -> R {
    WORLD.with_borrow_mut(body)
}

/// Notes something about a message, unless its life is over.
fn story(number: u64, body: impl FnOnce(&mut Story)) {
    world(|world| world.stories.get_mut(number as usize).map(body));
}

fn percent(cases: usize) -> bool {
    below(100) < cases
}

fn some_time() -> Duration {
    MOST * below(100) as u32 / 100
}

struct Mortal;

#[crate::worker(channels(first(capacity = 1), second(capacity = 2), third(capacity = 4)))]
impl Mortal {
    #[init]
    fn new() -> Self {
        Self
    }

    #[message(channel = first)]
    fn value(&mut self, number: u64) -> Result<u64, u64> {
        story(number, |story| story.runs += 1);
        if percent(20) {
            sleep(some_time());
        }
        if percent(3) {
            world(|world| world.disturbed = true);
            // As a panic, but that it is not printed.
            resume_unwind(Box::new("it panics"));
        }
        if percent(20) { Err(number) } else { Ok(number) }
    }

    #[message(channel = second)]
    fn looks(&mut self, cx: &mut Context<Self>, number: u64) -> Result<u64, u64> {
        story(number, |story| story.runs += 1);
        sleep(some_time());
        cx.check().map_or(Err(number), |()| Ok(number))
    }

    #[message(channel = third)]
    fn later(&mut self, cx: &mut Context<Self>, number: u64) -> Later<u64, u64> {
        story(number, |story| story.runs += 1);
        let (later, answer) = cx.later();
        spawn(move || match below(4) {
            0 => answer.err(number),
            1 => story(number, |story| story.is_unanswered = true),
            _ => answer.ok(number),
        });
        later
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        world(|world| Arc::clone(&world.gone)).add();
    }
}

type Mine = Call<u64, u64>;

/// One of the threads that call the worker.
struct Caller {
    controller: <Mortal as crate::worker::Worker>::Controller,
    connection: Arc<Connection>,
    pending: Vec<(u64, Pending<u64, u64>)>,
}

impl Caller {
    fn run(mut self) {
        for _ in 0..2 + below(4) {
            match below(4) {
                0 if !self.pending.is_empty() => self.settle(),
                1 => sleep(some_time()),
                _ => self.act(),
            }
        }
        while !self.pending.is_empty() {
            self.settle();
        }
    }

    /// A message, its number and its channel.
    fn message(&self) -> (Mine, u64, usize) {
        let channel = below(CAPACITIES.len());
        let number = world(|world| {
            world.stories.push(Story::default());
            world.stories.len() as u64 - 1
        });
        let call = match channel {
            0 => self.controller.value(number),
            1 => self.controller.looks(number),
            _ => self.controller.later(number),
        };
        let call = call.priority(below(5) as i32 - 2);
        match percent(30) {
            true => {
                story(number, |story| story.has_deadline = true);
                (call.deadline(some_time()), number, channel)
            }
            false => (call, number, channel),
        }
    }

    fn act(&mut self) {
        let (call, number, channel) = self.message();
        let before_close = !world(|world| world.closing);
        match below(4) {
            0 => {
                let accepted = call.tell().is_ok();
                story(number, |story| story.accepted = accepted);
            }
            way => {
                story(number, |story| story.is_call = true);
                let sent = if way == 1 {
                    call.try_send().map_err(|error| error.error)
                } else {
                    call.send().map_err(|error| error)
                };
                let Ok(pending) = sent else { return };
                story(number, |story| story.accepted = true);
                self.pending.push((number, pending));
            }
        }
        let accepted = world(|world| {
            world.stories[number as usize].before_close = before_close && !world.closing;
            let accepted = world.stories[number as usize].accepted;
            world.sent[channel] += u64::from(accepted);
            accepted
        });
        if accepted {
            self.check_capacity(channel);
        }
    }

    /// What is in a channel and on the way into it is not more than it holds.
    fn check_capacity(&self, channel: usize) {
        let sent = world(|world| world.sent[channel]);
        let left = self.connection.ledger.left(channel as u16 + 1);
        assert!(sent.saturating_sub(left) <= CAPACITIES[channel] as u64, "channel {channel}");
    }

    /// Waits for a call in one of the ways, or drops it.
    fn settle(&mut self) {
        let (number, mut pending) = self.pending.swap_remove(below(self.pending.len()));
        let told = match below(5) {
            0 => {
                drop(pending);
                Told::Dropped
            }
            1 => Told::Outcome(block_on(pending)),
            2 => match pending.wait_timeout(some_time()) {
                Some(outcome) => Told::Outcome(outcome),
                None => return self.pending.push((number, pending)),
            },
            _ => Told::Outcome(pending.wait()),
        };
        story(number, |story| story.told.push(told));
    }
}

/// Ends the worker in one of the ways, at any moment.
fn end(worker: &WorkerHandle<'_, Mortal>) {
    sleep(some_time());
    match below(4) {
        0 => {
            world(|world| (world.closing, world.disturbed) = (true, true));
            worker.kill();
        }
        1 => {
            world(|world| (world.closing, world.disturbed) = (true, true));
            worker.terminate(some_time());
        }
        _ => {
            world(|world| world.closing = true);
            worker.close();
        }
    }
}

/// Checks the messages of the life that has ended, and gives what kinds occurred.
fn check_stories() -> BTreeSet<&'static str> {
    world(|world| Arc::clone(&world.gone)).wait_for(1);
    let world = WORLD.take();
    for (number, story) in world.stories.iter().enumerate() {
        story.check(number as u64, world.disturbed);
    }
    world.stories.iter().flat_map(Story::kinds).collect()
}

fn live() -> BTreeSet<&'static str> {
    WORLD.take();
    let owner = Mortal::on(ThreadPlace).spawn().unwrap();
    let connection = Arc::clone(owner.connection().unwrap());
    let callers = (0..1 + below(3)).map(|_| {
        let (controller, connection) = (owner.clone(), Arc::clone(&connection));
        spawn(move || Caller { controller, connection, pending: Vec::new() }.run())
    });
    let callers: Vec<_> = callers.collect();
    end(&handle(owner.link()));
    let _ = handle(owner.link()).join();
    callers.into_iter().for_each(|caller| caller.join().unwrap());
    drop(owner);
    let kinds = check_stories();
    let state = connection.endpoint.state();
    assert!(state.violation.is_none(), "{:?}", state.violation);
    assert!(state.requests.is_empty() && state.requests.is_settled(), "{:?}", state.requests);
    kinds
}

/// Another thread than the one that kills may find the link closed, and conclude what was begun.
#[test]
fn a_killed_worker_begins_nothing_that_counts_as_never_begun() {
    check(2_000, || {
        let stories = [(); 2].map(|()| Story { is_call: true, accepted: true, ..Story::default() });
        WORLD.set(World { stories: stories.into(), ..World::default() });
        let owner = Mortal::on(ThreadPlace).spawn().unwrap();
        let calls = [owner.later(0).send().unwrap(), owner.later(1).send().unwrap()];
        let callers = calls.map(|call| spawn(move || Told::Outcome(call.wait())));
        handle(owner.link()).kill();
        let told = callers.map(|caller| caller.join().unwrap());
        drop(owner);
        for (number, told) in told.into_iter().enumerate() {
            story(number as u64, |story| story.told.push(told));
        }
        world(|world| world.disturbed = true);
        check_stories();
    });
}

#[test]
fn every_call_has_its_one_outcome_whatever_happens() {
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let sees = Arc::clone(&seen);
    check(2_000, move || {
        let kinds = live();
        sees.lock().unwrap().extend(kinds);
    });
    if std::env::var_os("COPROC_SEEDS").is_none() {
        assert_eq!(*seen.lock().unwrap(), KINDS.into_iter().collect());
    }
}
