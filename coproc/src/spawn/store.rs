//! What a host keeps, behind a lock.
//!
//! 1. `Store::kept` is locked while something happens to what is kept, and never while a reply is sent.
//! 2. Nothing happens to it after [`end`](Hosted::end), which replies to every caller that waits.

use std::time::{Duration, Instant};

use super::{ReplySlot, ReplyTo, host::Hosted};
use crate::{
    call::Call,
    error::CallError,
    protocol::Wire,
    sync::{Arc, Mutex, now},
    worker::{Context, Idle, Later, Peer, Worker},
};

/// The link of callers in the process of the store, and of the owner of its worker.
pub(crate) const HERE: u64 = 0;

/// Where a reply of `K` goes.
pub(crate) type ReplyOf<K> = ReplyTo<<K as Kept>::Reply, <K as Kept>::Error>;

/// What a host keeps. It decides; its [`Store`] locks it and sends the replies.
pub(crate) trait Kept: Sized + Send + 'static {
    /// What it is called in errors.
    const NAME: &'static str;

    /// Passes on what callers in other processes ask.
    type Worker: Worker;
    /// What a caller asks.
    type Request<'a>;
    /// What a request gives.
    type Reply: Wire;
    /// Why a request gives nothing.
    type Error: Wire;

    /// Does what `caller` asks, which waits for `patience` at most if it waits. The reply goes to
    /// `reply_to`.
    fn run(
        &mut self,
        caller: Peer,
        request: Self::Request<'_>,
        patience: Option<Duration>,
        reply_to: ReplyOf<Self>,
    );

    /// No wait is over before; `None` if none ever is.
    fn quiet_until(&self) -> Option<Instant>;

    /// Ends the waits whose time is over by `now`.
    fn expire(&mut self, now: Instant);

    /// When there is next something to [expire](Self::expire).
    fn next_expiry(&mut self) -> Option<Instant>;

    /// A link has ended.
    fn forget(&mut self, link: u64);

    /// The replies that are decided.
    fn replies(&mut self, store: &Arc<Store<Self>>) -> &mut Vec<DecidedReply<Self>>;

    /// Where the replies to the requests that wait go.
    fn waiting(&mut self) -> impl Iterator<Item = &mut ReplyOf<Self>>;

    /// The error of a request after the end.
    fn ended() -> Self::Error;

    /// Asks over a link.
    fn call(
        worker: &<Self::Worker as Worker>::Controller,
        request: Self::Request<'_>,
        patience: Option<Duration>,
    ) -> Call<Self::Reply, Self::Error>;

    /// Asks over a link whether the worker answers, and for its process id.
    fn ping(worker: &<Self::Worker as Worker>::Controller) -> Call<u32>;

    /// What the error of a call means.
    fn failed(error: CallError<Self::Error>) -> Self::Error;
}

/// A reply, and where it goes.
pub(crate) type DecidedReply<K> = (ReplyOf<K>, Result<<K as Kept>::Reply, <K as Kept>::Error>);

/// Where a host keeps something.
pub(crate) struct Store<K> {
    /// `None` after the end.
    kept: Mutex<Option<K>>,
    /// This process. To learn it takes a system call.
    pid: u32,
}

impl<K: Kept> Store<K> {
    pub(crate) fn new(kept: K) -> Self {
        Self { kept: Mutex::new(Some(kept)), pid: std::process::id() }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Runs `act` on what is kept, then sends the replies that are decided.
    ///
    /// Waits whose time is over end first: the worker is idle only when no call comes.
    ///
    /// # Errors
    ///
    /// The store has ended.
    pub(crate) fn act<R>(self: &Arc<Self>, act: impl FnOnce(&mut K) -> R) -> Result<R, K::Error> {
        let mut locked = self.kept.lock();
        let kept = locked.as_mut().ok_or_else(K::ended)?;
        if kept.quiet_until().is_some() {
            kept.expire(now());
        }
        let result = act(kept);
        let replies: Vec<_> = kept.replies(self).drain(..).collect();
        drop(locked);
        for (reply_to, outcome) in replies {
            reply_to.send(outcome);
        }
        Ok(result)
    }

    /// Does what a caller in this process asks, which waits for `patience` at most if it waits.
    ///
    /// # Errors
    ///
    /// Those of the request; the store has ended.
    pub(crate) fn ask(
        self: &Arc<Self>,
        request: K::Request<'_>,
        patience: Option<Duration>,
    ) -> Result<K::Reply, K::Error> {
        let caller = Peer { id: HERE, pid: self.pid };
        let is_mine = |reply_to: &ReplyOf<K>| matches!(reply_to, ReplyTo::Asker);
        let decided = self.act(|kept| {
            kept.run(caller, request, patience, ReplyTo::Asker);
            let replies = kept.replies(self);
            if let Some(mine) = replies.iter().position(|(reply_to, _)| is_mine(reply_to)) {
                return Ok(replies.remove(mine).1);
            }
            let slot = ReplySlot::new();
            let mine = kept.waiting().find(|reply_to| is_mine(reply_to));
            mine.into_iter().for_each(|mine| *mine = ReplyTo::Thread(Arc::clone(&slot)));
            Err(slot)
        })?;
        let slot = match decided {
            Ok(outcome) => return outcome,
            Err(slot) => slot,
        };
        loop {
            // The worker may not know of this wait's end, or of what this wait waits for.
            let until = self.act(K::next_expiry)?;
            if let Some(outcome) = slot.recv_deadline(until) {
                return outcome;
            }
        }
    }

    /// Does what the caller of a message asks. The caller learns of the end of the store as the
    /// answer is dropped.
    pub(crate) fn serve(
        self: &Arc<Self>,
        cx: &mut Context<K::Worker>,
        request: K::Request<'_>,
        patience: Option<Duration>,
    ) -> Later<K::Reply, K::Error> {
        let (later, answer) = cx.later();
        let caller = cx.peer();
        let _ = self.act(|kept| kept.run(caller, request, patience, ReplyTo::Link(answer)));
        later
    }

    /// A link to the worker has ended.
    pub(crate) fn forget(self: &Arc<Self>, link: u64) {
        // Of a store that has ended, nothing waits.
        let _ = self.act(|kept| kept.forget(link));
    }

    /// Runs `act` on what is kept, and gives how long the worker may be idle then.
    pub(crate) fn idle(self: &Arc<Self>, act: impl FnOnce(&mut K)) -> Idle {
        let next = self.act(|kept| {
            act(kept);
            kept.next_expiry()
        });
        match next {
            Ok(Some(until)) => Idle::After(until.saturating_duration_since(now())),
            Ok(None) | Err(_) => Idle::Wait,
        }
    }
}

impl<K: Kept> Hosted for Store<K> {
    const NAME: &'static str = K::NAME;

    fn end(&self) {
        let mut kept = self.kept.lock().take();
        for reply_to in kept.iter_mut().flat_map(K::waiting) {
            std::mem::replace(reply_to, ReplyTo::Asker).send(Err(K::ended()));
        }
    }
}
