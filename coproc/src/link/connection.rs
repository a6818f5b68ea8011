//! The caller's end of the link to one worker, shared by all its controllers.

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{
    DisconnectCause, Endpoint, ExitEvent, LinkState, Outcome,
    serving::{Identity, Serving},
};
use crate::{
    codec::{
        Body,
        reply::{Answered, read_panic},
    },
    error::{CallError, CloseReason},
    protocol::{ChannelPlan, Envelope, Packet, Plan, Status},
    sync::{Arc, AtomicBool, AtomicU64, OnceLock, Ordering, now},
    transport::{Activity, Broken, Ledger, Record, Wait},
};

/// Whatever can end a worker by force.
pub(crate) trait Life: Send + Sync + fmt::Debug {
    /// Ends it now. That it has ended is told through [`Connection::concluded`].
    fn kill(&self);

    /// Waits, once it is known to have ended, until that is dealt with: what it wrote is passed on,
    /// and what it took of this process is let go.
    fn settle(&self) {}

    /// Its process, if that is not this one.
    fn pid(&self) -> Option<u32> {
        None
    }

    /// Whether it has a process for itself.
    fn is_alone(&self) -> bool {
        self.pid().is_some()
    }

    /// A descriptor of its process, for another process that watches for its death.
    #[cfg(feature = "process")]
    fn process(&self) -> std::io::Result<std::os::fd::OwnedFd>;
}

/// What a connection knows of its worker's owner.
#[derive(Debug)]
pub(crate) struct Owned {
    /// How long the worker may take to close when its owner is dropped.
    pub(crate) grace: Duration,
    /// Dropping the owner does not close it.
    pub(crate) detached: AtomicBool,
}

/// The caller's end of the link to one worker.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) ledger: Ledger,
    pub(crate) plan: &'static Plan,
    pub(crate) name: String,
    pub(crate) max_message: usize,
    pub(crate) identity: Identity,
    pub(crate) life: OnceLock<Arc<dyn Life>>,
    pub(crate) owned: OnceLock<Owned>,
    pub(crate) closing: AtomicBool,
    pub(crate) sent: AtomicU64,
}

/// Why a message was not accepted now.
pub(crate) enum Refusal {
    /// The channel is full.
    Full,
    /// For another reason.
    Error(CallError),
}

/// Whether a call that ended so had been begun, as far as that is known.
fn was_begun(outcome: &Outcome<Answered, DisconnectCause>) -> bool {
    match outcome {
        Outcome::Answered(answered) => answered.status.is_begun(),
        Outcome::Lost(_) => true,
        Outcome::Unstarted(_) => false,
    }
}

impl Connection {
    pub(crate) fn new(
        endpoint: Arc<Endpoint>,
        ledger: Ledger,
        plan: &'static Plan,
        name: String,
        max_message: usize,
        identity: Identity,
    ) -> Arc<Self> {
        Arc::new(Self {
            endpoint,
            ledger,
            plan,
            name,
            max_message,
            identity,
            life: OnceLock::new(),
            owned: OnceLock::new(),
            closing: AtomicBool::new(false),
            sent: AtomicU64::new(0),
        })
    }

    /// A connection whose channels are never full: for a worker that sends to itself, and could wait
    /// for room only until it has handled what fills them.
    pub(crate) fn without_limits(
        endpoint: Arc<Endpoint>,
        ledger: Ledger,
        plan: &'static Plan,
        name: String,
        max_message: usize,
        identity: Identity,
    ) -> Arc<Self> {
        let connection = Self::new(endpoint, ledger, plan, name, max_message, identity);
        connection.endpoint.state().flow.unlimit();
        connection
    }

    /// How the worker ended, once that is known.
    pub(crate) fn concluded(&self) -> Option<DisconnectCause> {
        self.endpoint.state().loss.clone()
    }

    /// Waits until it is known how the worker ended.
    pub(crate) fn wait_concluded(&self, until: Option<Instant>) -> Option<DisconnectCause> {
        self.endpoint.wait_for(None, until, |state| state.loss.clone())
    }

    /// Asks the worker to finish what is queued, in `grace` at most, and to end.
    pub(crate) fn close(&self, grace: Option<Duration>) {
        self.closing.store(true, Ordering::SeqCst);
        let until = grace.and_then(|grace| now().checked_add(grace));
        let _ = self.endpoint.note(Packet::Close { until });
    }

    /// Counts a message in, if its channel has room and what was sent is not waiting to be read;
    /// then, under the same lock, does `open`.
    pub(crate) fn try_admit<R>(
        &self,
        channel: u16,
        open: impl FnOnce(&mut LinkState) -> R,
    ) -> Result<R, Refusal> {
        match self.endpoint.link().room(Wait::No) {
            Err(Broken::Full) => Err(Refusal::Full),
            // The end of the link is about to be known, and what it means for this message.
            Ok(()) | Err(Broken::Ended | Broken::Protocol(_)) => self.count(channel, open),
        }
    }

    /// Counts a message in, if its channel has room.
    fn count<R>(&self, channel: u16, open: impl FnOnce(&mut LinkState) -> R) -> Result<R, Refusal> {
        self.check_open().map_err(Refusal::Error)?;
        let mut state = self.endpoint.state();
        if state.flow.admit(channel, || self.ledger.left(channel)) {
            return Ok(open(&mut state));
        }
        drop(state);
        match self.rejects(channel) {
            true => Err(Refusal::Error(CallError::Full)),
            false => Err(Refusal::Full),
        }
    }

