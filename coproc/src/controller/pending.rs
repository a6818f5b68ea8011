//! A call that has gone out and is not yet answered.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use super::{
    line::Line,
    reply::{Reply, malformed, read_panic, read_text, reply},
    timer::Alarm,
};
use crate::{
    codec::Frame,
    error::{CallError, CloseReason},
    message::{Kind, Status},
    messenger::{Loss, Outcome, State},
    sync::Arc,
};

/// How long a worker that may be about to begin a call whose deadline has passed is waited for.
const PATIENCE: Duration = Duration::from_millis(20);

/// The reply to a call that was sent.
///
/// Dropping it cancels the call: if its handler has not begun, it never will. It can be waited for
/// with `.await` as well, on any executor.
///
/// ```
/// use coproc::prelude::*;
///
/// struct Counter;
///
/// #[worker]
/// impl Counter {
///     #[init]
///     fn new() -> Self {
///         Self
///     }
///
///     #[message]
///     fn square(&self, n: u64) -> u64 {
///         n * n
///     }
/// }
///
/// let counter = Counter::on(Thread).spawn()?;
/// let both = [counter.square(3).send()?, counter.square(4).send()?];
/// for (pending, expected) in both.into_iter().zip([9, 16]) {
///     assert_eq!(pending.wait()?, expected);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "dropping a pending reply cancels the call"]
pub struct Pending<T, E = Infallible> {
    line: Arc<Line>,
    id: u64,
    until: Option<Instant>,
    reply: Reply<T, E>,
    taken: bool,
    alarm: Alarm,
}

impl<T, E> Pending<T, E> {
    pub(super) fn new(
        line: Arc<Line>,
        id: u64,
        until: Option<Instant>,
        reply: Reply<T, E>,
    ) -> Self {
        Self { line, id, until, reply, taken: false, alarm: Alarm::default() }
    }

    /// Blocks until the call is answered.
    ///
    /// # Errors
    ///
    /// Every [`CallError`] but [`Cancelled`](CallError::Cancelled).
    pub fn wait(self) -> Result<T, CallError<E>> {
        self.line.check_cycle()?;
        self.block()
    }

    /// The same where the worker is known not to run here.
    pub(super) fn block(mut self) -> Result<T, CallError<E>> {
        let outcome = self.line.port.wait(self.id, self.until);
        self.conclude(outcome, PATIENCE)
    }

    /// Blocks until the call is answered, for `timeout` at most; `None` if it was not.
    ///
    /// The call goes on: this can be asked again. After an outcome was given, there is none left:
    /// [`CallError::Cancelled`]. Once the call's own deadline has passed, the outcome is
    /// [`CallError::Deadline`].
    pub fn wait_timeout(&mut self, timeout: Duration) -> Option<Result<T, CallError<E>>> {
        if self.taken {
            return Some(Err(CallError::Cancelled));
        }
        if let Err(error) = self.line.check_cycle() {
            return Some(Err(error));
        }
        let patience = Instant::now().checked_add(timeout);
        let until = [self.until, patience].into_iter().flatten().min();
        let outcome = self.line.port.wait(self.id, until);
        if outcome.is_none() && !self.is_overdue() {
            return None;
        }
        Some(self.conclude(outcome, PATIENCE))
    }

    /// The outcome, if it is there.
    ///
    /// Never waits: a call whose deadline has passed counts as begun unless it is already known that
    /// it was not. After an outcome was given, there is none left: [`CallError::Cancelled`].
    pub fn try_wait(&mut self) -> Option<Result<T, CallError<E>>> {
        if self.taken {
            return Some(Err(CallError::Cancelled));
        }
        self.line.port.drain();
        let outcome = self.line.port.state().requests.take(self.id);
        if outcome.is_none() && !self.is_overdue() {
            return None;
        }
        Some(self.conclude(outcome, Duration::ZERO))
    }

    /// Gives the call up: if its handler has not begun, it never will; if it has, it can learn of
    /// it from [`Context::check`](crate::Context::check).
    pub fn cancel(self) {}

    fn is_overdue(&self) -> bool {
        self.until.is_some_and(|until| until <= Instant::now())
    }

