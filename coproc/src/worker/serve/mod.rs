//! The dispatch loop.

mod ending;
mod links;
mod rest;
mod starting;

use std::time::Instant;

use super::{
    Dispatch, Engine, Idle,
    context::{Bell, Context, Other, Peer},
    panics,
    schedule::Schedule,
    start_parameters::{self, Ended, StartParameters},
};
use crate::{
    codec::reply::{Answer, Answered, limit_replies},
    codec::{Body, Malformed},
    error::PanicReport,
    link::{
        Endpoint, State,
        inbox::{Arrived, Purpose},
    },
    multiqueue::urgency_at,
    protocol::{Packet, Status},
    sync::Arc,
    transport::{Activity, Attend, Drive, Progress},
};

pub use starting::serve;

/// Runs a worker that has handlers: takes the most urgent message, calls its handler, answers.
pub struct Serve<W: Dispatch> {
    worker: Option<W>,
    cx: Context<W>,
    schedule: Schedule,
    /// Keeps what the other links ring alive.
    bell: Arc<dyn Attend>,
    /// When `#[idle]` runs again; `None`: not before a message came.
    idle_at: Option<Instant>,
    /// Errors of handlers that nobody waits for, not yet told.
    unheard: u32,
    /// How many messages had left the queue when the ledger was last written.
    noted: u64,
    /// An answer did not get through to the owner, who learns from the ledger that its call was
    /// begun: nothing is written over that.
    cut: bool,
    ended: Option<Ended>,
}

/// A message that is to be handled now.
struct Next {
    peer: Peer,
    endpoint: Arc<Endpoint>,
    arrived: Arrived<Body>,
}

/// The number of a call whose caller stops waiting at some time.
fn may_be_given_up(arrived: &Arrived<Body>) -> Option<u64> {
    arrived.envelope.deadline.and(arrived.purpose.call())
}

fn send(endpoint: &Endpoint, answers: Vec<Packet>) {
    for answer in answers {
        let _ = endpoint.note(answer);
    }
}

impl<W: Dispatch> Serve<W> {
    fn new(worker: W, parameters: StartParameters<W>) -> Self {
        let schedule = Schedule::new(parameters.plan.ticks.len());
        let bell: Arc<dyn Attend> = Arc::new(Bell(Arc::downgrade(&parameters.endpoint)));
        let idle_at = Some(Instant::now());
        let cx = Context::new(parameters);
        let worker = Some(worker);
        let (unheard, noted) = (0, 0);
        let mut this =
            Self { worker, cx, schedule, bell, idle_at, unheard, noted, cut: false, ended: None };
        this.plan_ticks();
        this
    }

    /// All links, the owner's first.
    fn links(&self) -> impl Iterator<Item = (Peer, &Arc<Endpoint>)> {
        let own = (self.cx.parameters.peer, &self.cx.parameters.endpoint);
        std::iter::once(own).chain(self.cx.others.iter().map(|other| (other.peer, &other.endpoint)))
    }

    /// The most urgent message over all links.
    fn next(&mut self, now: Instant) -> Option<Next> {
        let aging = self.cx.parameters.plan.aging;
        let urgency = |endpoint: &Endpoint| {
            let (priority, since) = endpoint.state().inbox.urgency()?;
            Some((urgency_at(now, priority, since, aging), since))
        };
        if self.cx.others.is_empty() {
            return self.begin(
                self.cx.parameters.peer,
                Arc::clone(&self.cx.parameters.endpoint),
                now,
            );
        }
        let (peer, endpoint) = self
            .links()
            .filter_map(|(peer, endpoint)| Some((urgency(endpoint)?, peer, endpoint)))
            .min_by_key(|(urgency, ..)| *urgency)
            .map(|(_, peer, endpoint)| (peer, Arc::clone(endpoint)))?;
        self.begin(peer, endpoint, now)
    }

