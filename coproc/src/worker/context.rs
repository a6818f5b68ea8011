//! What a handler can learn and do beside its arguments.

use std::{
    fmt,
    marker::PhantomData,
    time::{Duration, Instant},
};

use super::{link::WorkerLink, peer::Peer, start_parameters::StartParameters, worker::Worker};
use crate::{
    call::{Controller, Link},
    codec::Draft,
    error::Cancelled,
    link::{Connection, Identity, Serving, Station},
    link::{Endpoint, Role},
    protocol::Plan,
    protocol::{Channel, Envelope, Packet, Priority},
    sync::{Arc, AtomicBool, AtomicUsize, Ordering, Weak, now},
    transport::{Doorbell, Ledger, Local},
};

/// What a handler can learn and do beside its arguments: `cx: &mut Context<Self>` as the first of
/// them.
///
/// ```
/// use coproc::{Cancelled, prelude::*};
///
/// struct Search;
///
/// #[worker(event = u64)]
/// impl Search {
///     #[init]
///     fn new() -> Self {
///         Self
///     }
///
///     #[message]
///     fn first_divisor(&mut self, cx: &mut Context<Self>, n: u64) -> Result<u64, Cancelled> {
///         for candidate in 2..n {
///             if candidate % 1024 == 0 {
///                 cx.check()?;
///                 cx.emit(candidate);
///             }
///             if n % candidate == 0 {
///                 return Ok(candidate);
///             }
///         }
///         Ok(n)
///     }
/// }
///
/// let search = Search::on(Thread).spawn()?;
/// assert_eq!(search.first_divisor(2047 * 2053).wait()?, 23);
/// assert_eq!(search.first_divisor(2053).wait()?, 2053);
/// assert_eq!(search.worker().events().next(), Some(1024));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Context<W: Worker> {
    pub(super) plan: &'static Plan,
    pub(super) max_message: usize,
    identity: Identity,
    /// Where its owner's messages come in.
    pub(super) owner: Arc<Endpoint>,
    /// All links, the owner's first.
    pub(super) links: Vec<WorkerLink>,
    pub(super) laters: Arc<AtomicUsize>,
    /// Whether the call that this is about, if it was to be answered later, was.
    pub(super) answered: Option<Arc<AtomicBool>>,
    last_peer: u64,
    /// Its name, for everything that its code does.
    name: Arc<str>,
    endpoint: Arc<Endpoint>,
    peer: Peer,
    /// The call that this is about; 0 if it is about no call.
    pub(super) call: u64,
    envelope: Envelope,
    waiting: Vec<Station>,
    /// The deadline that the calls of its code inherit.
    deadline: Option<Instant>,
    worker: PhantomData<fn() -> W>,
}

impl<W: Worker> Context<W> {
    pub(super) fn new(parameters: StartParameters<W>) -> Self {
        let StartParameters { endpoint, ledger, peer, name, identity, max_message, plan, .. } =
            parameters;
        Self {
            plan,
            max_message,
            identity,
            owner: Arc::clone(&endpoint),
            links: vec![WorkerLink::new(peer, Arc::clone(&endpoint), ledger)],
            endpoint,
            peer,
            name: name.into(),
            worker: PhantomData,
            laters: Arc::default(),
            answered: None,
            last_peer: 0,
            call: 0,
            envelope: Envelope::default(),
            waiting: Vec::new(),
            deadline: None,
        }
    }

    /// From now on this is about the message in `envelope`, which came through `endpoint`; `call` is
    /// its number, 0 if it is no call.
    pub(super) fn turn_to(
        &mut self,
        peer: Peer,
        endpoint: &Arc<Endpoint>,
        call: u64,
        envelope: Envelope,
    ) {
        (self.peer, self.call, self.envelope, self.answered) = (peer, call, envelope, None);
        if !Arc::ptr_eq(&self.endpoint, endpoint) {
            self.endpoint = Arc::clone(endpoint);
        }
    }

    /// Whether the call that this was about was answered before its handler returned; asked once.
    pub(super) fn was_answered(&mut self) -> bool {
        self.answered.take().is_some_and(|given| given.load(Ordering::SeqCst))
    }

    /// From now on this is about no message: a tick, say.
    pub(super) fn turn_away(&mut self) {
        let owner = Arc::clone(&self.owner);
        let peer = self.links[0].peer(&owner.state());
        self.turn_to(peer, &owner, 0, Envelope::default());
    }

    pub(super) fn endpoint(&self) -> &Arc<Endpoint> {
        &self.endpoint
    }

    /// The priority of this message; in a tick 0.
    #[must_use]
    pub fn priority(&self) -> Priority {
        self.envelope.priority
    }

