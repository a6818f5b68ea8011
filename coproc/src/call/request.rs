//! [`Request`]: a call that was sent, whose reply is not decoded.

use std::{
    fmt,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use super::{
    address::{Dispatch, Job, Route},
    completions::Completions,
    encoded::Encoded,
};
use crate::{
    codec::reply::{Answered, Completion, read_failure, read_panic, read_text},
    error::{CallError, CloseReason},
    link::{Connection, DisconnectCause, LinkState, Outcome, timer::Alarm},
    protocol::Status,
    sync::{Arc, now},
};

/// How long this thread waits for a worker that may be about to begin a call whose deadline has
/// passed.
const PATIENCE: Duration = Duration::from_millis(20);

/// A call that was sent. Dropping it cancels the call.
pub(crate) struct Request {
    via: Via,
    /// Its number on the connection, or that of the dispatcher's job.
    id: u64,
    until: Option<Instant>,
    /// Its outcome was returned, or is not needed.
    taken: bool,
    alarm: Alarm,
}

/// The way that a call went.
enum Via {
    Connection(Arc<Connection>),
    Dispatch(Arc<dyn Dispatch>, Arc<Completions>),
}

impl Request {
    fn new(via: Via, id: u64, until: Option<Instant>) -> Self {
        Self { via, id, until, taken: false, alarm: Alarm::default() }
    }

    /// Sends a message that was counted in and opened as request `id`.
    pub(super) fn direct(
        connection: Arc<Connection>,
        id: u64,
        message: Encoded,
        until: Option<Instant>,
    ) -> Self {
        let nested = message.nested;
        let (envelope, body) = message.seal(until);
        connection.call(id, nested, envelope, body);
        Self::new(Via::Connection(connection), id, until)
    }

    /// Hands a message to a dispatcher.
    pub(crate) fn dispatched(Route { dispatch, slot }: Route, message: Encoded) -> Self {
        let (until, priority, completions) =
            (message.until(), message.priority, Completions::new());
        let (message, to) = (Arc::new(message), Arc::clone(&completions));
        let job = Job { message, priority, slot, until, calls: 1, completions: to, tag: 0 };
        let job = Arc::clone(&dispatch).submit(job);
        Self::new(Via::Dispatch(dispatch, completions), job, until)
    }

    /// A request for room in a channel, which the worker answers after the handler that it runs now.
    pub(crate) fn room(connection: Arc<Connection>, channel: u16, until: Option<Instant>) -> Self {
        let id = connection.endpoint.ask_room(channel);
        Self::new(Via::Connection(connection), id, until)
    }

    /// An error if its worker's code runs on this thread.
    pub(super) fn check_cycle<E>(&self) -> Result<(), CallError<E>> {
        match &self.via {
            Via::Connection(connection) => connection.check_cycle(),
            Via::Dispatch(..) => Ok(()),
        }
    }

    /// Has the reply also read while no caller waits for it.
    pub(super) fn arm(&self) {
        if let Via::Connection(connection) = &self.via {
            connection.endpoint.arm_if_idle();
        }
    }

    /// A reader for another thread; `None` if a dispatcher has the call.
    pub(super) fn reader(&self) -> Option<Reader> {
        match &self.via {
            Via::Connection(connection) => {
                Some(Reader { connection: Arc::clone(connection), id: self.id, until: self.until })
            }
            Via::Dispatch(..) => None,
        }
    }

    /// Lets the call go on; its outcome is not needed.
    pub(super) fn detach(mut self) {
        self.taken = true;
    }

    /// Blocks until the call has its outcome.
    pub(super) fn wait(mut self) -> Completion {
        loop {
            if let Some(completion) = self.wait_until(None) {
                return completion;
            }
        }
    }

    /// Blocks until the call has its outcome, at most until `patience`.
    pub(super) fn wait_until(&mut self, patience: Option<Instant>) -> Option<Completion> {
        if self.taken {
            return Some(Err(CallError::Cancelled));
        }
        let until = [self.until, patience].into_iter().flatten().min();
        let outcome = match &self.via {
            Via::Connection(connection) => {
                let outcome = connection.endpoint.wait(self.id, until);
                self.conclude(connection, outcome, PATIENCE)
            }
            Via::Dispatch(dispatch, completions) => {
                Arc::clone(dispatch).wait(self.id, until);
                let mut outcome = completions.pop(until);
                if outcome.is_none() && expire(&mut self.until, dispatch, self.id) {
                    // Either it had not begun, or its deadline on the worker's connection ends it.
                    outcome = completions.pop(patience);
                }
                outcome.map(|(_, outcome)| outcome)
            }
        };
        self.taken = outcome.is_some();
        outcome
    }

    /// The outcome, if it has arrived. A call whose deadline has passed counts as begun, unless it is
    /// already known that it was not.
    pub(super) fn try_wait(&mut self) -> Option<Completion> {
        let Via::Connection(connection) = &self.via else {
            return self.wait_until(Some(now()));
        };
        if self.taken {
            return Some(Err(CallError::Cancelled));
        }
        connection.endpoint.drain();
        let outcome = connection.endpoint.state().requests.take(self.id);
        let outcome = self.conclude(connection, outcome, Duration::ZERO);
        self.taken = outcome.is_some();
        outcome
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Completion> {
        if self.taken {
            return Poll::Ready(Err(CallError::Cancelled));
        }
        let outcome = match &self.via {
            Via::Connection(connection) => {
                let outcome = connection.endpoint.poll(self.id, cx.waker());
                // A task does not block: a call that may have begun counts as begun.
                self.conclude(connection, outcome, Duration::ZERO)
            }
            Via::Dispatch(dispatch, completions) => {
                expire(&mut self.until, dispatch, self.id);
                completions.poll(cx).map(|(_, outcome)| outcome)
            }
        };
        self.taken = outcome.is_some();
        if let (None, Some(until)) = (&outcome, self.until) {
            self.alarm.set(until, cx.waker());
        }
        outcome.map_or(Poll::Pending, Poll::Ready)
    }

    fn is_overdue(&self) -> bool {
        self.until.is_some_and(|until| until <= now())
    }

    /// The outcome of a call over a connection; `None` if it has none and its deadline has not passed.
    fn conclude(
        &self,
        connection: &Connection,
        outcome: Option<Outcome<Answered, DisconnectCause>>,
        patience: Duration,
    ) -> Option<Completion> {
        Some(match outcome {
            // The handler ran inside this wait, which therefore could not end before it.
            Some(Outcome::Answered(answered))
                if connection.endpoint.link().is_inline()
                    && self.is_overdue()
                    && answered.status.is_begun() =>
            {
                Err(CallError::Deadline { started: true })
            }
            Some(Outcome::Answered(answered)) => read(connection, answered),
            Some(Outcome::Lost(loss)) => Err(loss.begun()),
            Some(Outcome::Unstarted(loss)) => Err(loss.unstarted()),
            None if self.is_overdue() => {
                Err(CallError::Deadline { started: connection.give_up(self.id, patience) })
            }
            None => return None,
        })
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        if self.taken {
            return;
        }
        match &self.via {
            Via::Connection(connection) => connection.endpoint.abandon(self.id),
            Via::Dispatch(dispatch, _) => Arc::clone(dispatch).abandon(self.id),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let worker = match &self.via {
            Via::Connection(connection) => &connection.name,
            Via::Dispatch(dispatch, _) => dispatch.plan().name,
        };
        f.debug_struct("Request")
            .field("worker", &worker)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Ends a dispatched job if its deadline has passed and it has not begun; whether it has passed.
fn expire(until: &mut Option<Instant>, dispatch: &Arc<dyn Dispatch>, job: u64) -> bool {
    let is_over = until.take_if(|until| *until <= now()).is_some();
    if is_over {
        Arc::clone(dispatch).expire(job);
    }
    is_over
}

/// Decodes the status of an answer.
fn read(connection: &Connection, Answered { status, body }: Answered) -> Completion {
    Err(match status {
        Status::Value => return Ok(body),
        Status::Error => CallError::Handler(body),
        Status::Panicked => CallError::Panicked(read_panic(&body)),
        Status::Closed if body.len() == 0 => {
            let text = format!("worker `{}` closed before it began this call", connection.name);
            CallError::Closed(CloseReason::unstarted(text))
        }
        Status::Closed => {
            let (worker, report) = (connection.name.clone(), read_panic(&body));
            DisconnectCause::Panicked { worker, report }.unstarted()
        }
        // The answer to a call that was given up goes to no caller.
        Status::Cancelled => CallError::Protocol("a call counts as cancelled that was not".into()),
        Status::Expired => CallError::Deadline { started: false },
        Status::TooLarge { size } => {
            CallError::TooLarge { size: size as usize, limit: connection.max_message }
        }
        Status::Unencodable => CallError::Encode(read_text(&body)),
        Status::Malformed => CallError::Protocol(read_text(&body)),
        Status::Failed => read_failure(&body),
        Status::Dropped => {
            let text = format!("worker `{}` dropped its promise to answer", connection.name);
            CallError::Closed(CloseReason::begun(text))
        }
    })
}

/// Reads for a request whose outcome another thread or task takes.
pub(crate) struct Reader {
    connection: Arc<Connection>,
    id: u64,
    until: Option<Instant>,
}

impl Reader {
    /// Reads until the request has its outcome, at most until its deadline and until `until`.
    pub(crate) fn read(&self, until: Option<Instant>) {
        let until = [self.until, until].into_iter().flatten().min();
        let is_decided = |state: &mut LinkState| (!state.requests.is_owed(self.id)).then_some(());
        self.connection.endpoint.wait_for(Some(self.id), until, is_decided);
    }
}
