//! The worker that answers handles over their links.

use std::time::Duration;

use super::{
    core::{Caller, Finding, Operation},
    store::Store,
};
use crate::{
    error::StateError,
    spawn::{Lent, ReplyTo},
    sync::{Arc, now},
    worker::{Context, Idle, Later, Peer},
};

/// Answers handles over their links.
pub(super) struct StateWorker {
    store: Arc<Store>,
}

#[crate::worker(pub(super), name = "coproc::State")]
impl StateWorker {
    #[init]
    fn new(store: Lent<Store>) -> Self {
        Self { store: store.0 }
    }

    /// Does an operation, which waits for `patience` at most if it waits.
    #[message]
    fn ask(
        &self,
        cx: &mut Context<Self>,
        handle: u64,
        space: &str,
        operation: Operation,
        patience: Option<Duration>,
    ) -> Later<Finding, StateError> {
        let (later, answer) = cx.later();
        let caller = Caller { link: cx.peer().id(), handle };
        // The caller is told of the end as the answer is dropped.
        let _ = self.store.run(caller, space, operation, patience, ReplyTo::Link(answer));
        later
    }

    #[message]
    fn ping(&self) -> u32 {
        std::process::id()
    }

    /// No caller is left at the other end of that link.
    #[gone]
    fn gone(&self, peer: Peer) {
        // Of a state that has ended, nothing is left.
        let _ = self.store.act(|core, now| ((), core.forget(peer.id(), now)));
    }

    #[idle]
    fn rest(&self) -> Idle {
        match self.store.next_expiry() {
            Ok(Some(until)) => Idle::After(until.saturating_duration_since(now())),
            Ok(None) | Err(_) => Idle::Wait,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        spawn::Inline,
        state::core::{Capacity, Filter, Subscription},
    };

    /// The worker runs inside its callers, and does not rest before both messages are handled.
    #[test]
    fn a_wait_that_is_over_is_answered_while_others_ask() {
        let store = Store::new(Capacity { updates: 10, bytes: 1000 });
        let worker = StateWorker::on(Inline).spawn(Lent(store)).unwrap();
        let wait = Operation::Wait(Subscription::Updates(None, Filter::default()));
        let patience = Some(Duration::from_nanos(1));
        let waits = worker.ask(0, "default", wait, patience).send().unwrap();
        let _asks = worker.ask(0, "default", Operation::Len, None).send().unwrap();
        assert_eq!(waits.wait().unwrap(), Finding::Nothing(0));
    }
}
