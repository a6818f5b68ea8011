//! How a call can fail.

use std::{convert::Infallible, fmt};

use serde::{Deserialize, Serialize};

use super::{CrashReport, PanicReport};

/// Why a call gave no value.
///
/// `E` is the error type of the handler; of a handler that cannot fail it is [`Infallible`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CallError<E = Infallible> {
    /// The handler ran and returned this error. It is an ordinary reply, and the worker goes on.
    Handler(E),
    /// The handler panicked. The worker ends, unless it is `#[worker(on_panic = keep)]`.
    Panicked(PanicReport),
    /// The worker's process died while it handled this call.
    Crashed(CrashReport),
    /// The call's deadline passed before it was answered. The worker goes on.
    Deadline {
        /// `false` if the handler provably has not begun and never will; `true` if it has begun,
        /// or may have. An awaited call does not block to find out, and says `true` sooner than
        /// one that is waited for.
        started: bool,
    },
    /// This [`Pending`](crate::Pending) or future has returned the outcome of its call before. No
    /// worker and no other thread causes this.
    Cancelled,
    /// The channel holds as many messages as it may, and is declared `overflow = reject`, or the
    /// call went out with [`try_send`](crate::Call::try_send).
    Full,
    /// The worker has ended or is ending; [`is_unstarted`](Self::is_unstarted) tells whether the
    /// handler had begun.
    Closed(CloseReason),
    /// The message, or the reply to it, is larger than the worker's `max_message`, in bytes.
    TooLarge {
        /// Its size, or the size it had reached when encoding stopped.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// This chain of calls comes back to a worker that still waits in it. The names are those of
    /// the workers in the chain, in order.
    Deadlock(Vec<String>),
    /// The message has ended this many workers in a row and is not tried again.
    Poisoned {
        /// How many workers it ended.
        crashes: u32,
    },
    /// The peer broke the protocol. The connection to it is closed.
    Protocol(String),
    /// The arguments or the reply could not be encoded.
    Encode(String),
}

impl<E> CallError<E> {
    /// Whether the handler provably never ran for this call, so that trying again cannot run it
    /// twice.
    ///
    /// `TooLarge` and `Encode` say `false`: each may come from the reply as well as from the message,
    /// and another try would end the same way.
    ///
    /// ```
    /// use coproc::CallError;
    ///
    /// assert!(CallError::<String>::Deadline { started: false }.is_unstarted());
    /// assert!(!CallError::Handler("no paper").is_unstarted());
    /// ```
    #[must_use]
    pub fn is_unstarted(&self) -> bool {
        match self {
            CallError::Full => true,
            CallError::Deadline { started } => !started,
            CallError::Closed(reason) => reason.unstarted,
            _ => false,
        }
    }

    /// The handler's own error, if this is one.
    pub fn into_handler(self) -> Option<E> {
        match self {
            CallError::Handler(error) => Some(error),
            _ => None,
        }
    }

    /// The same error, with the handler's own error converted.
    pub fn map_handler<F>(self, op: impl FnOnce(E) -> F) -> CallError<F> {
        match self {
            CallError::Handler(error) => CallError::Handler(op(error)),
            CallError::Panicked(report) => CallError::Panicked(report),
            CallError::Crashed(report) => CallError::Crashed(report),
            CallError::Deadline { started } => CallError::Deadline { started },
            CallError::Cancelled => CallError::Cancelled,
            CallError::Full => CallError::Full,
            CallError::Closed(reason) => CallError::Closed(reason),
            CallError::TooLarge { size, limit } => CallError::TooLarge { size, limit },
            CallError::Deadlock(names) => CallError::Deadlock(names),
            CallError::Poisoned { crashes } => CallError::Poisoned { crashes },
            CallError::Protocol(text) => CallError::Protocol(text),
            CallError::Encode(text) => CallError::Encode(text),
        }
    }
}

impl<E> CallError<E> {
    /// The same error of a call without a handler; an error of the handler breaks the protocol.
    pub(crate) fn without_handler(self) -> CallError<Infallible> {
        match self {
            CallError::Handler(_) => CallError::Protocol("an error of no handler".into()),
            other => other.map_handler(|_| unreachable!("the handler's error is ruled out above")),
        }
    }
}

impl CallError<Infallible> {
    /// The same error as one of a handler that can fail.
    pub(crate) fn widen<E>(self) -> CallError<E> {
        self.map_handler(|never| match never {})
    }
}

impl<E: fmt::Display> fmt::Display for CallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Handler(error) => error.fmt(f),
            CallError::Panicked(report) => report.fmt(f),
            CallError::Crashed(report) => report.fmt(f),
            CallError::Deadline { started: true } => {
                f.write_str("the deadline passed; the handler had begun, or may have")
            }
            CallError::Deadline { started: false } => {
                f.write_str("the deadline passed before the handler began")
            }
            CallError::Cancelled => {
                f.write_str("the outcome of the call was returned before; do not ask for it again")
            }
            CallError::Full => f.write_str(
                "the channel is full; try again later, or declare it with a larger capacity or \
                 `overflow = block`",
            ),
            CallError::Closed(reason) => reason.fmt(f),
            CallError::TooLarge { size, limit } => write!(
                f,
                "a message of {size} bytes or more is over the limit of {limit}; raise it with \
                 `.max_message(…)` on the place"
            ),
            CallError::Deadlock(names) => {
                write!(f, "deadlock: the calls {} wait for one another", names.join(" → "))
            }
            CallError::Poisoned { crashes } => {
                write!(f, "gave up: handling it has ended {crashes} workers")
            }
            CallError::Protocol(text) => write!(f, "the peer broke the protocol: {text}"),
            CallError::Encode(text) => write!(f, "cannot encode: {text}"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for CallError<E> {}

/// Why a worker accepts no more calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub struct CloseReason {
    text: String,
    unstarted: bool,
}

impl CloseReason {
    /// The reason for a call whose handler provably never began.
    pub(crate) fn unstarted(text: impl Into<String>) -> Self {
        Self { text: text.into(), unstarted: true }
    }

    /// The reason for a call whose handler may have begun.
    pub(crate) fn begun(text: impl Into<String>) -> Self {
        Self { text: text.into(), unstarted: false }
    }
}

/// The call was cancelled, or its deadline has passed: what [`Context::check`] gives.
///
/// [`Context::check`]: crate::Context::check
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[error("the call was cancelled or its deadline has passed")]
pub struct Cancelled;

/// A call that `try_send` could not send at once, and why.
#[derive(thiserror::Error)]
#[error("{error}")]
pub struct TrySendError<C, E = Infallible> {
    /// The call, as it was.
    pub call: C,
    /// Why the call was not sent; [`CallError::Full`] where waiting would help.
    pub error: CallError<E>,
}

impl<C, E: fmt::Debug> fmt::Debug for TrySendError<C, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrySendError").field("error", &self.error).finish_non_exhaustive()
    }
}
