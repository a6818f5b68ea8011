//! A call before it goes out, and the verbs that send it.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use super::{
    Link,
    line::Refusal,
    outgoing::Outgoing,
    pending::{Lookout, Pending},
    reply::{Reply, unread},
};
use crate::{
    codec::{Body, Draft, EncodeError},
    error::{CallError, TrySendError},
    message::{Kind, Priority},
};

/// A call that has not gone out: the arguments are encoded, a verb sends it.
///
/// | verb | what it does |
/// | --- | --- |
/// | [`wait`](Self::wait) | sends, and blocks until the reply is there |
/// | `.await` | the same on any executor |
/// | [`send`](Self::send) | sends, and gives a [`Pending`] reply |
/// | [`tell`](Self::tell) | sends, and asks for no reply |
///
/// Dropped without a verb, it was never made.
///
/// ```
/// use coproc::prelude::*;
///
/// struct Printer;
///
/// #[worker]
/// impl Printer {
///     #[init]
///     fn new() -> Self {
///         Self
///     }
///
///     #[message]
///     fn print(&mut self, text: &str) -> usize {
///         text.len()
///     }
/// }
///
/// let printer = Printer::on(Thread).spawn()?;
/// assert_eq!(printer.print("one").wait()?, 3);
/// assert_eq!(printer.print("two").priority(-5).deadline(secs(1)).wait()?, 3);
/// let third = printer.print("three").send()?;
/// printer.print("four").tell()?;
/// assert_eq!(third.wait()?, 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a call goes out only with `.wait()`, `.await`, `.send()` or `.tell()`"]
pub struct Call<T, E = Infallible> {
    outgoing: Outgoing,
    reply: Reply<T, E>,
}

/// Makes a call of the handler `number`.
pub fn call<W, T, E>(
    link: &Link<W>,
    number: u32,
    write: impl FnOnce(&mut Draft),
    priority: Priority,
    reply: Reply<T, E>,
) -> Call<T, E> {
    Call { outgoing: Outgoing::new(link, number, priority, write), reply }
}

impl<T, E> Call<T, E> {
    /// Makes it more urgent (lower) or less (higher) than its handler says.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.outgoing.priority = priority;
        self
    }

    /// Gives up after `deadline`, counted from the verb or the first poll: the call then ends in
    /// [`CallError::Deadline`]. The worker goes on. [`wait`](Self::wait) may take 20 ms more, to
    /// learn whether the handler has begun.
    ///
    /// Without it, the deadline is that of `#[message(deadline = "…")]`, and else there is none.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.outgoing.deadline = Some(deadline);
        self
    }

    /// Sends it and blocks until it is answered. While the channel is full it waits for room,
    /// unless the channel is declared `overflow = reject`.
    ///
    /// # Errors
    ///
    /// Every [`CallError`] but [`Cancelled`](CallError::Cancelled).
    pub fn wait(self) -> Result<T, CallError<E>> {
        self.begin(None)?.block()
    }

    /// Sends it, for whoever waits for the answer at once; waits for room for `room` at most.
    pub(crate) fn begin(mut self, room: Option<Duration>) -> Result<Pending<T, E>, CallError<E>> {
        self.outgoing.line.check_cycle()?;
        self.outgoing.nest();
        self.start(false, room)
    }

    /// Sends it and gives the pending reply. While the channel is full it waits for room, unless
    /// the channel is declared `overflow = reject`.
    ///
    /// # Errors
    ///
    /// [`CallError::Full`], [`Closed`](CallError::Closed), [`TooLarge`](CallError::TooLarge),
    /// [`Encode`](CallError::Encode) or [`Protocol`](CallError::Protocol); where it would wait for
    /// room, also [`Deadline`](CallError::Deadline) and [`Deadlock`](CallError::Deadlock). With any
    /// of them the handler has not begun.
    pub fn send(self) -> Result<Pending<T, E>, CallError<E>> {
        self.start(true, None)
    }

    /// Sends it without ever blocking.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), with the call to try again; [`CallError::Full`] also where `send`
    /// would wait.
    #[expect(clippy::result_large_err, reason = "the call itself is given back")]
    pub fn try_send(mut self) -> Result<Pending<T, E>, TrySendError<Self, E>> {
        if let Err(error) = self.outgoing.check() {
            return Err(TrySendError { call: self, error });
        }
        match self.outgoing.line.try_admit(self.outgoing.channel()) {
            Ok(()) => {
                let until = self.outgoing.until();
                Ok(self.sent(until, true))
            }
            Err(Refusal::Full) => Err(TrySendError { call: self, error: CallError::Full }),
            Err(Refusal::Error(error)) => Err(TrySendError { call: self, error: error.widen() }),
        }
    }

    /// Sends it and asks for no reply. An error of the handler is counted in
    /// [`stats`](crate::WorkerHandle::stats). Blocks as [`send`](Self::send) does.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn tell(self) -> Result<(), CallError<E>> {
        self.outgoing.tell(None)
    }

    pub(super) fn of(outgoing: Outgoing, reply: Reply<T, E>) -> Self {
        Self { outgoing, reply }
    }

    /// The same call of another worker of this type.
    pub(crate) fn again<W>(&self, link: &Link<W>) -> Self {
        Self { outgoing: self.outgoing.again(link), reply: self.reply }
    }

    /// The same call without the knowledge how to read its reply, and that knowledge.
    pub(crate) fn unread(self) -> (Call<Body, Body>, Reply<T, E>) {
        (Call { outgoing: self.outgoing, reply: unread() }, self.reply)
    }

    /// The same call, whose arguments could not be encoded after all.
    pub(crate) fn refused(mut self, error: EncodeError) -> Self {
        self.outgoing.body = Err(error);
        self
    }

    /// How urgent it is.
    pub(crate) fn urgency(&self) -> Priority {
        self.outgoing.priority
    }

    /// How long it may take.
    pub(crate) fn time_limit(&self) -> Option<Duration> {
        self.outgoing.deadline
    }

    /// Whether its handler may be run again after a crash.
    pub(crate) fn is_idempotent(&self) -> bool {
        self.outgoing.handler.is_some_and(|handler| handler.idempotent)
    }

    fn start(
        mut self,
        attend: bool,
        room: Option<Duration>,
    ) -> Result<Pending<T, E>, CallError<E>> {
        let until = self.outgoing.admit(room)?;
        Ok(self.sent(until, attend))
    }

    /// Sends what was counted in.
    fn sent(self, until: Option<Instant>, attend: bool) -> Pending<T, E> {
        let (line, envelope, body) = self.outgoing.seal(Kind::Call, until);
        let id = line.call(envelope, body);
        if attend {
            line.port.attend_if_idle();
        }
        Pending::new(line, id, until, self.reply)
    }
}

