//! What an end of a link has received and not yet handled, and how it drains when it closes.
//!
//! A plain state machine: no clock, no thread and no descriptor inside. Whoever holds it feeds it
//! what happened and carries out what it answers.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use super::spread::Spread;
use crate::{
    multiqueue::{Place, PriorityMultiQueue},
    protocol::{Envelope, Kind, Priority, Status},
};

/// A message with its content `P`, in the queue.
#[derive(Clone, Debug)]
pub(crate) struct Arrived<P> {
    pub(crate) envelope: Envelope,
    pub(crate) content: P,
    /// When it came.
    pub(crate) since: Instant,
}

/// What can happen to the inbox.
#[derive(Clone, Debug)]
pub(crate) enum Event<P> {
    /// A message came.
    Arrived(Envelope, P),
    /// The sender of call `id` does not want its answer any more.
    Cancelled { id: u64 },
    /// Somebody asks to be told when `channel` has room, as request `id`.
    RoomWanted { id: u64, channel: u16 },
    /// This end is to handle what is queued, until then at the latest, and to end.
    Close { until: Option<Instant> },
    /// Whatever is queued is not going to be handled.
    Abort,
}

/// What is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Answer call `id`, whose handler never ran.
    Refuse { id: u64, status: Status },
    /// Answer request `id`: the channel it asked about has room.
    Room { id: u64 },
}

/// Messages that wait to be handled.
#[derive(Debug)]
pub(crate) struct Inbox<P> {
    queue: PriorityMultiQueue<Arrived<P>>,
    /// Where calls wait, to find them when they are cancelled.
    places: HashMap<u64, Place, Spread>,
    capacities: Vec<usize>,
    /// By channel, how many messages have left the queue, handled or not.
    left: Vec<u64>,
    /// The same of all channels together.
    gone: u64,
    rooms: VecDeque<(u64, u16)>,
    /// Calls that are being handled and have been cancelled since.
    cancelled: HashSet<u64>,
    current: Option<u64>,
    closing: bool,
    until: Option<Instant>,
    actions: Vec<Action>,
}

impl<P> Inbox<P> {
    /// An empty inbox with as many channels as there are capacities.
    pub(crate) fn new(capacities: Vec<usize>, aging: Option<Duration>) -> Self {
        Self {
            queue: PriorityMultiQueue::new(capacities.len() as u16, aging),
            places: HashMap::default(),
            left: vec![0; capacities.len()],
            gone: 0,
            capacities,
            rooms: VecDeque::new(),
            cancelled: HashSet::new(),
            current: None,
            closing: false,
            until: None,
            actions: Vec::new(),
        }
    }

    /// How many messages have left each channel's queue so far.
    pub(crate) fn left(&self) -> &[u64] {
        &self.left
    }

    /// The same of all channels together.
    pub(crate) fn gone(&self) -> u64 {
        self.gone
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn len_of(&self, channel: u16) -> usize {
        self.queue.len_of(channel)
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing
    }

    /// When a closing inbox gives up what is still queued.
    pub(crate) fn closes_at(&self) -> Option<Instant> {
        self.until
    }

    /// Whether the call being handled has been cancelled.
    pub(crate) fn is_cancelled(&self, id: u64) -> bool {
        self.cancelled.contains(&id)
    }

    /// Takes note of what happened; what is to be done is added to [`actions`](Self::actions).
    pub(crate) fn step(&mut self, event: Event<P>, now: Instant) {
        match event {
            Event::Arrived(envelope, content) => self.arrive(envelope, content, now),
            Event::Cancelled { id } => self.cancel(id),
            Event::RoomWanted { id, channel } => {
                self.rooms.push_back((id, self.known(channel)));
                self.grant_room();
            }
            Event::Close { until } => {
                self.closing = true;
                self.until = match (self.until, until) {
                    (Some(before), Some(until)) => Some(before.min(until)),
                    (before, until) => before.or(until),
                };
                // Whoever waits for room is to learn at once that there is nothing to wait for.
                self.grant_room();
            }
            Event::Abort => {
                self.closing = true;
                self.refuse_all();
                self.grant_room();
            }
        }
    }

    /// Whether anything is to be done.
    pub(crate) fn has_actions(&self) -> bool {
        !self.actions.is_empty()
    }

    /// What is to be done, in order; empty afterwards.
    pub(crate) fn actions(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.actions)
    }

