//! Links that are added, and what goes back over each.

use super::{Serve, send};
use crate::{
    codec::Body,
    worker::{Handlers, link::WorkerLink},
};

#[cfg(feature = "process")]
use crate::{
    link::{Endpoint, Role},
    sync::Arc,
    transport::{Ledger, LedgerFile, Socket},
};

impl<W: Handlers> Serve<W> {
    /// Takes up links that others have handed on.
    pub(super) fn adopt(&mut self) {
        let adopted = |link: &WorkerLink| std::mem::take(&mut link.endpoint.state().adopted);
        let bodies: Vec<Body> = self.cx.links.iter().flat_map(adopted).collect();
        for body in bodies {
            self.take_up(body);
        }
    }

    /// Drops what is no link; its other end is then closed.
    #[cfg(feature = "process")]
    fn take_up(&mut self, mut body: Body) {
        let descriptors = std::mem::take(body.attachments()).into_descriptors();
        let Ok([far, ledger]) = <[_; 2]>::try_from(descriptors) else { return };
        let plan = self.cx.plan;
        let Ok(ledger) = LedgerFile::received(ledger, plan.channels.len()) else { return };
        let link = Socket::new(far, u32::MAX as usize);
        let endpoint = Endpoint::new(link, Role::Worker, plan.capacities(), plan.aging);
        self.cx.adopt(endpoint, Ledger::File(Arc::new(ledger)));
    }

    #[cfg(not(feature = "process"))]
    fn take_up(&mut self, _: Body) {}

    /// Sends the answers to requests for room and to messages that were refused; `false` if there
    /// are none.
    ///
    /// A sender that learns of room looks into the ledger for it, which therefore is written first.
    pub(super) fn answer_refused(&mut self) -> bool {
        let mut any = false;
        for link in &mut self.cx.links {
            let answers = link.take_answers();
            any |= !answers.is_empty();
            send(&link.endpoint, answers);
            link.endpoint.link().flush();
        }
        any
    }
}
