//! A call that has gone out, whose reply is not decoded.

use std::{
    fmt,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use super::{address::Dispatch, completions::Completions};
use crate::{
    codec::reply::{Answered, Completion, read_failure, read_panic, read_text},
    error::{CallError, CloseReason},
    link::{Connection, DisconnectCause, Outcome, State, timer::Alarm},
    protocol::Status,
    sync::{Arc, now},
};

/// How long this thread waits for a worker that may be about to begin a call whose deadline has
/// passed.
const PATIENCE: Duration = Duration::from_millis(20);

/// A call that has gone out. Dropping it cancels the call.
#[derive(Debug)]
pub(crate) enum Request {
    /// Over a connection.
    Direct(Exchange),
    /// By a dispatcher.
    Dispatched(PendingJob),
}

impl Request {
    /// An error if its worker's code runs on this thread.
    pub(super) fn check_cycle<E>(&self) -> Result<(), CallError<E>> {
        match self {
            Self::Direct(exchange) => exchange.connection.check_cycle(),
            Self::Dispatched(_) => Ok(()),
        }
    }

    /// Has the reply read also while no caller waits for it.
    pub(super) fn attend(&self) {
        if let Self::Direct(exchange) = self {
            exchange.connection.endpoint.attend_if_idle();
        }
    }

    /// Blocks until the call has its outcome.
    pub(super) fn wait(mut self) -> Completion {
        loop {
            if let Some(completion) = self.wait_until(None) {
                return completion;
            }
        }
    }

    /// Blocks until the call has its outcome, until `patience` at the latest.
    pub(super) fn wait_until(&mut self, patience: Option<Instant>) -> Option<Completion> {
        match self {
            Self::Direct(exchange) => exchange.wait_until(patience),
            Self::Dispatched(pending) => pending.wait_until(patience),
        }
    }

    /// Gives the outcome, if it is there.
    pub(super) fn try_wait(&mut self) -> Option<Completion> {
        match self {
            Self::Direct(exchange) => exchange.try_wait(),
            Self::Dispatched(pending) => pending.wait_until(Some(now())),
        }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Completion> {
        match self {
            Self::Direct(exchange) => exchange.poll(cx),
            Self::Dispatched(pending) => pending.poll(cx),
        }
    }
}

/// A request on one connection.
pub(crate) struct Exchange {
    connection: Arc<Connection>,
    id: u64,
    until: Option<Instant>,
    taken: bool,
    alarm: Alarm,
}

impl Exchange {
    pub(super) fn new(connection: Arc<Connection>, id: u64, until: Option<Instant>) -> Self {
        Self { connection, id, until, taken: false, alarm: Alarm::default() }
    }

    /// A request that the worker answers when the channel has room, after the handler that it runs
    /// now.
    pub(crate) fn room(connection: Arc<Connection>, channel: u16, until: Option<Instant>) -> Self {
        let id = connection.endpoint.ask_room(channel);
        Self::new(connection, id, until)
    }

    /// What another thread can read for it with.
    pub(super) fn reader(&self) -> Reader {
        Reader { connection: Arc::clone(&self.connection), id: self.id, until: self.until }
    }

    fn wait_until(&mut self, patience: Option<Instant>) -> Option<Completion> {
        if self.taken {
            return Some(Err(CallError::Cancelled));
        }
        let until = [self.until, patience].into_iter().flatten().min();
        let outcome = self.connection.endpoint.wait(self.id, until);
        if outcome.is_none() && !self.is_overdue() {
            return None;
        }
        Some(self.conclude(outcome, PATIENCE))
    }

    /// Never waits: a call whose deadline has passed counts as begun unless it is already known
    /// that it was not.
    fn try_wait(&mut self) -> Option<Completion> {
        if self.taken {
            return Some(Err(CallError::Cancelled));
        }
        self.connection.endpoint.drain();
        let outcome = self.connection.endpoint.state().requests.take(self.id);
        if outcome.is_none() && !self.is_overdue() {
            return None;
        }
        Some(self.conclude(outcome, Duration::ZERO))
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Completion> {
        if self.taken {
            return Poll::Ready(Err(CallError::Cancelled));
        }
        let outcome = self.connection.endpoint.poll(self.id, cx.waker());
        if outcome.is_some() || self.is_overdue() {
            // A task does not block: what cannot be known at once counts as begun.
            return Poll::Ready(self.conclude(outcome, Duration::ZERO));
        }
        if let Some(until) = self.until {
            self.alarm.set(until, cx.waker());
        }
        Poll::Pending
    }

    fn is_overdue(&self) -> bool {
        self.until.is_some_and(|until| until <= now())
    }

    /// Without an outcome the deadline has passed.
    fn conclude(
        &mut self,
        outcome: Option<Outcome<Answered, DisconnectCause>>,
        patience: Duration,
    ) -> Completion {
        self.taken = true;
        match outcome {
            // The handler ran inside this wait, which therefore could not end before it.
            Some(Outcome::Answered(answered))
                if self.connection.endpoint.link().is_inline()
                    && self.is_overdue()
                    && answered.status.is_begun() =>
            {
                Err(CallError::Deadline { started: true })
            }
            Some(Outcome::Answered(answered)) => self.read(answered),
            Some(Outcome::Lost(loss)) => Err(loss.begun()),
            Some(Outcome::Unstarted(loss)) => Err(loss.unstarted()),
            None => {
                Err(CallError::Deadline { started: self.connection.give_up(self.id, patience) })
            }
        }
    }

    fn read(&self, Answered { status, body }: Answered) -> Completion {
        Err(match status {
            Status::Value => return Ok(body),
            Status::Error => CallError::Handler(body),
            Status::Panicked => CallError::Panicked(read_panic(&body)),
            Status::Closed if body.len() == 0 => {
                let text =
                    format!("worker `{}` closed before it began this call", self.connection.name);
                CallError::Closed(CloseReason::unstarted(text))
            }
            Status::Closed => {
                let (worker, report) = (self.connection.name.clone(), read_panic(&body));
                DisconnectCause::Panicked { worker, report }.unstarted()
            }
            // The answer to a call that was given up goes to no caller.
            Status::Cancelled => {
                CallError::Protocol("a call counts as cancelled that was not".into())
            }
            Status::Expired => CallError::Deadline { started: false },
            Status::TooLarge { size } => {
                CallError::TooLarge { size: size as usize, limit: self.connection.max_message }
            }
            Status::Unencodable => CallError::Encode(read_text(&body)),
            Status::Malformed => CallError::Protocol(read_text(&body)),
            Status::Failed => read_failure(&body),
            Status::Dropped => {
                let text =
                    format!("worker `{}` dropped its promise to answer", self.connection.name);
                CallError::Closed(CloseReason::begun(text))
            }
        })
    }
}

/// Reads for an exchange whose outcome another thread or task takes.
pub(crate) struct Reader {
    connection: Arc<Connection>,
    id: u64,
    until: Option<Instant>,
}

impl Reader {
    /// Reads until the exchange has its outcome, until its own deadline, and until `until`.
    pub(crate) fn read(&self, until: Option<Instant>) {
        let until = [self.until, until].into_iter().flatten().min();
        let is_decided = |state: &mut State| (!state.requests.is_owed(self.id)).then_some(());
        self.connection.endpoint.wait_for(Some(self.id), until, is_decided);
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.taken {
            self.connection.endpoint.abandon(self.id);
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("worker", &self.connection.name)
            .field("call", &self.id)
            .finish_non_exhaustive()
    }
}

/// A job that a dispatcher has taken.
pub(crate) struct PendingJob {
    dispatch: Arc<dyn Dispatch>,
    job: u64,
    completions: Arc<Completions>,
    until: Option<Instant>,
    taken: bool,
    alarm: Alarm,
}

impl PendingJob {
    pub(super) fn new(
        dispatch: Arc<dyn Dispatch>,
        job: u64,
        completions: Arc<Completions>,
        until: Option<Instant>,
    ) -> Self {
        Self { dispatch, job, completions, until, taken: false, alarm: Alarm::default() }
    }

    fn wait_until(&mut self, patience: Option<Instant>) -> Option<Completion> {
        if self.taken {
            return Some(Err(CallError::Cancelled));
        }
        let until = [self.until, patience].into_iter().flatten().min();
        Arc::clone(&self.dispatch).wait(self.job, until);
        let mut outcome = self.completions.pop(until);
        if outcome.is_none() && self.expire() {
            // Either it had not begun, or the call's own deadline ends it.
            outcome = self.completions.pop(patience);
        }
        let (_, outcome) = outcome?;
        self.taken = true;
        Some(outcome)
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Completion> {
        if self.taken {
            return Poll::Ready(Err(CallError::Cancelled));
        }
        self.expire();
        if let Some((_, outcome)) = self.completions.poll(cx) {
            self.taken = true;
            return Poll::Ready(outcome);
        }
        if let Some(until) = self.until {
            self.alarm.set(until, cx.waker());
        }
        Poll::Pending
    }

    /// Ends the call if it was not begun and its deadline has passed; whether it has passed.
    fn expire(&mut self) -> bool {
        let is_over = self.until.is_some_and(|until| until <= now());
        if is_over {
            self.until = None;
            Arc::clone(&self.dispatch).expire(self.job);
        }
        is_over
    }
}

impl PendingJob {
    /// The job goes on, and its outcome is not asked for.
    pub(super) fn detach(mut self) {
        self.taken = true;
    }
}

impl Drop for PendingJob {
    fn drop(&mut self) {
        if !self.taken {
            Arc::clone(&self.dispatch).abandon(self.job);
        }
    }
}

impl fmt::Debug for PendingJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingJob").field("job", &self.job).finish_non_exhaustive()
    }
}
