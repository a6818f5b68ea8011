//! One worker of a dispatcher, and what it is doing.

use std::{
    fs,
    task::{Context, Poll, Waker},
};

use crate::{
    call::{Controller, Encoded, Job, Outgoing, Reader, Request, Sending},
    codec::reply::Completion,
    error::CallError,
    spawn::{WorkerResource, handle},
    sync::now,
    worker::Worker,
};

/// What a worker is doing.
enum Work {
    Nothing,
    Task(u64, Box<Sending>),
    /// A job whose caller has given up.
    Returning(Request),
    /// What it was started for, as long as it lives. The number is that of a request that its end
    /// decides.
    Living(u64),
}

/// What has become of a worker's job.
pub(super) enum Step {
    Done {
        task: u64,
        outcome: Completion,
    },
    /// Its caller has given up, and it goes on.
    TimedOut {
        task: u64,
        outcome: Completion,
    },
    /// It has done a job whose caller had given up, or has ended.
    Back,
}

/// The worker has ended.
pub(super) struct SlotEnd {
    /// Before it began its task.
    pub(super) unstarted: bool,
}

/// One worker of a dispatcher.
pub(super) struct SlotWorker<W: Worker> {
    pub(super) controller: W::Controller,
    /// `None` once the dispatcher has let it go; its job still comes to an end.
    pub(super) owner: Option<WorkerResource<W>>,
    doing: Work,
}

impl<W: Worker> SlotWorker<W> {
    /// If its end `is_watched`, a [`poll`](Self::poll) tells of it.
    pub(super) fn new(owner: WorkerResource<W>, is_watched: bool) -> Self {
        let doing = match owner.connection() {
            Some(connection) if is_watched => Work::Living(connection.endpoint.expect()),
            _ => Work::Nothing,
        };
        Self { controller: W::Controller::clone(&owner), owner: Some(owner), doing }
    }

    /// Gives it this job, which goes out at the next [`poll`](Self::poll).
    pub(super) fn give(&mut self, number: u64, job: &Job) {
        let now = now();
        let mut message = Encoded::clone(&job.message);
        message.priority = job.priority;
        if let Some(until) = job.until {
            message.deadline = Some(until.saturating_duration_since(now));
        }
        let address = self.controller.link().address().clone();
        self.doing = Work::Task(number, Box::new(Sending::new(Outgoing { address, message })));
    }

    /// What another thread can read for this job with, if it is what the worker does.
    pub(super) fn reader(&self, number: u64) -> Option<Reader> {
        match &self.doing {
            Work::Task(task, sending) if *task == number => sending.reader(),
            _ => None,
        }
    }

    /// The caller of this job has given up; gives whether the worker was doing it.
    pub(super) fn forget(&mut self, number: u64) -> bool {
        let is_it = matches!(self.doing, Work::Task(task, _) if task == number);
        if is_it {
            self.await_return();
        }
        is_it
    }

    /// Gives up what it does, and waits until it does something else.
    fn await_return(&mut self) {
        self.doing = Work::Nothing;
        if let Some(connection) = self.controller.link().current() {
            self.doing = Work::Returning(Request::room(connection, 0, None));
        }
    }

    /// What has become of its job, if something has.
    pub(super) fn poll(&mut self, waker: &Waker) -> Option<Step> {
        let mut cx = Context::from_waker(waker);
        match &mut self.doing {
            Work::Nothing => None,
            Work::Returning(pending) => match pending.poll(&mut cx) {
                Poll::Pending => None,
                Poll::Ready(_) => {
                    self.doing = Work::Nothing;
                    Some(Step::Back)
                }
            },
            Work::Living(id) => {
                let connection = self.controller.link().current()?;
                connection.endpoint.poll(*id, waker)?;
                self.doing = Work::Nothing;
                Some(Step::Back)
            }
            Work::Task(task, call) => {
                let Poll::Ready(outcome) = call.poll(&mut cx) else { return None };
                let task = *task;
                if matches!(outcome, Err(CallError::Deadline { .. })) {
                    self.await_return();
                    return Some(Step::TimedOut { task, outcome });
                }
                self.doing = Work::Nothing;
                Some(Step::Done { task, outcome })
            }
        }
    }

    pub(super) fn is_dead(&self) -> bool {
        !handle(self.controller.link()).is_alive()
    }

    /// Whether it has ended or is ending, as this outcome shows.
    pub(super) fn ended(&self, outcome: &Completion) -> Option<SlotEnd> {
        let unstarted =
            matches!(outcome, Err(error @ CallError::Closed(_)) if error.is_unstarted());
        let panicked = matches!(outcome, Err(CallError::Panicked(_))) && !W::PLAN.keep_on_panic;
        (unstarted || panicked || self.is_dead()).then_some(SlotEnd { unstarted })
    }

    /// How many bytes of memory its process has; 0 if it has none of its own.
    pub(super) fn memory(&self) -> u64 {
        let Some(pid) = handle(self.controller.link()).pid() else { return 0 };
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let connection = status.lines().find_map(|connection| connection.strip_prefix("VmRSS:"));
        let kibibytes =
            connection.and_then(|connection| connection.split_whitespace().next()?.parse().ok());
        kibibytes.map_or(0, |kibibytes: u64| kibibytes.saturating_mul(1024))
    }
}

/// Puts a value into its slot, which is added if it does not exist.
pub(super) fn place<T>(slots: &mut Vec<Option<T>>, slot: usize, value: T) {
    while slots.len() <= slot {
        slots.push(None);
    }
    slots[slot] = Some(value);
}
