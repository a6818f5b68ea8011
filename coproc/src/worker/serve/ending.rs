//! How a worker that has handlers ends.

use std::time::Instant;

use super::Serve;
use crate::{
    codec::Body,
    codec::reply::Answered,
    error::PanicReport,
    protocol::{Packet, Status},
    sync::Ordering,
    transport::Activity,
    worker::{
        Handlers,
        link::WorkerLink,
        panics,
        start_parameters::{self, Ended},
    },
};

impl<W: Handlers> Serve<W> {
    /// Whether nothing is left to be done before the end.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        let state = self.cx.owner.state();
        let waits = self.cx.laters.load(Ordering::SeqCst) > 0;
        let over = state.inbox.closes_at().is_some_and(|until| until <= now);
        let ends = state.ended || (state.inbox.is_closing() && (!waits || over));
        drop(state);
        // The look for what cancels a call may take in messages, and the close request behind them.
        let is_empty = |link: &WorkerLink| link.endpoint.state().inbox.len() == 0;
        self.ended.is_none() && ends && self.cx.links.iter().all(is_empty)
    }

    /// Ends the worker after a panic: what is queued is not handled.
    pub(super) fn abort(&mut self, report: &PanicReport) {
        let last_word = start_parameters::panicked(report);
        self.refuse_rest(&last_word.body);
        if let Some(worker) = self.worker.take() {
            // What the panic left half done may panic again when it is dropped.
            panics::drop_quietly(worker);
        }
        self.say_farewell(&last_word);
        self.ended = Some(Ended { panicked: true });
    }

    /// Ends the worker in order: what is queued is handled, or refused by now.
    pub(super) fn close(&mut self) {
        self.refuse_rest(&Body::empty());
        let name = if self.cx.plan.close.is_empty() { "drop" } else { self.cx.plan.close };
        self.tell_unheard();
        self.note(Activity::Close, 0);
        let Some(worker) = self.worker.take() else { return };
        let serving = self.cx.serving();
        let outcome = panics::catch(name, || worker.close());
        drop(serving);
        self.note(Activity::Rest, 0);
        let (content, panicked) = match outcome {
            Ok(answer) => (start_parameters::content(answer), false),
            Err(report) => (start_parameters::panicked(&report), true),
        };
        self.say_farewell(&content);
        self.ended = Some(Ended { panicked });
    }

    /// Sends the final status over all links.
    fn say_farewell(&self, content: &Answered) {
        for link in self.cx.links.iter().rev() {
            start_parameters::say_farewell(&link.endpoint, content.clone());
        }
    }

    /// Refuses what is queued; `why` is the report of a panic, or nothing.
    fn refuse_rest(&mut self, why: &Body) {
        self.take_in();
        for endpoint in self.cx.links.iter().map(|link| &link.endpoint) {
            let answers = {
                let mut state = endpoint.state();
                state.inbox.abort();
                state.inbox.take_answers()
            };
            for answer in answers {
                let refused = matches!(answer, Packet::Answer { status: Status::Closed, .. });
                let body = if refused { why.clone() } else { Body::empty() };
                let _ = endpoint.send(answer, body);
            }
            endpoint.link().flush();
        }
    }
}