    /// The channel of this message; in a tick the default one.
    #[must_use]
    pub fn channel(&self) -> <W::Controller as Controller<W>>::Channel {
        let index = usize::from(self.envelope.channel);
        let channel = Channel::from_index(index).or_else(|| Channel::from_index(0));
        channel.unwrap_or_else(|| unreachable!("a set of channels has at least one"))
    }

    /// How long the caller still waits for the answer; `None`: as long as it takes. The calls that
    /// the handler makes end no later, see [`Call::deadline`](crate::Call::deadline).
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.envelope.deadline.map(|deadline| deadline.saturating_duration_since(now()))
    }

    /// Who sent this message; in a tick the owner.
    #[must_use]
    pub fn peer(&self) -> Peer {
        self.peer
    }

    /// Whether the answer is still wanted; long handlers ask now and then. Costs a system call.
    ///
    /// # Errors
    ///
    /// [`Cancelled`] if the call was cancelled or its deadline has passed.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.envelope.deadline.is_some_and(|deadline| deadline <= now()) {
            return Err(Cancelled);
        }
        self.endpoint.drain();
        if self.call != 0 && self.endpoint.state().inbox.is_cancelled(self.call) {
            return Err(Cancelled);
        }
        Ok(())
    }

    /// Sends an event to the owner, where [`events`](crate::spawn::WorkerHandle::events) yields it.
    /// Does not wait for it to be read: the last 1024 events are kept. An event that cannot be encoded
    /// or is larger than `max_message` is dropped.
    #[expect(clippy::needless_pass_by_value, reason = "an event is given away")]
    pub fn emit(&self, event: W::Event) {
        let mut draft = Draft::new(self.max_message);
        W::event().write(&event, &mut draft);
        if let Ok(mut body) = draft.finish()
            && self.owner.pack(&mut body).is_ok()
        {
            let _ = self.owner.send(Packet::Event, body);
            self.owner.link().flush();
        }
    }

    /// Ends the worker when this handler has returned and what is queued is handled.
    pub fn close(&self) {
        self.owner.state().inbox.close(None);
    }

    /// A controller of this worker itself, to hand to others, or to send messages to itself with
    /// [`tell`](crate::Call::tell). Waiting for itself is a
    /// [`Deadlock`](crate::CallError::Deadlock).
    pub fn controller(&mut self) -> W::Controller {
        let (near, far) = Local::pair();
        let plan: &'static Plan = self.plan;
        let unlimited = vec![usize::MAX; plan.channels.len()];
        let caller = Endpoint::new(Arc::new(near), Role::Caller, unlimited, None);
        let endpoint = Endpoint::new(Arc::new(far), Role::Worker, plan.capacities(), plan.aging);
        let ledger = Ledger::memory(plan.channels.len());
        self.adopt(endpoint, ledger.clone());
        let connection = Connection::without_limits(
            caller,
            ledger,
            plan,
            self.name.to_string(),
            self.max_message,
            self.identity,
        );
        Controller::from_link(Link::direct(connection))
    }

    /// How many links lead to the worker, its owner's and its own among them.
    pub(crate) fn links(&self) -> usize {
        self.links.len()
    }

    /// From now on the worker serves one more link.
    pub(super) fn adopt(&mut self, endpoint: Arc<Endpoint>, ledger: Ledger) {
        // Without interruptions its messages are found whenever the worker next wakes.
        let _ = self.owner.link().allow_interrupts();
        self.last_peer += 1;
        let peer = Peer { id: self.last_peer, pid: std::process::id() };
        self.links.push(WorkerLink::new(peer, endpoint, ledger));
    }

    /// The code of the worker runs while this lives.
    pub(super) fn serving(&mut self) -> Serving {
        let waiting = std::mem::take(&mut self.waiting);
        Serving::begin(waiting, self.deadline.take(), self.identity(), &self.name)
    }

    /// What its code does next is to handle the message that this is about, for which `waiting`
    /// wait.
    pub(super) fn waited_for_by(&mut self, waiting: Vec<Station>) {
        (self.waiting, self.deadline) = (waiting, self.envelope.deadline);
    }

    pub(super) fn identity(&self) -> Identity {
        self.identity
    }
}

impl<W: Worker> fmt::Debug for Context<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("worker", &self.name)
            .field("peer", &self.peer)
            .field("priority", &self.envelope.priority)
            .finish_non_exhaustive()
    }
}

/// Wakes the loop of a worker when something comes over a link besides its owner's.
#[derive(Debug)]
pub(super) struct Bell(pub(super) Weak<Endpoint>);

impl Doorbell for Bell {
    fn ring(&self) {
        if let Some(endpoint) = self.0.upgrade() {
            endpoint.link().interrupt();
        }
    }
}
