//! Single calls through a pool.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use super::{
    desk::{Counter, Task},
    errand::{Errand, Reading, Routed},
    inbox::{Inbox, Outcome},
};
use crate::{
    controller::timer::Alarm,
    error::{CallError, CloseReason},
    message::Priority,
    sync::Arc,
};

/// A call that a pool is to carry to the first worker that is free: what
/// [`WorkerPool::call`](crate::WorkerPool::call) gives. A verb sends it.
#[must_use = "a call goes out only with `.wait()`, `.await`, `.send()` or `.tell()`"]
pub struct PoolCall<R: Routed> {
    desk: Arc<dyn Counter>,
    errand: Errand,
    reading: Reading<R::Value, R::Error>,
    priority: Priority,
    deadline: Option<Duration>,
    only: Option<usize>,
    closed: Option<CloseReason>,
}

impl<R: Routed> PoolCall<R> {
    /// `closed`: why the pool takes no more calls, if it does not.
    pub(super) fn new(
        desk: Arc<dyn Counter>,
        routed: R,
        only: Option<usize>,
        closed: Option<CloseReason>,
    ) -> Self {
        let (errand, reading) = routed.route();
        let (priority, deadline) = (errand.priority(), errand.time_limit());
        Self { desk, errand, reading, priority, deadline, only, closed }
    }

    /// How urgent it is among all that wait for the pool: lower is sooner.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Gives up after `deadline`, counted from the verb; the time that it waits for a worker counts.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sends it, and blocks until it is answered.
    ///
    /// # Errors
    ///
    /// As [`Call::wait`](crate::Call::wait). [`CallError::Closed`] if the pool is closed, or if no
    /// worker can be started any more.
    pub fn wait(self) -> Result<R::Value, CallError<R::Error>> {
        self.send()?.wait()
    }

    /// Sends it, and gives the pending reply. It never blocks: what no worker is free for, waits in
    /// this process.
    ///
    /// # Errors
    ///
    /// [`CallError::Closed`] if the pool is closed.
    #[expect(clippy::type_complexity, reason = "the reply's two types, and the error once more")]
    pub fn send(self) -> Result<Submission<R::Value, R::Error>, CallError<R::Error>> {
        let reading = self.reading;
        let until = self.deadline.and_then(|deadline| Instant::now().checked_add(deadline));
        let (desk, inbox) = (Arc::clone(&self.desk), Inbox::new());
        let task = self.submit(until, &inbox)?;
        Ok(Submission { desk, inbox, task, until, reading, done: false, alarm: Alarm::default() })
    }

    /// Sends it, and asks for no reply. What the handler returns is not told to anybody.
    ///
    /// # Errors
    ///
    /// [`CallError::Closed`] if the pool is closed.
    pub fn tell(self) -> Result<(), CallError<R::Error>> {
        let until = self.deadline.and_then(|deadline| Instant::now().checked_add(deadline));
        self.submit(until, &Inbox::new()).map(drop)
    }

    fn submit(
        self,
        until: Option<Instant>,
        inbox: &Arc<Inbox>,
    ) -> Result<u64, CallError<R::Error>> {
        if let Some(reason) = self.closed {
            return Err(CallError::Closed(reason));
        }
        Ok(self.desk.submit(Task {
            errand: Arc::new(self.errand),
            priority: self.priority,
            only: self.only,
            until,
            calls: 1,
            inbox: Arc::clone(inbox),
            tag: 0,
        }))
    }
}

impl<R: Routed> IntoFuture for PoolCall<R> {
    type Output = Result<R::Value, CallError<R::Error>>;
    type IntoFuture = PoolCallFuture<R>;

    fn into_future(self) -> PoolCallFuture<R> {
        PoolCallFuture { call: Some(self), submission: None }
    }
}

impl<R: Routed> fmt::Debug for PoolCall<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PoolCall").field(&self.errand).finish()
    }
}

/// A [`PoolCall`] that goes out when it is first polled. Dropping it cancels the call.
#[must_use = "futures do nothing unless polled"]
pub struct PoolCallFuture<R: Routed> {
    call: Option<PoolCall<R>>,
    submission: Option<Submission<R::Value, R::Error>>,
}

