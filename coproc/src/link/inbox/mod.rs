//! What an end of a link has received and not yet handled, and how it drains when it closes.
//!
//! A plain state machine: no clock, no thread and no descriptor inside. Its holder tells it what
//! happened, and sends the answers that it collects.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use super::spread::Spread;
use crate::{
    multiqueue::{PriorityMultiQueue, QueuePlace},
    protocol::{Envelope, Packet, Priority, Status},
};

/// What a message wants of its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Nothing but to be handled.
    Tell,
    /// A reply to call `id`. If it is `nested`, the content begins with the workers that wait for
    /// the reply.
    Call { id: u64, nested: bool },
    /// It is the reply of a messenger's user to request `id`.
    Reply { id: u64 },
}

impl Purpose {
    /// The number of the call.
    pub(crate) fn call(self) -> Option<u64> {
        match self {
            Self::Call { id, .. } => Some(id),
            Self::Tell | Self::Reply { .. } => None,
        }
    }
}

/// A message in the queue, with its content `P`.
#[derive(Clone, Debug)]
pub(crate) struct Arrived<P> {
    pub(crate) purpose: Purpose,
    pub(crate) envelope: Envelope,
    pub(crate) content: P,
    /// When it came.
    pub(crate) since: Instant,
}

/// Messages that wait to be handled.
#[derive(Debug)]
pub(crate) struct Inbox<P> {
    queue: PriorityMultiQueue<Arrived<P>>,
    /// Where calls wait, to find them when they are cancelled.
    places: HashMap<u64, QueuePlace, Spread>,
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
    /// To be sent, in this order.
    answers: Vec<Packet>,
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
            answers: Vec::new(),
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

    /// A message came. A closing inbox refuses it.
    pub(crate) fn arrive(
        &mut self,
        purpose: Purpose,
        mut envelope: Envelope,
        content: P,
        now: Instant,
    ) {
        envelope.channel = self.known(envelope.channel);
        let (priority, channel) = (envelope.priority, envelope.channel);
        let arrived = Arrived { purpose, envelope, content, since: now };
        if self.closing {
            self.count_out(&arrived);
            self.refuse_message(&arrived, Status::Closed);
        } else if let Ok(place) = self.queue.put(arrived, priority, channel, now)
            && let Some(id) = purpose.call()
        {
            self.places.insert(id, place);
        }
    }

    /// The sender of call `id`, or of a request for room, does not want its answer any more.
    pub(crate) fn cancel(&mut self, id: u64) {
        if self.current == Some(id) {
            self.cancelled.insert(id);
            return;
        }
        if let Some(index) = self.rooms.iter().position(|(room, _)| *room == id) {
            self.rooms.remove(index);
            self.answer(id, Status::Value);
            return;
        }
        let place = self.places.get(&id).copied();
        if let Some(taken) = place.and_then(|place| self.queue.remove(place)) {
            self.count_out(&taken.item);
            self.refuse_message(&taken.item, Status::Cancelled);
        }
    }

    /// Request `id` is to be answered when `channel` has room.
    pub(crate) fn ask_room(&mut self, id: u64, channel: u16) {
        self.rooms.push_back((id, self.known(channel)));
        self.grant_room();
    }

    /// This end handles what is queued, until `until` at the latest, and ends.
    pub(crate) fn close(&mut self, until: Option<Instant>) {
        self.closing = true;
        self.until = [self.until, until].into_iter().flatten().min();
        // A sender that waits for room learns at once that it waits in vain.
        self.grant_room();
    }

    /// What is queued is not handled, and what is being handled counts as cancelled.
    pub(crate) fn abort(&mut self) {
        self.closing = true;
        self.cancelled.extend(self.current);
        self.refuse_all();
        self.grant_room();
    }

    /// Whether there are answers to be sent.
    pub(crate) fn has_answers(&self) -> bool {
        !self.answers.is_empty()
    }

    /// The answers to be sent, in order: to calls whose handler never runs, and to requests for
    /// room.
    pub(crate) fn take_answers(&mut self) -> Vec<Packet> {
        std::mem::take(&mut self.answers)
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
                self.refuse_message(&arrived, Status::Expired);
                continue;
            }
            self.current = arrived.purpose.call();
            return Some(arrived);
        }
        None
    }

    /// Takes the most urgent message of one channel.
    pub(crate) fn take_from(&mut self, channel: u16) -> Option<Arrived<P>> {
        let arrived = self.queue.take_from(channel)?.item;
        self.count_out(&arrived);
        Some(arrived)
    }

    /// Takes the most urgent message over all channels, whatever its deadline.
    pub(crate) fn take_any(&mut self) -> Option<Arrived<P>> {
        let arrived = self.queue.take()?.item;
        self.count_out(&arrived);
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

    fn refuse_all(&mut self) {
        while let Some(arrived) = self.take_any() {
            self.refuse_message(&arrived, Status::Closed);
        }
    }

    fn refuse_message(&mut self, arrived: &Arrived<P>, status: Status) {
        if let Some(id) = arrived.purpose.call() {
            self.answer(id, status);
        }
    }

    /// Answers request `id`; a call that was taken is then not handled after all.
    pub(crate) fn answer(&mut self, id: u64, status: Status) {
        self.answers.push(Packet::Answer { id, status });
    }

    /// A message has left the queue.
    fn count_out(&mut self, arrived: &Arrived<P>) {
        if let Some(id) = arrived.purpose.call() {
            self.places.remove(&id);
        }
        self.left[usize::from(arrived.envelope.channel)] += 1;
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
        let answers = &mut self.answers;
        self.rooms.retain(|&(id, channel)| {
            let index = usize::from(channel);
            let taken = queue.len_of(channel) + granted[index];
            if !closing && taken >= capacities[index] {
                return true;
            }
            granted[index] += 1;
            answers.push(Packet::Answer { id, status: Status::Value });
            false
        });
    }
}
