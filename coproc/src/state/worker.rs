//! The worker that answers handles over their links.

use std::time::{Duration, Instant};

use super::core::{Finding, HandleId, Operation, StateCore};
use crate::{
    call::Call,
    error::{CallError, StateError},
    spawn::{DecidedReply, Kept, Lent, ReplyOf, ReplyTo, Store},
    sync::{Arc, now},
    worker::{Context, Idle, Later, Peer},
};

/// The values of a state, as a host keeps them.
pub(super) type KeptState = StateCore<ReplyTo<Finding, StateError>>;

/// What a handle asks.
pub(super) struct StateRequest<'a> {
    pub(super) handle: u64,
    pub(super) space: &'a str,
    pub(super) operation: Operation,
}

impl Kept for KeptState {
    const NAME: &'static str = "where a state is kept";

    type Worker = StateWorker;
    type Request<'a> = StateRequest<'a>;
    type Reply = Finding;
    type Error = StateError;

    fn run(
        &mut self,
        caller: Peer,
        request: StateRequest<'_>,
        patience: Option<Duration>,
        reply_to: ReplyOf<Self>,
    ) {
        let StateRequest { handle, space, operation } = request;
        let now = now();
        let times = (now, patience.and_then(|patience| now.checked_add(patience)));
        self.run(HandleId { link: caller.id(), handle }, space, operation, times, reply_to);
    }

    fn quiet_until(&self) -> Option<Instant> {
        self.quiet_until()
    }

    fn expire(&mut self, now: Instant) {
        self.expire(now);
    }

    fn next_expiry(&mut self) -> Option<Instant> {
        self.next_expiry()
    }

    fn forget(&mut self, link: u64) {
        self.forget(link, now());
    }

    fn replies(&mut self, _: &Arc<Store<Self>>) -> &mut Vec<DecidedReply<Self>> {
        self.replies()
    }

    fn waiting(&mut self) -> impl Iterator<Item = &mut ReplyOf<Self>> {
        self.waiting()
    }

    fn ended() -> StateError {
        let text = "a state ends with the last handle in the process that made it, and this one has \
                    ended";
        StateError::Lost(text.to_owned())
    }

    fn call(
        worker: &StateWorkerController,
        request: StateRequest<'_>,
        patience: Option<Duration>,
    ) -> Call<Finding, StateError> {
        worker.ask(request.handle, request.space, request.operation, patience)
    }

    fn ping(worker: &StateWorkerController) -> Call<u32> {
        worker.ping()
    }

    fn failed(error: CallError<StateError>) -> StateError {
        match error {
            CallError::Handler(error) => error,
            error @ (CallError::TooLarge { .. } | CallError::Encode(_)) => {
                StateError::Encode(error.to_string())
            }
            CallError::Closed(_) => Self::ended(),
            error => StateError::Lost(error.to_string()),
        }
    }
}

/// Answers handles over their links.
pub(super) struct StateWorker {
    store: Arc<Store<KeptState>>,
}

#[crate::worker(pub(super), name = "coproc::State")]
impl StateWorker {
    #[init]
    fn new(store: Lent<Store<KeptState>>) -> Self {
        Self { store: store.0 }
    }

    #[message]
    fn ask(
        &self,
        cx: &mut Context<Self>,
        handle: u64,
        space: &str,
        operation: Operation,
        patience: Option<Duration>,
    ) -> Later<Finding, StateError> {
        self.store.serve(cx, StateRequest { handle, space, operation }, patience)
    }

    #[message]
    fn ping(&self) -> u32 {
        self.store.pid()
    }

    #[gone]
    fn gone(&self, peer: Peer) {
        self.store.forget(peer.id());
    }

    #[idle]
    fn idle(&self) -> Idle {
        self.store.idle(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        spawn::Inline,
        state::core::{Capacity, Filter, Subscription},
    };

    /// The worker runs inside its callers, and is idle only after both messages are handled.
    #[test]
    fn a_wait_that_is_over_is_answered_while_others_ask() {
        let store = Store::new(KeptState::new(Capacity { updates: 10, bytes: 1000 }));
        let store = Arc::new(store);
        let worker = StateWorker::on(Inline).spawn(Lent(store)).unwrap();
        let wait = Operation::Wait(Subscription::Updates(None, Filter::default()));
        let patience = Some(Duration::from_nanos(1));
        let waits = worker.ask(0, "default", wait, patience).send().unwrap();
        let _asks = worker.ask(0, "default", Operation::Len, None).send().unwrap();
        assert_eq!(waits.wait().unwrap(), Finding::Nothing(0));
    }
}
