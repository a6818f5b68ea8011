//! Messages as a pool carries them: to whichever worker is free, and again to another.

use std::{
    convert::Infallible,
    task::{Context, Poll},
    time::Duration,
};

use super::inbox::Outcome;
use crate::{
    codec::Body,
    controller::{
        Call, CallFuture, Link, Lookout, OneWay, Pending,
        reply::{Reply, reply},
    },
    error::CallError,
    message::Priority,
};

/// What a closure may pick for a pool to carry: a [`Call`] or a [`OneWay`].
///
/// It is not meant to be implemented by hand.
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
        (Errand(Message::Call(call)), Reading::Reply(reply))
    }
}

impl Routed for OneWay {
    type Value = ();
    type Error = Infallible;

    fn route(self) -> (Errand, Reading<(), Infallible>) {
        (Errand(Message::OneWay(self)), Reading::Reply(reply()))
    }
}

/// A message that can be sent more than once.
#[derive(Debug)]
pub struct Errand(Message);

#[derive(Debug)]
enum Message {
    Call(Call<Body, Body>),
    OneWay(OneWay),
}

impl Errand {
    pub(super) fn priority(&self) -> Priority {
        match &self.0 {
            Message::Call(call) => call.urgency(),
            Message::OneWay(message) => message.urgency(),
        }
    }

    pub(super) fn time_limit(&self) -> Option<Duration> {
        match &self.0 {
            Message::Call(call) => call.time_limit(),
            Message::OneWay(message) => message.time_limit(),
        }
    }

    /// Whether it may be done again after a crash.
    pub(super) fn is_idempotent(&self) -> bool {
        match &self.0 {
            Message::Call(call) => call.is_idempotent(),
            Message::OneWay(_) => false,
        }
    }

    /// On its way to the worker at the other end of `link`.
    pub(super) fn go<W>(
        &self,
        link: &Link<W>,
        priority: Priority,
        deadline: Option<Duration>,
    ) -> Going {
        match &self.0 {
            Message::Call(call) => {
                let call = call.again(link).priority(priority);
                let call = match deadline {
                    Some(deadline) => call.deadline(deadline),
                    None => call,
                };
                Going::Call(Box::new(call.into_future()))
            }
            Message::OneWay(message) => {
                let message = message.again(link).priority(priority);
                let message = match deadline {
                    Some(deadline) => message.deadline(deadline),
                    None => message,
                };
                match message.try_tell() {
                    Ok(()) => Going::Told(Box::new(link.attention())),
                    Err(error) => Going::Failed(Some(error.widen())),
                }
            }
        }
    }
}

/// A message on its way, and its reply on the way back.
pub(super) enum Going {
    Call(Box<CallFuture<Body, Body>>),
    /// Until the worker takes it in.
    Told(Box<Pending<()>>),
    Failed(Option<CallError<Body>>),
}

impl Going {
    /// What can wait for it, once it is sent.
    pub(super) fn lookout(&self) -> Option<Lookout> {
        match self {
            Self::Call(call) => call.lookout(),
            Self::Told(_) | Self::Failed(_) => None,
        }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        match self {
            Self::Call(call) => call.poll_for_others(cx),
            Self::Told(taken_in) => {
                let taken_in = taken_in.poll_for_others(cx);
                taken_in.map(|done| done.map(|()| Body::empty()).map_err(|error| error.widen()))
            }
            Self::Failed(error) => match error.take() {
                Some(error) => Poll::Ready(Err(error)),
                None => Poll::Pending,
            },
        }
    }
}
