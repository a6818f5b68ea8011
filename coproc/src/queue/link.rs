//! One link to a queue, and the handles and deliveries over it.
//!
//! 1. A handle and a delivery hold the [`Holders`] of their link; a join holds only the [`QueueLink`].
//!    So when the `Holders` are dropped, only joins are left over that link.
//! 2. `QueueLink::holders` is locked while the queue is told that they are dropped or there again, so
//!    that it learns of both in the order in which they happen.

use std::time::Duration;

use super::{
    core::{DeadItem, Notice, Question, QueueReply},
    worker::KeptQueue,
};
use crate::{
    error::{CallError, QueueError},
    spawn::{Access, HERE, Kept as _, StoreHost},
    sync::{Arc, AtomicU64, Mutex, Ordering, Weak},
};

/// One link to a queue.
pub(super) struct QueueLink {
    pub(super) access: Access<KeptQueue>,
    pub(super) capacity: Option<usize>,
    /// In the process of the queue.
    _host: Option<StoreHost<KeptQueue>>,
    questions: AtomicU64,
    holders: Mutex<Weak<Holders>>,
}

/// What the handles and deliveries over one link hold.
pub(super) struct Holders {
    pub(super) link: Arc<QueueLink>,
}

impl QueueLink {
    pub(super) fn open(
        access: Access<KeptQueue>,
        capacity: Option<usize>,
        _host: Option<StoreHost<KeptQueue>>,
    ) -> Arc<Holders> {
        let (questions, holders) = (AtomicU64::new(1), Mutex::new(Weak::new()));
        let link = Arc::new(Self { access, capacity, _host, questions, holders });
        let mut current = link.holders.lock();
        link.hold(&mut current)
    }

    /// Asks a question, and waits for the reply for `patience` if the question waits.
    pub(super) fn ask(
        &self,
        question: Question,
        patience: Option<Duration>,
    ) -> Result<QueueReply, QueueError> {
        self.ask_as(self.next_question(), question, patience)
    }

    fn ask_as(
        &self,
        number: u64,
        question: Question,
        patience: Option<Duration>,
    ) -> Result<QueueReply, QueueError> {
        self.settle(number, self.access.ask((number, question), patience))
    }

    /// Withdraws a question that was not answered.
    fn settle(
        &self,
        number: u64,
        outcome: Result<QueueReply, QueueError>,
    ) -> Result<QueueReply, QueueError> {
        if let Err(QueueError::Lost(_)) = outcome {
            // If it fails, the queue has ended or hangs.
            let _ = self.notify(Notice::Withdraw(number), Duration::ZERO);
        }
        outcome
    }

    fn next_question(&self) -> u64 {
        self.questions.fetch_add(1, Ordering::Relaxed)
    }

    /// Tells the queue something. Does not wait for the queue.
    pub(super) fn tell(&self, notice: Notice) -> Result<(), QueueError> {
        match &self.access.store {
            Some(store) => store.act(|kept| kept.core.note(HERE, notice)),
            None => self.notify(notice, self.timeout()),
        }
    }

    /// Tells the worker something, after what it was told before.
    fn notify(&self, notice: Notice, timeout: Duration) -> Result<(), QueueError> {
        let told = self.access.worker.notify(notice).tell_within(timeout);
        told.map_err(|error| KeptQueue::failed(CallError::widen(error)))
    }

    fn timeout(&self) -> Duration {
        self.access.timeout.unwrap_or(Duration::MAX)
    }

    /// Takes all dead letters. None leaves the queue before all of them have arrived.
    pub(super) fn dead_letters(&self) -> Result<Vec<DeadItem>, QueueError> {
        let number = self.next_question();
        let mut letters = Vec::new();
        loop {
            match self.ask_as(number, Question::DeadLetters, None)? {
                QueueReply::DeadLetters(some) if some.is_empty() => break,
                QueueReply::DeadLetters(some) => letters.extend(some),
                other => return Err(unexpected(&other)),
            }
        }
        if !letters.is_empty() {
            // If it fails, the queue has ended, and the letters are here.
            let _ = self.tell(Notice::RemoveDeadLetters(number));
        }
        Ok(letters)
    }

    /// Waits until everything is acknowledged. Gives the handle back if it fails.
    ///
    /// The worker is asked also in the process of the queue: it counts the links.
    pub(super) fn join(
        self: &Arc<Self>,
        holders: Arc<Holders>,
        patience: Option<Duration>,
    ) -> Result<(), (QueueError, Arc<Holders>)> {
        let number = self.next_question();
        let joined = self.access.send((number, Question::Join), patience).and_then(|pending| {
            // The queue learns of the join first, then that the handle is gone.
            drop(holders);
            self.access.reply(pending)
        });
        self.settle(number, joined).map(drop).map_err(|error| (error, self.resume()))
    }

    /// Gives a join its handle back.
    fn resume(self: &Arc<Self>) -> Arc<Holders> {
        let mut current = self.holders.lock();
        current.upgrade().unwrap_or_else(|| {
            // If it fails, the queue has ended.
            let _ = self.notify(Notice::Resume, self.timeout());
            self.hold(&mut current)
        })
    }

    fn hold(self: &Arc<Self>, current: &mut Weak<Holders>) -> Arc<Holders> {
        let holders = Arc::new(Holders { link: Arc::clone(self) });
        *current = Arc::downgrade(&holders);
        holders
    }
}

impl Drop for Holders {
    fn drop(&mut self) {
        // Without a join the link ends, which tells the same.
        if Arc::strong_count(&self.link) > 1 {
            let current = self.link.holders.lock();
            if current.strong_count() == 0 {
                // If it fails, the queue has ended.
                let _ = self.link.notify(Notice::Abandon, self.link.timeout());
            }
        }
    }
}

/// The error of a reply that is not one to its question.
pub(super) fn unexpected(reply: &QueueReply) -> QueueError {
    QueueError::Lost(format!("it answered something else: {reply:?}"))
}