impl<T, E> fmt::Debug for Call<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.outgoing.describe("Call", f)
    }
}

impl<T, E> IntoFuture for Call<T, E> {
    type Output = Result<T, CallError<E>>;
    type IntoFuture = CallFuture<T, E>;

    fn into_future(self) -> Self::IntoFuture {
        CallFuture { until: None, call: Some(self), room: None, pending: None }
    }
}

/// A call that goes out when it is first polled: what `.await` on a [`Call`] waits for.
///
/// Dropping it cancels the call.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct CallFuture<T, E = Infallible> {
    /// Its deadline, counted from the first poll.
    until: Option<Instant>,
    call: Option<Call<T, E>>,
    /// A question after room in the channel, that the call waits for.
    room: Option<Pending<(), Infallible>>,
    pending: Option<Pending<T, E>>,
}

impl<T, E> CallFuture<T, E> {
    /// As `poll`, on behalf of others; see [`Pending::poll_for_others`].
    pub(crate) fn poll_for_others(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T, CallError<E>>> {
        match self.go_out(cx) {
            Poll::Ready(Ok(pending)) => pending.poll_for_others(cx),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }

    /// What can wait for this call without having it, once it is sent.
    pub(crate) fn lookout(&self) -> Option<Lookout> {
        self.pending.as_ref().map(Pending::lookout)
    }

    /// Sends the call, once there is room for it.
    fn go_out(&mut self, cx: &mut Context<'_>) -> Poll<Result<&mut Pending<T, E>, CallError<E>>> {
        while self.pending.is_none() {
            if let Some(room) = &mut self.room {
                match room.poll_for_others(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(())) => self.room = None,
                    // Whatever became of the question, the call itself was never sent.
                    Poll::Ready(Err(CallError::Deadline { .. })) => {
                        return Poll::Ready(Err(CallError::Deadline { started: false }));
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error.widen())),
                }
            }
            let Some(mut call) = self.call.take() else {
                return Poll::Ready(Err(CallError::Cancelled));
            };
            call.outgoing.nest();
            call.outgoing.check()?;
            let until = self.until.or_else(|| call.outgoing.until());
            self.until = until;
            match call.outgoing.line.try_admit(call.outgoing.channel()) {
                Ok(()) => self.pending = Some(call.sent(until, false)),
                Err(Refusal::Full) => {
                    let channel = call.outgoing.channel();
                    self.room = Some(Pending::room(&call.outgoing.line, channel, until));
                    self.call = Some(call);
                }
                Err(Refusal::Error(error)) => return Poll::Ready(Err(error.widen())),
            }
        }
        Poll::Ready(self.pending.as_mut().ok_or(CallError::Cancelled))
    }
}

impl<T, E> Future for CallFuture<T, E> {
    type Output = Result<T, CallError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(call) = &self.call {
            call.outgoing.line.check_cycle()?;
        }
        match self.go_out(cx) {
            Poll::Ready(Ok(pending)) => Pin::new(pending).poll(cx),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }
}