    /// Without an outcome the deadline has passed.
    fn conclude(
        &mut self,
        outcome: Option<Outcome<Frame, Loss>>,
        patience: Duration,
    ) -> Result<T, CallError<E>> {
        match outcome {
            // The handler ran inside this wait, which therefore could not end before it.
            Some(Outcome::Answered(frame))
                if self.line.port.link().is_inline() && self.is_overdue() && has_run(&frame) =>
            {
                self.taken = true;
                Err(CallError::Deadline { started: true })
            }
            Some(outcome) => {
                self.taken = true;
                match outcome {
                    Outcome::Answered(frame) => self.read(&frame),
                    Outcome::Lost(loss) => Err(loss.begun()),
                    Outcome::Unstarted(loss) => Err(loss.unstarted()),
                }
            }
            None => {
                self.taken = true;
                Err(CallError::Deadline { started: self.line.give_up(self.id, patience) })
            }
        }
    }

    fn read(&self, frame: &Frame) -> Result<T, CallError<E>> {
        let body = &frame.body;
        let Kind::Answer(status) = frame.envelope.kind else {
            return Err(CallError::Protocol("an answer that is none".into()));
        };
        Err(match status {
            Status::Value => return self.reply.read(body).map_err(malformed),
            Status::Error => self.reply.read_error(body).map_or_else(malformed, CallError::Handler),
            Status::Panicked => CallError::Panicked(read_panic(body)),
            Status::Closed if body.len() == 0 => {
                let text = format!("worker `{}` closed before it began this call", self.line.name);
                CallError::Closed(CloseReason::unstarted(text))
            }
            Status::Closed => {
                let (worker, report) = (self.line.name.clone(), read_panic(body));
                Loss::Panicked { worker, report }.unstarted()
            }
            Status::Cancelled => CallError::Cancelled,
            Status::Expired => CallError::Deadline { started: false },
            Status::TooLarge => CallError::TooLarge {
                size: frame.envelope.handler as usize,
                limit: self.line.max_message,
            },
            Status::Unencodable => CallError::Encode(read_text(body)),
            Status::Malformed => CallError::Protocol(read_text(body)),
            Status::Dropped => {
                let text = format!("worker `{}` dropped its promise to answer", self.line.name);
                CallError::Closed(CloseReason::begun(text))
            }
        })
    }

    fn give_up(&mut self) {
        if !std::mem::replace(&mut self.taken, true) {
            self.line.port.abandon(self.id);
        }
    }
}

/// Whether the handler that this answers for was begun.
fn has_run(answer: &Frame) -> bool {
    let unstarted = [Status::Closed, Status::Cancelled, Status::Expired].map(Kind::Answer);
    !unstarted.contains(&answer.envelope.kind)
}

impl<T, E> Pending<T, E> {
    /// What can wait for this call without having it.
    pub(crate) fn lookout(&self) -> Lookout {
        Lookout { line: Arc::clone(&self.line), id: self.id }
    }

    /// Asks for the outcome on behalf of others: what runs on this thread says nothing about who
    /// waits.
    pub(crate) fn poll_for_others(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T, CallError<E>>> {
        let outcome = self.line.port.poll(self.id, cx.waker());
        if outcome.is_some() || self.is_overdue() {
            // A task does not block: what cannot be known at once counts as begun.
            return Poll::Ready(self.conclude(outcome, Duration::ZERO));
        }
        if let Some(until) = self.until {
            self.alarm.set(until, cx.waker());
        }
        Poll::Pending
    }
}

/// Waits for a call on behalf of whoever takes its outcome.
pub(crate) struct Lookout {
    line: Arc<Line>,
    id: u64,
}

impl Lookout {
    /// Reads for the call until it has its outcome, until `until` at the latest.
    pub(crate) fn wait(&self, until: Option<Instant>) {
        let is_decided = |state: &mut State| (!state.requests.is_owed(self.id)).then_some(());
        self.line.port.wait_for(Some(self.id), until, is_decided);
    }
}

impl Pending<()> {
    /// A question after room in a channel.
    pub(super) fn room(line: &Arc<Line>, channel: u16, until: Option<Instant>) -> Self {
        Self::new(Arc::clone(line), line.ask_room(channel), until, reply::<()>())
    }
}

impl<T, E> Future for Pending<T, E> {
    type Output = Result<T, CallError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.taken {
            return Poll::Ready(Err(CallError::Cancelled));
        }
        if let Err(error) = self.line.check_cycle() {
            return Poll::Ready(Err(error));
        }
        self.poll_for_others(cx)
    }
}

impl<T, E> Drop for Pending<T, E> {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl<T, E> fmt::Debug for Pending<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("worker", &self.line.name)
            .field("call", &self.id)
            .finish_non_exhaustive()
    }
}
