//! Calls: a controller makes a [`Call`] with its address, and a verb sends it.

pub(crate) mod address;
mod completions;
mod controller;
mod encoded;
mod one_way;
mod outgoing;
mod pending;
mod request;

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    codec::{
        Draft, EncodeError,
        reply::{Read, Reply, reply},
    },
    error::{CallError, TrySendError},
    protocol::Priority,
};

pub(crate) use address::{Address, Dispatch, Job, Link, Relays, Route};
pub(crate) use completions::Completions;
pub use controller::Controller;
pub(crate) use encoded::Encoded;
pub use one_way::OneWay;
pub(crate) use outgoing::{Outgoing, Sending};
pub use pending::Pending;
pub(crate) use request::{Reader, Request};

/// A call that is not sent: the arguments are encoded, and a verb sends it.
///
/// | verb | what it does |
/// | --- | --- |
/// | [`wait`](Self::wait) | sends, and blocks until the reply has arrived |
/// | `.await` | the same on any executor |
/// | [`send`](Self::send) | sends, and returns a [`Pending`] reply |
/// | [`tell`](Self::tell) | sends, without a reply |
///
/// A call that is dropped without a verb is not sent.
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
    read: Read<T, E>,
}

impl<W> Link<W> {
    /// Makes a call of the handler `number`.
    pub fn call<T, E>(
        &self,
        number: u32,
        write: impl FnOnce(&mut Draft),
        priority: Priority,
        reply: Reply<T, E>,
    ) -> Call<T, E> {
        Call { outgoing: Outgoing::new(self, number, priority, write), read: reply.read }
    }
}

