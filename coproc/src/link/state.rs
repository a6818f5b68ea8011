//! The state of one end of a link: open requests, received messages, and waiting threads and tasks.

use std::{task::Waker, time::Duration};

use super::{
    by_hand::{ByHand, Signal, cost},
    disconnect_cause::{DisconnectCause, ExitEvent},
    events::EventQueue,
    flow::Flow,
    inbox::{Inbox, Purpose},
    requests::Requests,
};
use crate::{
    codec::{Body, Frame, reply::Answered},
    protocol::{Envelope, Packet, Plan},
    sync::{Thread, Weak, now, wake},
    transport::{Doorbell, UNREAD_MOST},
};

/// What an end of a link is for; it decides what may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Calls a worker.
    Caller,
    /// Is the worker.
    Worker,
    /// Calls a function worker, and talks with it by hand.
    Function,
    /// Talks by hand.
    Peer,
}

impl Role {
    /// What the two ends of an owner's connection are for: the owner's, and the worker's.
    pub(crate) fn ends(plan: &Plan) -> (Self, Self) {
        match plan.is_function() {
            true => (Self::Function, Self::Peer),
            false => (Self::Caller, Self::Worker),
        }
    }

    pub(crate) fn accepts(self, packet: &Packet) -> bool {
        match packet {
            Packet::Hello { .. } | Packet::Cancel { .. } | Packet::Room { .. } | Packet::Adopt => {
                self == Self::Worker
            }
            Packet::Welcome => false,
            Packet::Tell(_) | Packet::Call { .. } => self != Self::Caller,
            Packet::Answer { .. } | Packet::Ended(_) => {
                matches!(self, Self::Caller | Self::Function)
            }
            Packet::Deferred { .. } | Packet::Event | Packet::Unheard { .. } => {
                self == Self::Caller
            }
            Packet::Close { .. } => matches!(self, Self::Worker | Self::Peer),
            Packet::Reply { .. } | Packet::Failure { .. } | Packet::CloseRequest => {
                matches!(self, Self::Function | Self::Peer)
            }
        }
    }
}

/// A thread or a task that waits at this end.
#[derive(Debug)]
pub(crate) enum Waiter {
    Thread(Thread),
    Task(Waker),
}

impl Waiter {
    pub(crate) fn wake(self) {
        match self {
            Self::Thread(thread) => thread.unpark(),
            Self::Task(waker) => wake(waker),
        }
    }
}

#[derive(Debug)]
struct Waiting {
    token: u64,
    /// The request it waits for; `None`: any message.
    what: Option<u64>,
    waiter: Waiter,
}

/// What lies at one end of a link.
#[derive(Debug)]
pub(crate) struct LinkState {
    /// How full the peer's channels are.
    pub(crate) flow: Flow,
    pub(crate) requests: Requests<Answered, DisconnectCause>,
    pub(crate) inbox: Inbox<Body>,
    pub(crate) by_hand: ByHand,
    waiting: Vec<Waiting>,
    last_token: u64,
    pub(crate) last_id: u64,
    woken: Vec<Waiter>,
    pub(crate) events: EventQueue,
    /// How many handlers returned an error while no caller waited for it.
    pub(crate) unheard: u64,
    /// The worker's last word.
    pub(crate) farewell: Option<Answered>,
    /// How many bytes of frames have come.
    pub(crate) taken_in: u64,
    /// Nothing more comes.
    pub(crate) ended: bool,
    /// How the peer ended, once that is known.
    pub(crate) loss: Option<DisconnectCause>,
    /// How the peer broke the protocol.
    pub(crate) violation: Option<String>,
    /// Frames may come that no request is open for.
    pub(crate) background: bool,
    /// Links to this worker that others have handed on, and that it has not taken up.
    pub(crate) adopted: Vec<Body>,
    /// The process at the other end, if it has said so.
    pub(crate) peer: Option<u32>,
    /// Priorities of what is sent do not count.
    pub(crate) flat: bool,
    /// Told once when nothing more comes.
    pub(crate) on_end: Option<Weak<dyn Doorbell>>,
    /// Told once when the last word has come, on the thread that reads it.
    pub(crate) on_farewell: Option<Weak<dyn Doorbell>>,
}

impl LinkState {
    pub(crate) fn new(capacities: Vec<usize>, aging: Option<Duration>) -> Self {
        Self {
            flow: Flow::new(capacities.iter().copied()),
            requests: Requests::new(capacities.len()),
            by_hand: ByHand::new(capacities.len()),
            inbox: Inbox::new(capacities, aging),
            waiting: Vec::new(),
            last_token: 0,
            last_id: 0,
            woken: Vec::new(),
            events: EventQueue::default(),
            unheard: 0,
            farewell: None,
            taken_in: 0,
            ended: false,
            loss: None,
            violation: None,
            background: false,
            adopted: Vec::new(),
            peer: None,
            flat: false,
            on_end: None,
            on_farewell: None,
        }
    }

