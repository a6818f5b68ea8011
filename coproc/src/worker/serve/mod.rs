//! The dispatch loop.

mod adopting;
mod ending;
mod resting;
mod starting;

use std::time::Instant;

use super::{
    Engine, Handlers, Idle,
    context::{Bell, Context},
    link::WorkerLink,
    panics,
    peer::Peer,
    schedule::Schedule,
    start_parameters::{self, Ended, StartParameters},
};
use crate::{
    codec::reply::{Answer, Answered, limit_replies},
    codec::{Body, Malformed},
    error::PanicReport,
    link::{
        Endpoint,
        inbox::{Arrived, Purpose},
    },
    multiqueue::urgency_at,
    protocol::{Packet, Status},
    sync::{Arc, now},
    transport::{Activity, Doorbell, Drive, Progress},
};

pub use starting::serve;

/// Runs a worker that has handlers: takes the most urgent message, calls its handler, answers.
pub struct Serve<W: Handlers> {
    worker: Option<W>,
    cx: Context<W>,
    schedule: Schedule,
    /// Keeps what the other links ring alive.
    bell: Arc<dyn Doorbell>,
    /// When `#[idle]` runs again; `None`: not before a message came.
    idle_at: Option<Instant>,
    /// Errors of messages without a reply, not yet reported to the owner.
    unheard: u32,
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

impl<W: Handlers> Serve<W> {
    fn new(worker: W, parameters: StartParameters<W>) -> Self {
        let schedule = Schedule::new(parameters.plan.ticks.len());
        let bell: Arc<dyn Doorbell> = Arc::new(Bell(Arc::downgrade(&parameters.endpoint)));
        let idle_at = Some(now());
        let cx = Context::new(parameters);
        let worker = Some(worker);
        let mut this = Self { worker, cx, schedule, bell, idle_at, unheard: 0, ended: None };
        this.plan_ticks();
        this
    }

    /// Takes the most urgent message over all links, and records that it is begun.
    fn next(&mut self, now: Instant) -> Option<Next> {
        let [_] = &self.cx.links[..] else {
            let urgency = |link: &WorkerLink| {
                let (priority, since) = link.endpoint.state().inbox.urgency()?;
                Some((urgency_at(now, priority, since, self.cx.plan.aging), since))
            };
            let links = self.cx.links.iter().enumerate();
            let waiting = links.filter_map(|(index, link)| Some((urgency(link)?, index)));
            let (_, index) = waiting.min()?;
            return self.begin(index, now);
        };
        self.begin(0, now)
    }