// Nothing in it is ever pinned.
impl<R: Routed> Unpin for PoolCallFuture<R> {}

impl<R: Routed> Future for PoolCallFuture<R> {
    type Output = Result<R::Value, CallError<R::Error>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(call) = self.call.take() {
            self.submission = Some(call.send()?);
        }
        match &mut self.submission {
            Some(submission) => Pin::new(submission).poll(cx),
            None => Poll::Ready(Err(CallError::Cancelled)),
        }
    }
}

impl<R: Routed> fmt::Debug for PoolCallFuture<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PoolCallFuture").field(&self.call).field(&self.submission).finish()
    }
}

/// The reply to a call that a pool carries; as [`Pending`](crate::Pending).
///
/// It does not borrow from the pool; if that is dropped first, the call ends in
/// [`CallError::Closed`]. Dropping this cancels the call: if its handler has not begun, it never
/// will.
#[must_use = "dropping a submission cancels the call"]
pub struct Submission<T, E> {
    desk: Arc<dyn Counter>,
    inbox: Arc<Inbox>,
    task: u64,
    until: Option<Instant>,
    reading: Reading<T, E>,
    done: bool,
    alarm: Alarm,
}

impl<T, E> Submission<T, E> {
    /// Blocks until the call is answered.
    ///
    /// # Errors
    ///
    /// As [`PoolCall::wait`].
    pub fn wait(mut self) -> Result<T, CallError<E>> {
        self.wait_until(None).unwrap_or(Err(CallError::Cancelled))
    }

    /// Blocks until the call is answered, for `timeout` at most; `None` if it was not.
    ///
    /// The call goes on: this can be asked again. After an outcome was given, there is none left:
    /// [`CallError::Cancelled`].
    pub fn wait_timeout(&mut self, timeout: Duration) -> Option<Result<T, CallError<E>>> {
        self.wait_until(Instant::now().checked_add(timeout))
    }

    /// The outcome, if it is there.
    ///
    /// After it was given, there is none left: [`CallError::Cancelled`].
    pub fn try_wait(&mut self) -> Option<Result<T, CallError<E>>> {
        self.wait_until(Some(Instant::now()))
    }

    /// Gives the call up: if its handler has not begun, it never will; if it has, it can learn of
    /// it from [`Context::check`](crate::Context::check).
    pub fn cancel(self) {}

    fn wait_until(&mut self, patience: Option<Instant>) -> Option<Result<T, CallError<E>>> {
        if self.done {
            return Some(Err(CallError::Cancelled));
        }
        let until = [self.until, patience].into_iter().flatten().min();
        self.desk.clone().await_task(self.task, until);
        let mut outcome = self.inbox.wait(until);
        if outcome.is_none() && self.expire() {
            // Either it had not begun, or the call's own deadline ends it.
            outcome = self.inbox.wait(patience);
        }
        Some(self.conclude(outcome?.1))
    }

    /// Ends the call if it was not begun and its time is over; whether the time was over.
    fn expire(&mut self) -> bool {
        let is_over = self.until.is_some_and(|until| until <= Instant::now());
        if is_over {
            self.until = None;
            Arc::clone(&self.desk).expire(self.task);
        }
        is_over
    }

    fn conclude(&mut self, outcome: Outcome) -> Result<T, CallError<E>> {
        self.done = true;
        self.reading.read(outcome)
    }
}

// Nothing in it is ever pinned.
impl<T, E> Unpin for Submission<T, E> {}

impl<T, E> Future for Submission<T, E> {
    type Output = Result<T, CallError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.done {
            return Poll::Ready(Err(CallError::Cancelled));
        }
        self.expire();
        if let Some((_, outcome)) = self.inbox.poll(cx) {
            return Poll::Ready(self.conclude(outcome));
        }
        if let Some(until) = self.until {
            self.alarm.set(until, cx.waker());
        }
        Poll::Pending
    }
}

impl<T, E> Drop for Submission<T, E> {
    fn drop(&mut self) {
        if !self.done {
            Arc::clone(&self.desk).withdraw(self.task);
        }
    }
}

impl<T, E> fmt::Debug for Submission<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission").field("task", &self.task).finish_non_exhaustive()
    }
}