    /// Takes the most urgent message that came through `endpoint`, and notes that it is begun.
    fn begin(&mut self, peer: Peer, endpoint: Arc<Endpoint>, now: Instant) -> Option<Next> {
        let is_own = Arc::ptr_eq(&endpoint, &self.cx.parameters.endpoint);
        let mut state = endpoint.state();
        let mut arrived = state.inbox.take(now);
        if let Some(id) = arrived.as_ref().and_then(may_be_given_up) {
            // What gives it up was sent before its caller was told that it never begins.
            drop(state);
            endpoint.drain();
            state = endpoint.state();
            if state.inbox.is_cancelled(id) {
                state.inbox.finish();
                state.inbox.answer(id, Status::Cancelled);
                arrived = None;
            }
        }
        let answers = state.inbox.take_answers();
        let peer = Peer { pid: state.peer.unwrap_or(peer.pid), ..peer };
        let (activity, call) = match &arrived {
            Some(Arrived { purpose, envelope, .. }) => {
                (Activity::Handler(envelope.handler), purpose.call().unwrap_or(0))
            }
            None => (Activity::Rest, 0),
        };
        if is_own && (arrived.is_some() || state.inbox.gone() != self.noted) {
            self.write(&state, activity, call, now);
        }
        drop(state);
        if !is_own {
            // Other links number their calls for themselves; the owner must not take one for its
            // own.
            self.note(activity, 0);
            self.note_at(&endpoint, activity, call);
        }
        // Who is told of room looks into the ledger for it.
        send(&endpoint, answers);
        arrived.map(|arrived| Next { peer, endpoint, arrived })
    }

    fn handle(&mut self, next: Next) {
        let Next { peer, endpoint, arrived } = next;
        let endpoint = &endpoint;
        let Arrived { purpose, envelope, mut content, .. } = arrived;
        let number = envelope.handler;
        let (call, nested) = match purpose {
            Purpose::Call { id, nested } => (id, nested),
            Purpose::Tell | Purpose::Reply { .. } => (0, false),
        };
        self.cx.turn_to(peer, endpoint, call, envelope);
        let handler = self.cx.parameters.plan.handler(number);
        let name = handler.map_or("?", |handler| handler.name);
        let mut arguments = content.take_arguments();
        let waiting = if nested { arguments.take() } else { Ok(Vec::new()) };
        let outcome = match waiting {
            Ok(waiting) => {
                self.cx.waited_for_by(waiting);
                self.guarded(name, |worker, cx| worker.dispatch(cx, number, &mut arguments))
            }
            Err(malformed) => Ok(Err(malformed)),
        };
        // A pool asks for an answer where none exists, to know when the handler is done.
        let outcome = match outcome {
            Ok(Ok(_)) if handler.is_some_and(|handler| handler.oneway) => Ok(Ok(Answer::empty())),
            other => other,
        };
        if call == 0 || !Arc::ptr_eq(endpoint, &self.cx.parameters.endpoint) {
            self.note(Activity::Rest, 0);
        }
        if call == 0 {
            self.note_at(endpoint, Activity::Rest, 0);
        }
        self.conclude(endpoint, call, outcome);
    }

    /// Answers the call whose handler has returned.
    fn conclude(
        &mut self,
        endpoint: &Arc<Endpoint>,
        call: u64,
        outcome: Result<Result<Answer, Malformed>, PanicReport>,
    ) {
        let (content, report) = match outcome {
            Ok(Ok(answer)) => (answer.content, None),
            Ok(Err(malformed)) => {
                (Some(Answered::text(Status::Malformed, &malformed.to_string())), None)
            }
            Err(report) => (Some(start_parameters::panicked(&report)), Some(report)),
        };
        match content {
            Some(content) if call != 0 => {
                let unheard = start_parameters::answer(endpoint, call, content).is_err();
                self.cut |= unheard && Arc::ptr_eq(endpoint, &self.cx.parameters.endpoint);
            }
            Some(content) => self.unheard += u32::from(content.status != Status::Value),
            None if call != 0 && !self.cx.was_answered() => {
                let _ = endpoint.note(Packet::Deferred { id: call });
            }
            None => {}
        }
        endpoint.link().flush();
        match report {
            Some(report) if !self.cx.parameters.plan.keep_on_panic => self.abort(&report),
            _ => self.plan_ticks(),
        }
    }

    /// Runs the worker's own code.
    fn guarded<R>(
        &mut self,
        name: &str,
        body: impl FnOnce(&mut W, &mut Context<W>) -> R,
    ) -> Result<R, PanicReport> {
        let (Some(worker), cx) = (&mut self.worker, &mut self.cx) else {
            return Err(PanicReport {
                message: "the worker has ended".into(),
                location: String::new(),
                handler: name.into(),
            });
        };
        let _serving = cx.serving();
        panics::catch(name, || body(worker, cx))
    }

    /// Runs what is no message, and so has nobody to tell but the owner.
    fn run<R>(
        &mut self,
        activity: Activity,
        name: &'static str,
        body: impl FnOnce(&mut W, &mut Context<W>) -> R,
    ) -> Option<R> {
        self.note(activity, 0);
        self.cx.turn_away();
        let result = self.guarded(name, body);
        self.note(Activity::Rest, 0);
        match result {
            Ok(result) => Some(result),
            Err(report) => {
                if !self.cx.parameters.plan.keep_on_panic {
                    self.abort(&report);
                }
                None
            }
        }
    }