    /// Takes the most urgent message of one link, and records that it is begun.
    fn begin(&mut self, index: usize, now: Instant) -> Option<Next> {
        let link = self.cx.links.get_mut(index)?;
        let endpoint = Arc::clone(&link.endpoint);
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
        let (activity, call) = match &arrived {
            Some(Arrived { purpose, envelope, .. }) => {
                (Activity::Handler(envelope.handler), purpose.call().unwrap_or(0))
            }
            None => (Activity::Rest, 0),
        };
        if arrived.is_some() || link.record.is_behind(&state) {
            link.record.write(&state, activity, call, now);
        }
        let peer = link.peer(&state);
        drop(state);
        if index != 0 && arrived.is_some() {
            // Each link numbers its calls for itself; the owner must not take this one for its own.
            self.note(activity, 0);
        }
        // A sender that learns of room looks into the ledger for it.
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
        let handler = self.cx.plan.handler(number);
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
        if !Arc::ptr_eq(endpoint, &self.cx.owner) {
            self.note(Activity::Rest, 0);
        }
        // The record of a call stays until the next one: its caller knows from the answer that it
        // has ended.
        if call == 0
            && let Some(link) = self.link_of(endpoint)
        {
            link.note(Activity::Rest, 0);
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
                let sent = start_parameters::answer(endpoint, call, content);
                if let (Err(_), Some(link)) = (sent, self.link_of(endpoint)) {
                    link.record.seal();
                }
            }
            Some(content) => self.unheard += u32::from(content.status != Status::Value),
            None if call != 0 && !self.cx.was_answered() => {
                let _ = endpoint.note(Packet::Deferred { id: call });
            }
            None => {}
        }
        endpoint.link().flush();
        match report {
            Some(report) if !self.cx.plan.keep_on_panic => self.abort(&report),
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

    /// Runs a tick or a hook; there is no caller, and a panic is reported to the owner.
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
                if !self.cx.plan.keep_on_panic {
                    self.abort(&report);
                }
                None
            }
        }
    }

    fn run_tick(&mut self, index: u32, now: Instant) {
        self.schedule.ran(index, now);
        let name = self.cx.plan.ticks.get(index as usize).copied().unwrap_or("tick");
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
        let is_over = |link: &WorkerLink| {
            let state = link.endpoint.state();
            state.ended && state.inbox.len() == 0 && state.adopted.is_empty()
        };
        if let Some(index) = self.cx.links.iter().skip(1).position(is_over) {
            let link = self.cx.links.remove(index + 1);
            let peer = link.peer(&link.endpoint.state());
            self.run(Activity::Gone, "gone", |worker, _| worker.gone(peer));
        }
    }

    fn plan_ticks(&mut self) {
        if self.schedule.is_empty() || self.worker.is_none() {
            return;
        }
        self.schedule.begin(now());
        let mut schedule = std::mem::take(&mut self.schedule);
        let planned = self.guarded("tick", |worker, _| worker.schedule(&mut schedule));
        self.schedule = schedule;
        if let Err(report) = planned {
            self.schedule = Schedule::new(self.cx.plan.ticks.len());
            if !self.cx.plan.keep_on_panic {
                self.abort(&report);
            }
        }
    }

    /// Records for the owner what the worker does.
    fn note(&mut self, activity: Activity, call: u64) {
        self.cx.links[0].note(activity, call);
    }

    /// The link that messages of `endpoint` come over, unless it has ended.
    fn link_of(&mut self, endpoint: &Arc<Endpoint>) -> Option<&mut WorkerLink> {
        self.cx.links.iter_mut().find(|link| Arc::ptr_eq(&link.endpoint, endpoint))
    }

    /// Reports to the owner how many messages without a reply ended in errors.
    fn tell_unheard(&mut self) {
        let errors = std::mem::take(&mut self.unheard);
        if errors > 0 {
            let owner = &self.cx.owner;
            let _ = owner.note(Packet::Unheard { errors });
            owner.link().flush();
        }
    }
}

impl<W: Handlers> Drive for Serve<W> {
    fn step(&mut self, wait: bool) -> Progress {
        // This may be the thread of a caller, which is a worker with a limit of its own.
        let before = limit_replies(self.cx.max_message);
        let progress = self.advance(wait);
        limit_replies(before);
        progress
    }
}

impl<W: Handlers> Serve<W> {
    fn advance(&mut self, wait: bool) -> Progress {
        if self.ended.is_some() {
            return Progress::Ended;
        }
        if let Some(progress) = self.wait(wait) {
            return progress;
        }
        self.part();
        let mut time = now();
        if let Some(index) = self.schedule.due(time) {
            self.run_tick(index, time);
            // What was given up while it ran is not to begin.
            self.take_in();
            time = now();
        }
        if self.ended.is_some() {
            return Progress::Ended;
        }
        if let Some(next) = self.next(time) {
            self.idle_at = Some(time);
            self.handle(next);
        } else if self.answer_refused() {
            // Answers were sent: of room, or to messages that were refused.
        } else if self.is_over(time) {
            self.close();
        } else if W::IDLE && self.idle_at.is_some_and(|at| at <= time) {
            self.run_idle(time);
        }
        Progress::Worked
    }
}

impl<W: Handlers> Engine for Serve<W> {
    fn run(mut self) -> Ended {
        while self.step(true) != Progress::Ended {}
        self.ended.unwrap_or(Ended { panicked: false })
    }
}

impl<W: Handlers> std::fmt::Debug for Serve<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Serve").field(&self.cx).finish()
    }
}
