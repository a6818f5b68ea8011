//! The links of a worker besides its owner's.

use std::time::Instant;

use super::{Serve, send};
use crate::{
    codec::Body,
    link::Endpoint,
    sync::Arc,
    transport::Activity,
    worker::{Dispatch, context::Other},
};

#[cfg(feature = "process")]
use crate::{
    link::Role,
    transport::{AnyTransport, Ledger, LedgerFile, Socket},
};

impl<W: Dispatch> Serve<W> {
    /// Takes up links that others have handed on.
    pub(super) fn adopt(&mut self) {
        let bodies: Vec<Body> = self
            .links()
            .flat_map(|(_, endpoint)| std::mem::take(&mut endpoint.state().adopted))
            .collect();
        for body in bodies {
            self.take_up(body);
        }
    }

    /// What is no link is dropped: whoever waits at its other end finds it closed.
    #[cfg(feature = "process")]
    fn take_up(&mut self, mut body: Body) {
        let descriptors = std::mem::take(body.attachments()).into_descriptors();
        let Ok([far, ledger]) = <[_; 2]>::try_from(descriptors) else { return };
        let plan = self.cx.parameters.plan;
        let Ok(ledger) = LedgerFile::received(ledger, plan.channels.len()) else { return };
        let link = AnyTransport::Socket(Socket::new(far, u32::MAX as usize));
        let endpoint = Endpoint::new(link, Role::Worker, plan.capacities(), plan.aging);
        self.cx.adopt(endpoint, Ledger::File(Arc::new(ledger)));
    }

    #[cfg(not(feature = "process"))]
    fn take_up(&mut self, _: Body) {}

    /// Notes for whoever is at the other end of `endpoint` what the worker does.
    pub(super) fn note_at(&mut self, endpoint: &Arc<Endpoint>, activity: Activity, call: u64) {
        let other = self.cx.others.iter_mut().find(|other| Arc::ptr_eq(&other.endpoint, endpoint));
        if let Some(other) = other {
            other.note(activity, call);
        }
    }

    /// Tells those who asked for room, or whose messages were refused; `false` if there are none.
    ///
    /// Who is told of room looks into the ledger for it, which therefore comes first.
    pub(super) fn answer_refused(&mut self) -> bool {
        self.note_refused();
        self.note_refused_by_others();
        let mut any = false;
        for (_, endpoint) in self.links() {
            let answers = endpoint.state().inbox.take_answers();
            any |= !answers.is_empty();
            send(endpoint, answers);
            endpoint.link().flush();
        }
        any
    }

    /// Messages that were refused have made room, too.
    pub(super) fn note_refused_by_others(&mut self) {
        for other in &mut self.cx.others {
            if other.endpoint.state().inbox.gone() != other.noted {
                other.note(Activity::Rest, 0);
            }
        }
    }
}

impl Other {
    fn note(&mut self, activity: Activity, call: u64) {
        let state = self.endpoint.state();
        self.noted = state.inbox.gone();
        self.ledger.write(activity, call, state.inbox.left(), Instant::now());
    }
}