    /// Takes the most urgent message over all channels, to be handled now.
    ///
    /// Messages whose deadline has passed are refused on the way, and once the grace of a closing
    /// inbox is over, all of them.
    pub(crate) fn take(&mut self, now: Instant) -> Option<Arrived<P>> {
        self.finish();
        if self.until.is_some_and(|until| until <= now) {
            self.refuse_all();
        }
        while let Some(arrived) = self.take_any() {
            if arrived.envelope.deadline.is_some_and(|deadline| deadline <= now) {
                self.refuse_message(&arrived.envelope, Status::Expired);
                continue;
            }
            self.begin(&arrived.envelope);
            return Some(arrived);
        }
        None
    }

    /// Takes the most urgent message of one channel.
    pub(crate) fn take_from(&mut self, channel: u16) -> Option<Arrived<P>> {
        let arrived = self.queue.take_from(channel)?.item;
        self.leave(&arrived.envelope);
        Some(arrived)
    }

    /// Takes the most urgent message over all channels, whatever its deadline.
    pub(crate) fn take_any(&mut self) -> Option<Arrived<P>> {
        let arrived = self.queue.take()?.item;
        self.leave(&arrived.envelope);
        Some(arrived)
    }

    /// What all messages say, in no particular order.
    #[cfg(feature = "process")]
    pub(crate) fn contents(&self) -> impl Iterator<Item = &P> {
        self.queue.iter().map(|arrived| &arrived.content)
    }

    /// How urgent the most urgent message is, and since when it waits; lower is sooner.
    pub(crate) fn urgency(&self) -> Option<(Priority, Instant)> {
        self.queue.peek().map(|(arrived, priority, _)| (priority, arrived.since))
    }

    /// The message being handled is done with.
    pub(crate) fn finish(&mut self) {
        if let Some(id) = self.current.take()
            && !self.cancelled.is_empty()
        {
            self.cancelled.remove(&id);
        }
    }

    fn begin(&mut self, envelope: &Envelope) {
        self.current = (envelope.kind == Kind::Call).then_some(envelope.id);
    }

    fn arrive(&mut self, mut envelope: Envelope, content: P, now: Instant) {
        envelope.channel = self.known(envelope.channel);
        if self.closing {
            self.leave(&envelope);
            self.refuse_message(&envelope, Status::Closed);
            return;
        }
        let (priority, channel, id) = (envelope.priority, envelope.channel, envelope.id);
        let is_call = envelope.kind == Kind::Call;
        let arrived = Arrived { envelope, content, since: now };
        if let Ok(place) = self.queue.put(arrived, priority, channel, now)
            && is_call
        {
            self.places.insert(id, place);
        }
    }

    fn cancel(&mut self, id: u64) {
        if self.current == Some(id) {
            self.cancelled.insert(id);
            return;
        }
        if let Some(index) = self.rooms.iter().position(|(room, _)| *room == id) {
            self.rooms.remove(index);
            self.actions.push(Action::Room { id });
            return;
        }
        let place = self.places.get(&id).copied();
        if let Some(taken) = place.and_then(|place| self.queue.remove(place)) {
            self.leave(&taken.item.envelope);
            self.refuse_message(&taken.item.envelope, Status::Cancelled);
        }
    }

    fn refuse_all(&mut self) {
        while let Some(arrived) = self.take_any() {
            self.refuse_message(&arrived.envelope, Status::Closed);
        }
    }

    /// Answers a call that was taken and is not to be handled after all.
    pub(crate) fn refuse(&mut self, id: u64, status: Status) {
        self.actions.push(Action::Refuse { id, status });
    }

    fn refuse_message(&mut self, envelope: &Envelope, status: Status) {
        if envelope.kind == Kind::Call {
            self.refuse(envelope.id, status);
        }
    }

    fn leave(&mut self, envelope: &Envelope) {
        if envelope.kind == Kind::Call {
            self.places.remove(&envelope.id);
        }
        self.left[usize::from(envelope.channel)] += 1;
        self.gone += 1;
        self.grant_room();
    }

    /// This channel, or the last for one that does not exist.
    fn known(&self, channel: u16) -> u16 {
        channel.min(self.capacities.len() as u16 - 1)
    }

    /// Answers those who ask for room, as many as there are free places, first come first served.
    fn grant_room(&mut self) {
        if self.rooms.is_empty() {
            return;
        }
        let mut granted = vec![0; self.capacities.len()];
        let (queue, capacities, closing) = (&self.queue, &self.capacities, self.closing);
        let actions = &mut self.actions;
        self.rooms.retain(|&(id, channel)| {
            let index = usize::from(channel);
            let taken = queue.len_of(channel) + granted[index];
            if !closing && taken >= capacities[index] {
                return true;
            }
            granted[index] += 1;
            actions.push(Action::Room { id });
            false
        });
    }
}