    fn run_tick(&mut self, index: u32, now: Instant) {
        self.schedule.ran(index, now);
        let name = self.cx.parameters.plan.ticks.get(index as usize).copied().unwrap_or("tick");
        self.run(Activity::Tick(index), name, |worker, cx| worker.tick(cx, index));
        self.plan_ticks();
    }

    fn run_idle(&mut self, now: Instant) {
        self.idle_at = match self.run(Activity::Idle, "idle", W::idle) {
            Some(Idle::Again) => Some(now),
            Some(Idle::After(rest)) => now.checked_add(rest),
            Some(Idle::Wait) | None => None,
        };
    }

    /// Tells the worker of links that have ended.
    fn part(&mut self) {
        // Nothing that came over it is left, either.
        let is_over = |other: &Other| {
            let state = other.endpoint.state();
            state.ended && state.inbox.len() == 0 && state.adopted.is_empty()
        };
        let gone = self.cx.others.iter().position(is_over);
        if let Some(index) = gone {
            let Other { peer, endpoint, .. } = self.cx.others.remove(index);
            let peer = Peer { pid: endpoint.state().peer.unwrap_or(peer.pid), ..peer };
            self.run(Activity::Gone, "gone", |worker, _| worker.gone(peer));
        }
    }

    fn plan_ticks(&mut self) {
        if self.schedule.is_empty() || self.worker.is_none() {
            return;
        }
        self.schedule.begin(Instant::now());
        let mut schedule = std::mem::take(&mut self.schedule);
        let planned = self.guarded("tick", |worker, _| worker.schedule(&mut schedule));
        self.schedule = schedule;
        if let Err(report) = planned {
            self.schedule = Schedule::new(self.cx.parameters.plan.ticks.len());
            if !self.cx.parameters.plan.keep_on_panic {
                self.abort(&report);
            }
        }
    }

    fn note(&mut self, activity: Activity, call: u64) {
        let endpoint = Arc::clone(&self.cx.parameters.endpoint);
        self.write(&endpoint.state(), activity, call, Instant::now());
    }

    /// The same while `state`, that of the owner's link, is locked.
    fn write(&mut self, state: &State, activity: Activity, call: u64, now: Instant) {
        self.noted = state.inbox.gone();
        if !self.cut {
            self.cx.parameters.ledger.write(activity, call, state.inbox.left(), now);
        }
    }

    /// Messages that were refused have made room, too.
    fn note_refused(&mut self) {
        if self.cx.parameters.endpoint.state().inbox.gone() != self.noted {
            self.note(Activity::Rest, 0);
        }
    }

    /// Tells the owner of errors that nobody waited for.
    fn tell_unheard(&mut self) {
        let errors = std::mem::take(&mut self.unheard);
        if errors > 0 {
            let owner = &self.cx.parameters.endpoint;
            let _ = owner.note(Packet::Unheard { errors });
            owner.link().flush();
        }
    }
}

impl<W: Dispatch> Drive for Serve<W> {
    fn step(&mut self, wait: bool) -> Progress {
        // This may be the thread of a caller, which is a worker with a limit of its own.
        let before = limit_replies(self.cx.parameters.max_message);
        let progress = self.advance(wait);
        limit_replies(before);
        progress
    }
}

impl<W: Dispatch> Serve<W> {
    fn advance(&mut self, wait: bool) -> Progress {
        if self.ended.is_some() {
            return Progress::Ended;
        }
        if let Some(progress) = self.wait(wait) {
            return progress;
        }
        self.part();
        let mut now = Instant::now();
        if let Some(index) = self.schedule.due(now) {
            self.run_tick(index, now);
            // What was given up while it ran is not to begin.
            self.take_in();
            now = Instant::now();
        }
        if self.ended.is_some() {
            return Progress::Ended;
        }
        if let Some(next) = self.next(now) {
            self.idle_at = Some(now);
            self.handle(next);
        } else if self.answer_refused() {
            // Somebody was told that there is room, or that it is too late.
        } else if self.is_over(now) {
            self.close();
        } else if W::IDLE && self.idle_at.is_some_and(|at| at <= now) {
            self.run_idle(now);
        }
        Progress::Worked
    }
}

impl<W: Dispatch> Engine for Serve<W> {
    fn run(mut self) -> Ended {
        while self.step(true) != Progress::Ended {}
        self.ended.unwrap_or(Ended { panicked: false })
    }
}

impl<W: Dispatch> std::fmt::Debug for Serve<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Serve").field(&self.cx).finish()
    }
}