    /// Opens a request and gives its number; a call counts in its channel.
    pub(crate) fn open(&mut self, channel: Option<u16>) -> u64 {
        let id = self.next_id();
        self.requests.open(id, channel);
        id
    }

    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Takes in one frame whose kind is accepted; an error is a breach of the protocol.
    pub(crate) fn deliver(&mut self, frame: Frame, role: Role) -> Result<(), String> {
        let Frame { packet, body } = frame;
        match packet {
            Packet::Tell(envelope) => self.receive(Purpose::Tell, envelope, body, role)?,
            Packet::Call { id, nested, envelope } => {
                self.receive(Purpose::Call { id, nested }, envelope, body, role)?;
            }
            Packet::Reply { id, channel, priority } => {
                self.by_hand.check_reply(id)?;
                let envelope = Envelope { channel, priority, ..Envelope::default() };
                self.receive(Purpose::Reply { id }, envelope, body, role)?;
            }
            Packet::Answer { id, status } => {
                if self.requests.answer(id, Answered { status, body })? {
                    self.wake(Some(id));
                }
            }
            Packet::Deferred { id } => self.requests.begin(id)?,
            Packet::Cancel { id } => self.inbox.cancel(id),
            Packet::Room { id, channel } => self.inbox.ask_room(id, channel),
            Packet::Close { until } if role == Role::Worker => self.inbox.close(until),
            Packet::Close { .. } => {
                self.by_hand.closing = true;
                self.wake(None);
            }
            Packet::CloseRequest => self.receive_signal(Signal::CloseRequest)?,
            Packet::Failure { id, channel } => {
                let signal = self.by_hand.failure(id, channel, body);
                self.receive_signal(signal)?;
            }
            Packet::Adopt => self.adopted.push(body),
            Packet::Event => self.receive_event(body),
            Packet::Unheard { errors } => {
                self.unheard = self.unheard.saturating_add(errors.into());
            }
            Packet::Ended(_) if self.farewell.is_some() => return Err("a second last word".into()),
            Packet::Ended(status) => self.farewell = Some(Answered { status, body }),
            Packet::Hello { pid } if role == Role::Worker => self.peer = Some(pid),
            Packet::Hello { .. } | Packet::Welcome => return Err("a second greeting".into()),
        }
        Ok(())
    }

    /// A message came. A worker's loop takes it by itself; other ends have threads that wait for it.
    fn receive(
        &mut self,
        purpose: Purpose,
        envelope: Envelope,
        body: Body,
        role: Role,
    ) -> Result<(), String> {
        let is_received_by_hand = role != Role::Worker;
        if is_received_by_hand {
            self.by_hand.unread += cost(body.len());
            self.check_unread()?;
        }
        self.inbox.arrive(purpose, envelope, body, now());
        if is_received_by_hand {
            self.wake(None);
        }
        Ok(())
    }

    fn receive_signal(&mut self, signal: Signal) -> Result<(), String> {
        self.by_hand.add_signal(signal)?;
        self.check_unread()?;
        self.wake(None);
        Ok(())
    }

    fn check_unread(&self) -> Result<(), String> {
        const MOST: usize = 2 * UNREAD_MOST;
        if self.by_hand.unread > MOST {
            return Err(format!("over {MOST} bytes of messages that were not received"));
        }
        Ok(())
    }

    /// Whether the peer has kept to the protocol; an error says how not.
    #[cfg(feature = "process")]
    pub(crate) fn is_sound(&self) -> Result<(), String> {
        let broke = self.violation.as_ref();
        broke.map_or(Ok(()), |text| Err(format!("its peer broke the protocol: {text}")))
    }

    /// Whether so much has come and was not received that no more should be read.
    pub(crate) fn is_stuffed(&self) -> bool {
        self.by_hand.unread > UNREAD_MOST || self.by_hand.is_full_of_signals()
    }

    fn receive_event(&mut self, body: Body) {
        self.events.put(body);
        self.wake(None);
    }

    /// The peer has ended; gives those who are to be woken.
    pub(crate) fn conclude(&mut self, exit: ExitEvent) -> Vec<Waiter> {
        self.ended = true;
        self.requests.end(exit.begun, exit.cause.clone());
        self.loss.get_or_insert(exit.cause);
        self.wake_all()
    }

    /// Marks those for waking who wait for request `what`, or for any message.
    fn wake(&mut self, what: Option<u64>) {
        let mut index = 0;
        while index < self.waiting.len() {
            if self.waiting[index].what == what {
                self.woken.push(self.waiting.swap_remove(index).waiter);
            } else {
                index += 1;
            }
        }
    }

    pub(crate) fn wake_all(&mut self) -> Vec<Waiter> {
        self.waiting.drain(..).map(|waiting| waiting.waiter).collect()
    }

    pub(crate) fn take_woken(&mut self) -> Vec<Waiter> {
        std::mem::take(&mut self.woken)
    }

    /// Whether what has come concerns only the thread that reads it.
    pub(crate) fn is_quiet(&self) -> bool {
        self.woken.is_empty() && !self.inbox.has_answers() && self.farewell.is_none()
    }

    pub(crate) fn add_waiter(&mut self, what: Option<u64>, waiter: Waiter) -> u64 {
        self.last_token += 1;
        self.waiting.push(Waiting { token: self.last_token, what, waiter });
        self.last_token
    }

    pub(crate) fn remove_waiter(&mut self, token: u64) {
        self.waiting.retain(|waiting| waiting.token != token);
    }

    /// Forgets the task that waits for request `id`, and gives it.
    pub(crate) fn remove_task(&mut self, id: u64) -> Option<Waiter> {
        let is_it = |waiting: &Waiting| {
            waiting.what == Some(id) && matches!(waiting.waiter, Waiter::Task(_))
        };
        let index = self.waiting.iter().position(is_it)?;
        Some(self.waiting.swap_remove(index).waiter)
    }

    /// A thread that waits for something that is not yet there.
    pub(crate) fn next_leader(&self) -> Option<&Thread> {
        self.waiting.iter().find_map(|waiting| match &waiting.waiter {
            Waiter::Thread(thread) => Some(thread),
            Waiter::Task(_) => None,
        })
    }

    pub(crate) fn wants_attention(&self) -> bool {
        // Of a stuffed end nothing is read, so that it would be told of the same bytes for ever.
        !self.is_stuffed()
            && (self.background || !self.requests.is_settled() || !self.waiting.is_empty())
    }
}
