//! [`Pending`]: a call that was sent and is not yet answered.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use super::request::Request;
use crate::{codec::reply::Read, error::CallError, sync::now};

/// The reply to a call that was sent.
///
/// Dropping it cancels the call: if the handler has not begun, it never will. It is also a future, for any
/// executor.
///
/// It does not borrow from the controller. If the call went to a pool that is then dropped, its outcome is
/// [`CallError::Closed`].
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
    request: Request,
    read: Read<T, E>,
}

impl<T, E> Pending<T, E> {
    pub(super) fn new(request: Request, read: Read<T, E>) -> Self {
        Self { request, read }
    }

    /// Blocks until the call is answered.
    ///
    /// # Errors
    ///
    /// Every [`CallError`]; [`Cancelled`](CallError::Cancelled) only if the outcome was returned before.
    pub fn wait(self) -> Result<T, CallError<E>> {
        self.request.check_cycle()?;
        (self.read)(self.request.wait())
    }

    /// Blocks until the call is answered, for `timeout` at most; `None` if it was not.
    ///
    /// After `None`, the call goes on, and this can be called again. After an outcome, every further call
    /// returns [`CallError::Cancelled`]. Once the deadline of the call has passed, the outcome is
    /// [`CallError::Deadline`].
    pub fn wait_timeout(&mut self, timeout: Duration) -> Option<Result<T, CallError<E>>> {
        if let Err(error) = self.request.check_cycle() {
            return Some(Err(error));
        }
        self.request.wait_until(now().checked_add(timeout)).map(self.read)
    }

    /// The outcome, if it has arrived.
    ///
    /// This does not wait: a call whose deadline has passed counts as begun, unless it is already known that
    /// it was not. After an outcome, every further call returns [`CallError::Cancelled`].
    pub fn try_wait(&mut self) -> Option<Result<T, CallError<E>>> {
        self.request.try_wait().map(self.read)
    }

    /// Cancels the call. If the handler has not begun, it never will. A handler that has begun can notice it
    /// with [`Context::check`](crate::Context::check).
    pub fn cancel(self) {}
}

impl<T, E> Future for Pending<T, E> {
    type Output = Result<T, CallError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.request.check_cycle()?;
        self.request.poll(cx).map(self.read)
    }
}

impl<T, E> fmt::Debug for Pending<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pending").field(&self.request).finish()
    }
}