impl<T, E> Call<T, E> {
    /// Replaces the priority of the handler; lower is more urgent.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.outgoing.message.priority = priority;
        self
    }

    /// Sets a deadline, counted from the verb or the first poll, at which the call ends in
    /// [`CallError::Deadline`]. The worker goes on. [`wait`](Self::wait) may take 20 ms more, to
    /// learn whether the handler has begun.
    ///
    /// The default is the deadline of `#[message(deadline = "…")]`, or none.
    ///
    /// Deadlines are inherited: a call that is made inside a handler ends no later than the call being
    /// handled, also with a later deadline, and so do the calls that its own handler makes. This holds for
    /// all places, for pools and for controllers that other processes have received. A message that is
    /// sent with [`tell`](Self::tell) waits for room no longer than the call being handled, but may be
    /// handled later. Operations on a [`State`](crate::State) or a [`Queue`](crate::Queue) are no calls,
    /// and have time limits of their own.
    ///
    /// ```
    /// use coproc::prelude::*;
    ///
    /// struct Disk;
    ///
    /// #[worker]
    /// impl Disk {
    ///     #[init]
    ///     fn new() -> Self {
    ///         Self
    ///     }
    ///
    ///     #[message]
    ///     fn time_left(&self, cx: &mut Context<Self>) -> Option<Duration> {
    ///         cx.remaining()
    ///     }
    /// }
    ///
    /// struct Cache {
    ///     disk: DiskController,
    /// }
    ///
    /// #[worker]
    /// impl Cache {
    ///     #[init]
    ///     fn new(disk: DiskController) -> Self {
    ///         Self { disk }
    ///     }
    ///
    ///     #[message]
    ///     fn time_left_at_the_disk(&self) -> Result<Option<Duration>, String> {
    ///         self.disk.time_left().deadline(secs(60)).wait().map_err(|error| error.to_string())
    ///     }
    /// }
    ///
    /// # use std::time::Duration;
    /// let disk = Disk::on(Thread).spawn()?;
    /// let cache = Cache::on(Thread).spawn(disk.clone())?;
    /// let left = cache.time_left_at_the_disk().deadline(secs(5)).wait()?;
    /// assert!(left <= Some(secs(5)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.outgoing.message.deadline = Some(deadline);
        self
    }

    /// Sets a deadline, and inherits none: for operations on states and queues, which do not depend on the
    /// deadline of the handler around them.
    pub(crate) fn within(mut self, timeout: Duration) -> Self {
        self.outgoing.message.inherited = None;
        self.deadline(timeout)
    }

    /// Sends the call and blocks until it is answered. While the channel is full, it waits for room, unless
    /// the channel is declared `overflow = reject`.
    ///
    /// # Errors
    ///
    /// Every [`CallError`] but [`Cancelled`](CallError::Cancelled).
    pub fn wait(self) -> Result<T, CallError<E>> {
        let request = self.outgoing.begin(None).map_err(CallError::widen)?;
        (self.read)(request.wait())
    }

    /// Sends the call for a caller that then waits for the reply; waits for room for `room` at most.
    pub(crate) fn begin(self, room: Option<Duration>) -> Result<Pending<T, E>, CallError<E>> {
        let request = self.outgoing.begin(room).map_err(CallError::widen)?;
        Ok(Pending::new(request, self.read))
    }

    /// Sends the call and returns the pending reply. While the channel is full, this blocks, unless the
    /// channel is declared `overflow = reject`.
    ///
    /// # Errors
    ///
    /// [`CallError::Full`], [`Closed`](CallError::Closed), [`TooLarge`](CallError::TooLarge),
    /// [`Encode`](CallError::Encode) or [`Protocol`](CallError::Protocol); if it waits for room, also
    /// [`Deadline`](CallError::Deadline) and [`Deadlock`](CallError::Deadlock). After any of them, the
    /// handler has not begun.
    pub fn send(self) -> Result<Pending<T, E>, CallError<E>> {
        let request = self.outgoing.send().map_err(CallError::widen)?;
        Ok(Pending::new(request, self.read))
    }

    /// Sends the call without blocking.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), with the call; [`CallError::Full`] also where `send` would wait.
    #[expect(clippy::result_large_err, reason = "the call itself is given back")]
    pub fn try_send(self) -> Result<Pending<T, E>, TrySendError<Self, E>> {
        let read = self.read;
        match self.outgoing.try_send() {
            Ok(request) => Ok(Pending::new(request, read)),
            Err(TrySendError { call: outgoing, error }) => {
                Err(TrySendError { call: Self { outgoing, read }, error: error.widen() })
            }
        }
    }

    /// Sends the call without a reply. An error of the handler is counted in
    /// [`stats`](crate::spawn::WorkerHandle::stats). It blocks as [`send`](Self::send).
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn tell(self) -> Result<(), CallError<E>> {
        self.outgoing.tell(None).map_err(CallError::widen)
    }

    /// The message without its address, and how its reply is read.
    pub(crate) fn into_parts(self) -> (Encoded, Read<T, E>) {
        (self.outgoing.message, self.read)
    }

    /// The same call, whose arguments could not be encoded.
    pub(crate) fn failed(mut self, error: EncodeError) -> Self {
        self.outgoing.message.body = Err(error);
        self
    }

    /// The same call, whose reply is decoded by `read`.
    pub(crate) fn read_with<U, F>(self, read: Read<U, F>) -> Call<U, F> {
        Call { outgoing: self.outgoing, read }
    }
}

impl From<OneWay> for Call<()> {
    /// A call that is answered when the handler has returned.
    fn from(message: OneWay) -> Self {
        Self { outgoing: message.into_outgoing(), read: reply().read }
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
        CallFuture { sending: Sending::new(self.outgoing), read: self.read }
    }
}

/// The future of a [`Call`], which sends the call when it is first polled.
///
/// Dropping it cancels the call.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct CallFuture<T, E = Infallible> {
    sending: Sending,
    read: Read<T, E>,
}

impl<T, E> Future for CallFuture<T, E> {
    type Output = Result<T, CallError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.sending.poll_nested(cx).map(self.read)
    }
}