    /// Whether a sender to this channel gets an error where it would block.
    fn rejects(&self, channel: u16) -> bool {
        let rejects = |channel: &ChannelPlan| channel.reject;
        self.plan.channels.get(usize::from(channel)).is_some_and(rejects)
    }

    /// Counts a message in, and does `open` under the same lock. Waits for room where the channel
    /// is to be waited for.
    pub(crate) fn admit<R>(
        &self,
        channel: u16,
        until: Option<Instant>,
        open: impl Fn(&mut LinkState) -> R,
    ) -> Result<R, CallError> {
        loop {
            let rejects = self.rejects(channel);
            let wait = if rejects { Wait::No } else { Wait::until(until) };
            if let Err(Broken::Full) = self.endpoint.link().room(wait) {
                let late = CallError::Deadline { started: false };
                return Err(if rejects { CallError::Full } else { late });
            }
            match self.count(channel, &open) {
                Ok(opened) => return Ok(opened),
                Err(Refusal::Error(error)) => return Err(error),
                Err(Refusal::Full) => self.wait_for_room(channel, until)?,
            }
        }
    }

    /// Sends a message that was counted in and has no reply.
    pub(crate) fn tell(&self, envelope: Envelope, body: Body) -> Result<(), CallError> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        if self.endpoint.send(Packet::Tell(envelope), body).is_err() {
            return Err(self.lost().unstarted());
        }
        self.endpoint.arm_if_idle();
        Ok(())
    }

    /// Sends call `id`, which was counted in and opened.
    pub(crate) fn call(&self, id: u64, nested: bool, envelope: Envelope, body: Body) {
        self.sent.fetch_add(1, Ordering::Relaxed);
        // If the link is broken, its end is about to decide how this call ended.
        let _ = self.endpoint.send(Packet::Call { id, nested, envelope }, body);
    }

    fn wait_for_room(&self, channel: u16, until: Option<Instant>) -> Result<(), CallError> {
        self.check_cycle()?;
        let id = self.endpoint.ask_room(channel);
        match self.endpoint.wait(id, until) {
            Some(Outcome::Answered(_)) => Ok(()),
            Some(Outcome::Lost(loss) | Outcome::Unstarted(loss)) => Err(loss.unstarted()),
            None => {
                self.endpoint.abandon(id);
                Err(CallError::Deadline { started: false })
            }
        }
    }

    /// An error if the worker that is called is one of those whose code is running here.
    pub(crate) fn check_cycle<E>(&self) -> Result<(), CallError<E>> {
        Serving::chain(self.identity).map_or(Ok(()), |names| Err(CallError::Deadlock(names)))
    }

    fn check_open(&self) -> Result<(), CallError> {
        if self.endpoint.is_concluded() {
            return Err(self.lost().unstarted());
        }
        if self.closing.load(Ordering::SeqCst) {
            let text = format!("worker `{}` is closing", self.name);
            return Err(CallError::Closed(CloseReason::unstarted(text)));
        }
        Ok(())
    }

    /// How the worker ended; to be asked only when its link is known to have ended.
    fn lost(&self) -> DisconnectCause {
        self.concluded().unwrap_or_else(|| DisconnectCause::Closed { worker: self.name.clone() })
    }

    /// Gives up call `id`, whose deadline has passed; `false` if it was provably not begun, and
    /// never will be.
    ///
    /// The worker is told first. If it is then seen to be busy with something else, it reads that
    /// before it begins anything more. If it is seen to rest, it may be about to begin this call:
    /// then it answers soon, and is waited for as long as `patience`.
    pub(crate) fn give_up(&self, id: u64, patience: Duration) -> bool {
        let _ = self.endpoint.note(Packet::Cancel { id });
        let read = self.endpoint.drain_to_the_end();
        let note = self.ledger.read();
        let begun = {
            let mut state = self.endpoint.state();
            if let Some(outcome) = state.requests.take(id) {
                return was_begun(&outcome);
            }
            let other = note.activity != Activity::Rest
                && (note.call == 0 || state.requests.is_running(note.call));
            if state.requests.is_begun(id) || note.call == id {
                Some(true)
            } else if other && read && self.endpoint.link().is_flushed() {
                Some(false)
            } else {
                None
            }
        };
        let outcome = match begun {
            Some(_) => None,
            None => self.endpoint.wait(id, now().checked_add(patience)),
        };
        if let Some(outcome) = outcome {
            return was_begun(&outcome);
        }
        self.endpoint.forget(id);
        begun.unwrap_or(true)
    }

    /// The worker has ended. If neither its last word nor a breach of the protocol says how, its owner
    /// has killed it, or `died` says how: from what it sent, and what its ledger notes.
    pub(crate) fn end(
        &self,
        is_killed: bool,
        died: impl FnOnce(&LinkState, &Record) -> Option<DisconnectCause>,
    ) {
        self.endpoint.finish(|state| {
            let (note, worker) = (self.ledger.read(), self.name.clone());
            let cause = match (&state.farewell, &state.violation) {
                (Some(Answered { status: Status::Panicked, body }), _) => {
                    DisconnectCause::Panicked { worker, report: read_panic(body) }
                }
                (Some(_), _) => DisconnectCause::Closed { worker },
                (None, Some(text)) => DisconnectCause::Protocol(text.clone()),
                (None, None) if is_killed => DisconnectCause::Killed { worker },
                (None, None) => died(state, &note).unwrap_or(DisconnectCause::Gone),
            };
            ExitEvent { cause, begun: (note.call != 0).then_some(note.call) }
        });
    }
}
