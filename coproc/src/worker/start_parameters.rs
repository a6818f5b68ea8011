//! Where a worker sits: its end of the link to its owner.

use std::{marker::PhantomData, process};

use super::peer::Peer;
use crate::{
    codec::Body,
    codec::reply::{Answer, Answered, limit_replies},
    error::PanicReport,
    link::Endpoint,
    link::Identity,
    protocol::Plan,
    protocol::{Packet, Status},
    sync::{Arc, now},
    transport::{Activity, Broken, Ledger},
};

/// A worker's end of the link to its owner, before it has started.
#[derive(Debug)]
pub struct StartParameters<W> {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) ledger: Ledger,
    pub(crate) peer: Peer,
    pub(crate) name: String,
    pub(crate) identity: Identity,
    pub(crate) max_message: usize,
    /// The owner's request to start.
    pub(crate) hello: u64,
    pub(crate) plan: &'static Plan,
    pub(crate) worker: PhantomData<fn() -> W>,
}

impl<W> StartParameters<W> {
    /// A parameters in this process for a worker whose owner is in it too.
    pub(crate) fn here(
        endpoint: Arc<Endpoint>,
        ledger: Ledger,
        plan: &'static Plan,
        max_message: usize,
        hello: u64,
    ) -> Self {
        Self {
            endpoint,
            ledger,
            peer: Peer { id: 0, pid: process::id() },
            name: plan.name.to_owned(),
            identity: Identity::new(),
            max_message,
            hello,
            plan,
            worker: PhantomData,
        }
    }

    /// The same parameters for another type of worker.
    pub(crate) fn of<V>(self) -> StartParameters<V> {
        let Self { endpoint, ledger, peer, name, identity, max_message, hello, plan, worker: _ } =
            self;
        StartParameters {
            endpoint,
            ledger,
            peer,
            name,
            identity,
            max_message,
            hello,
            plan,
            worker: PhantomData,
        }
    }

    /// Replies written on this thread have this worker's limit from now on.
    pub(crate) fn settle(&self) {
        limit_replies(self.max_message);
    }

    /// Notes what the worker does from now on.
    pub(crate) fn note(&self, activity: Activity, call: u64) {
        let state = self.endpoint.state();
        self.ledger.write(activity, call, state.inbox.left(), now());
    }

    /// Tells the owner how starting went.
    pub(crate) fn welcome(&self, content: Answered) {
        self.answer(self.hello, content);
    }

    /// Answers call `id`.
    pub(crate) fn answer(&self, id: u64, content: Answered) {
        let _ = answer(&self.endpoint, id, content);
    }

    /// The worker's last word.
    pub(crate) fn farewell(&self, content: Answered) {
        say_farewell(&self.endpoint, content);
    }
}

/// Answers call `id` over `endpoint`; an error means that the other end is not going to know.
pub(crate) fn answer(endpoint: &Endpoint, id: u64, content: Answered) -> Result<(), Broken> {
    let Answered { status, body } = packed(endpoint, content);
    endpoint.send(Packet::Answer { id, status }, body)
}

/// A worker's last word over one of its links.
pub(crate) fn say_farewell(endpoint: &Endpoint, content: Answered) {
    let Answered { status, body } = packed(endpoint, content);
    let _ = endpoint.send(Packet::Ended(status), body);
    endpoint.link().flush();
}

/// Answered that can go over `endpoint`, or says why it cannot.
fn packed(endpoint: &Endpoint, mut content: Answered) -> Answered {
    match endpoint.pack(&mut content.body) {
        Ok(()) => content,
        Err(text) => Answered::text(Status::Unencodable, &text),
    }
}

/// A report of a panic instead of a value.
pub(crate) fn panicked(report: &PanicReport) -> Answered {
    let body = Body::of(report, usize::MAX).unwrap_or_else(|_| Body::empty());
    Answered { status: Status::Panicked, body }
}

/// The content of an answer; nothing is an empty value.
pub(crate) fn content(answer: Answer) -> Answered {
    answer.content.unwrap_or(Answered { status: Status::Value, body: Body::empty() })
}

/// A worker has ended; its owner was told how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub(crate) panicked: bool,
}
