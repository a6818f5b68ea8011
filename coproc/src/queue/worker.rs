//! The worker that answers handles over their links.

use std::time::{Duration, Instant};

use super::{
    core::{Notice, Question, QueueCaller, QueueCore, QueueLimits, QueueReply},
    recipients::RecipientWatches,
};
use crate::{
    call::Call,
    error::{CallError, QueueError},
    spawn::{DecidedReply, Kept, Lent, ReplyOf, ReplyTo, Store},
    sync::{Arc, now},
    worker::{Context, Idle, Later, Peer},
};

/// A queue, as a host keeps it.
pub(super) struct KeptQueue {
    pub(super) core: QueueCore<ReplyTo<QueueReply, QueueError>>,
    watches: RecipientWatches,
}

impl KeptQueue {
    pub(super) fn new(limits: QueueLimits) -> Self {
        Self { core: QueueCore::new(limits), watches: RecipientWatches::default() }
    }
}

impl Kept for KeptQueue {
    const NAME: &'static str = "where a queue is kept";

    type Worker = QueueWorker;
    /// A question with its number, which no other of this link has.
    type Request<'a> = (u64, Question);
    type Reply = QueueReply;
    type Error = QueueError;

    fn run(
        &mut self,
        caller: Peer,
        (number, question): (u64, Question),
        patience: Option<Duration>,
        reply_to: ReplyOf<Self>,
    ) {
        let (link, pid) = (caller.id(), caller.pid());
        let now = patience.map(|_| now());
        let until = now.and_then(|now| now.checked_add(patience?));
        self.core.ask(QueueCaller { link, pid, question: number, until, reply_to }, question);
        if let Some(now) = now.filter(|_| patience == Some(Duration::ZERO)) {
            self.core.expire(now);
        }
    }

    fn quiet_until(&self) -> Option<Instant> {
        self.core.quiet_until()
    }

    fn expire(&mut self, now: Instant) {
        self.core.expire(now);
    }

    fn next_expiry(&mut self) -> Option<Instant> {
        self.core.next_expiry()
    }

    fn forget(&mut self, link: u64) {
        self.core.forget(link);
    }

    fn replies(&mut self, store: &Arc<Store<Self>>) -> &mut Vec<DecidedReply<Self>> {
        while let Some(pid) = self.core.next_to_watch() {
            let store = Arc::downgrade(store);
            let died = move || {
                let Some(store) = store.upgrade() else { return };
                // If it fails, the queue has ended.
                let _ = store.act(|kept| {
                    kept.watches.forget(pid);
                    kept.core.died(pid);
                });
            };
            if self.watches.watch(pid, died).is_err() {
                self.core.died(pid);
            }
        }
        self.core.replies()
    }

    fn waiting(&mut self) -> impl Iterator<Item = &mut ReplyOf<Self>> {
        self.core.waiting().map(|caller| &mut caller.reply_to)
    }

    fn ended() -> QueueError {
        QueueError::Ended
    }

    fn call(
        worker: &QueueWorkerController,
        (number, question): (u64, Question),
        patience: Option<Duration>,
    ) -> Call<QueueReply, QueueError> {
        worker.ask(number, question, patience)
    }

    fn ping(worker: &QueueWorkerController) -> Call<u32> {
        worker.ping()
    }

    fn failed(error: CallError<QueueError>) -> QueueError {
        match error {
            CallError::Handler(error) => error,
            CallError::Closed(_) | CallError::Crashed(_) => QueueError::Ended,
            error => QueueError::Lost(error.to_string()),
        }
    }
}

/// Answers handles over their links.
pub(super) struct QueueWorker {
    store: Arc<Store<KeptQueue>>,
}

#[crate::worker(pub(super), name = "coproc::Queue")]
impl QueueWorker {
    #[init]
    fn new(store: Lent<Store<KeptQueue>>) -> Self {
        Self { store: store.0 }
    }

    #[message]
    fn ask(
        &self,
        cx: &mut Context<Self>,
        number: u64,
        question: Question,
        patience: Option<Duration>,
    ) -> Later<QueueReply, QueueError> {
        self.store.serve(cx, (number, question), patience)
    }

    #[message(oneway)]
    fn notify(&self, cx: &mut Context<Self>, notice: Notice) {
        // Of a queue that has ended, nothing is left.
        let _ = self.store.act(|kept| kept.core.note(cx.peer().id(), notice));
    }

    #[message]
    fn ping(&self) -> u32 {
        self.store.pid()
    }

    #[gone]
    fn gone(&self, peer: Peer) {
        self.store.forget(peer.id());
    }

    /// A link that was handed on before another was abandoned is counted when this runs.
    #[idle]
    fn idle(&self, cx: &mut Context<Self>) -> Idle {
        self.store.idle(|kept| kept.core.desert(cx.links()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        queue::core::{Cursor, Demand, ItemBytes},
        spawn::{ReplySlot, StoreHost},
    };

    /// To the callers that wait, whatever for, and to those that come later.
    #[test]
    fn the_end_is_told_to_all() {
        let limits = QueueLimits { items: Some(1), bytes: usize::MAX };
        let host = StoreHost::start(Store::new(KeptQueue::new(limits)), 1 << 20).unwrap();
        let store = Arc::clone(&host.hosted);
        let here = std::process::id();
        let send = || Question::Send(ItemBytes::encode(&1).unwrap(), Some(here));
        store.ask((1, send()), None).unwrap();
        let caller = Peer { id: 1, pid: 0 };
        let waits = [
            send(),
            Question::Receive(Demand::First(1)),
            Question::Receive(Demand::Look(Cursor::default())),
            Question::Join,
        ];
        let waits = waits.map(|question| {
            let slot = ReplySlot::new();
            let reply_to = ReplyTo::Thread(Arc::clone(&slot));
            store.act(|kept| kept.run(caller, (2, question), None, reply_to)).unwrap();
            assert_eq!(slot.recv_deadline(Some(now())), None);
            slot
        });
        drop(host);
        for wait in waits {
            assert_eq!(wait.recv_deadline(None), Some(Err(QueueError::Ended)));
        }
        assert_eq!(store.ask((3, Question::Level), None), Err(QueueError::Ended));
    }
}
