//! Messages as a pool carries them: to whichever worker is free, and again to another.

use std::{convert::Infallible, time::Duration};

use super::inbox::Outcome;
use crate::{
    codec::Body,
    controller::{Call, CallFuture, Link, OneWay, reply::Reply},
    error::CallError,
    message::Priority,
};

/// What a closure may pick for a pool to carry: a [`Call`] or a [`OneWay`].
///
/// It is not meant to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no message that a pool can carry",
    label = "this closure gives no message",
    note = "it only picks the message, and the pool sends it: `|worker, item| worker.resize(item)`, \
            without `.wait()`, `.send()` or `.tell()`"
)]
pub trait Routed: Sized {
    /// What the handler returns; `()` of a message that no reply exists for.
    type Value;
    /// The handler's error.
    type Error;

    /// The message, and how its reply is read.
    #[doc(hidden)]
    fn route(self) -> (Errand, Reading<Self::Value, Self::Error>);
}

/// How the reply to an errand is read.
#[derive(Debug)]
pub enum Reading<T, E> {
    /// As that to a call.
    Reply(Reply<T, E>),
    /// In another way.
    Other(fn(Outcome) -> Result<T, CallError<E>>),
}

impl<T, E> Clone for Reading<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for Reading<T, E> {}

impl<T, E> Reading<T, E> {
    pub(super) fn read(self, outcome: Outcome) -> Result<T, CallError<E>> {
        match self {
            Self::Reply(reply) => reply.read_late(outcome),
            Self::Other(read) => read(outcome),
        }
    }
}

impl<T, E> Routed for Call<T, E> {
    type Value = T;
    type Error = E;

    fn route(self) -> (Errand, Reading<T, E>) {
        let (call, reply) = self.unread();
        (Errand(call), Reading::Reply(reply))
    }
}

impl Routed for OneWay {
    type Value = ();
    type Error = Infallible;

    fn route(self) -> (Errand, Reading<(), Infallible>) {
        // A pool has to know when the handler is done, so it asks for what nobody reads.
        self.answered().route()
    }
}

/// A message that can be sent more than once.
#[derive(Debug)]
pub struct Errand(Call<Body, Body>);

impl Errand {
    pub(super) fn priority(&self) -> Priority {
        self.0.urgency()
    }

    pub(super) fn time_limit(&self) -> Option<Duration> {
        self.0.time_limit()
    }

    /// Whether it may be done again after a crash.
    pub(super) fn is_idempotent(&self) -> bool {
        self.0.is_idempotent()
    }

    /// On its way to the worker at the other end of `link`.
    pub(super) fn go<W>(
        &self,
        link: &Link<W>,
        priority: Priority,
        deadline: Option<Duration>,
    ) -> CallFuture<Body, Body> {
        let call = self.0.again(link).priority(priority);
        let call = match deadline {
            Some(deadline) => call.deadline(deadline),
            None => call,
        };
        call.into_future()
    }
}
