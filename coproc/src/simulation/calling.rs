//! The host: several callers at one end of the link.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    rules::{Breach, Rule, Story, Told},
    world::{CAPACITIES, Event, Flaw, Frame, World},
};
use crate::{
    link::flow::Flow,
    link::{Outcome, requests::Requests},
    protocol::{Envelope, Packet, Status},
    transport::Activity,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Nothing,
    /// Waits for room, having asked for it, to send this message.
    WantsRoom {
        id: u64,
        number: usize,
    },
    /// Is about to send this message, which was let in.
    Sends {
        number: usize,
    },
    WaitsFor {
        id: u64,
    },
}

#[derive(Debug)]
pub(super) struct Caller {
    doing: Doing,
    actions: u64,
    /// Calls that were sent and are looked at later.
    pending: Vec<u64>,
}

#[derive(Debug)]
pub(super) struct Host {
    pub(super) requests: Requests<(Status, Option<usize>), ()>,
    flow: Flow,
    last_id: u64,
    pub(super) callers: Vec<Caller>,
    /// The messages of calls whose outcome nobody was told yet.
    calls: BTreeMap<u64, usize>,
    /// Calls that were given up while the worker may have been about to begin them.
    doubts: BTreeSet<u64>,
    closing: bool,
    concluded: bool,
    /// By channel, how many messages went out.
    pub(super) sent: [u64; CAPACITIES.len()],
}

impl Host {
    pub(super) fn new(callers: usize, actions: u64) -> Self {
        let caller = || Caller { doing: Doing::Nothing, actions, pending: Vec::new() };
        Self {
            requests: Requests::new(CAPACITIES.len()),
            flow: Flow::new(CAPACITIES),
            last_id: 0,
            callers: (0..callers).map(|_| caller()).collect(),
            calls: BTreeMap::new(),
            doubts: BTreeSet::new(),
            closing: false,
            concluded: false,
            sent: [0; CAPACITIES.len()],
        }
    }

    /// Who waits for room with request `id`.
    fn seeker(&self, id: u64) -> Option<(usize, usize)> {
        self.callers.iter().enumerate().find_map(|(at, caller)| match caller.doing {
            Doing::WantsRoom { id: own, number } if own == id => Some((at, number)),
            _ => None,
        })
    }

    fn rooms(&self) -> impl Iterator<Item = u64> {
        self.callers.iter().filter_map(|caller| match caller.doing {
            Doing::WantsRoom { id, .. } => Some(id),
            _ => None,
        })
    }

    pub(super) fn waiting_for_room(&self) -> usize {
        self.rooms().count()
    }
}

impl World {
    pub(super) fn act(&mut self, at: usize) {
        let caller = &mut self.host.callers[at];
        if caller.doing != Doing::Nothing || caller.actions == 0 {
            return;
        }
        caller.actions -= 1;
        if !caller.pending.is_empty() && self.random.percent(15) {
            let index = self.random.below(caller.pending.len() as u64) as usize;
            let id = caller.pending.swap_remove(index);
            self.give_up(id, |_| Told::Dropped);
            return self.soon(80, Event::CallerActs(at));
        }
        let number = self.stories.len();
        let order = self.new_order();
        self.orders.push(order);
        self.stories.push(Story {
            is_call: order.is_call,
            has_deadline: order.deadline.is_some(),
            ..Story::default()
        });
        self.admit(at, number);
    }

    fn rest(&mut self, at: usize) {
        self.host.callers[at].doing = Doing::Nothing;
        self.soon(80, Event::CallerActs(at));
    }

    /// What `Connection::admit` does.
    fn admit(&mut self, at: usize, number: usize) {
        if self.host.closing || self.host.concluded {
            self.stories[number].refused = true;
            return self.rest(at);
        }
        let channel = self.orders[number].channel;
        let ledger = &self.ledger;
        let has_room = self.host.flow.admit(channel, || ledger.left(channel));
        if has_room || self.is_flawed(Flaw::DoesNotCount) {
            self.host.callers[at].doing = Doing::Sends { number };
            return self.soon(20, Event::CallerSends(at));
        }
        self.stories[number].waited_for_room = true;
        let id = self.open_request(None, None);
        self.post(Frame { packet: Packet::Room { id, channel }, about: None });
        self.host.callers[at].doing = Doing::WantsRoom { id, number };
        if self.random.percent(15) {
            self.soon(300, Event::PatienceEnds(id));
        }
    }

    pub(super) fn send_admitted(&mut self, at: usize) {
        let Doing::Sends { number } = self.host.callers[at].doing else { return };
        let order = self.orders[number];
        let channel = order.channel;
        if self.random.percent(4) {
            // The link itself has no room, and no time is left to wait for it.
            self.host.flow.discount(channel);
            return self.rest(at);
        }
        if !order.is_call && self.host.concluded {
            self.stories[number].refused = true;
            return self.rest(at);
        }
        self.stories[number].accepted = true;
        self.stories[number].before_close = !self.host.closing;
        self.host.sent[usize::from(channel)] += 1;
        self.check_capacity(channel);
        let envelope = Envelope {
            channel,
            priority: order.priority,
            deadline: order.deadline.map(|deadline| self.instant(self.now + deadline)),
            handler: 0,
        };
        if !order.is_call {
            self.post(Frame { packet: Packet::Tell(envelope), about: Some(number) });
            return self.rest(at);
        }
        let id = self.open_request(Some(channel), Some(number));
        let packet = Packet::Call { id, nested: false, envelope };
        self.post(Frame { packet, about: Some(number) });
        if let Some(deadline) = order.deadline {
            self.plan(self.now + deadline, Event::PatienceEnds(id));
        }
        if order.waits {
            self.host.callers[at].doing = Doing::WaitsFor { id };
        } else {
            self.host.callers[at].pending.push(id);
            self.rest(at);
        }
    }

    /// What `Endpoint::open` does.
    fn open_request(&mut self, channel: Option<u16>, about: Option<usize>) -> u64 {
        self.host.last_id += 1;
        let id = self.host.last_id;
        self.host.calls.extend(about.map(|number| (id, number)));
        self.host.requests.open(id, channel);
        if self.host.requests.is_done(id) {
            self.soon(40, Event::OutcomeIsTaken(id));
        }
        id
    }

    fn post(&mut self, frame: Frame) {
        if self.worker.alive {
            self.to_worker.send(frame);
            // Now and then it takes long, as where the worker's end is full.
            let most = if self.random.percent(5) { 500 } else { 40 };
            let delay = if self.random.percent(50) { 0 } else { self.random.below(most) };
            let at = self.to_worker.flush(self.now, delay);
            self.plan(at, Event::WorkerWakes);
        }
    }

    /// What `Endpoint::abandon` does.
    fn abandon(&mut self, id: u64) {
        if self.host.requests.abandon(id) {
            self.post(Frame { packet: Packet::Cancel { id }, about: None });
        }
    }

    pub(super) fn take_outcome(&mut self, id: u64) {
        let Some(outcome) = self.host.requests.take(id) else { return };
        if let Some((at, number)) = self.host.seeker(id) {
            match outcome {
                Outcome::Answered(_) => return self.admit(at, number),
                Outcome::Lost(()) | Outcome::Unstarted(()) => {
                    self.stories[number].refused = true;
                    return self.rest(at);
                }
            }
        }
        if self.host.doubts.remove(&id) {
            let begun = match outcome {
                Outcome::Answered((status, _)) => {
                    !matches!(status, Status::Cancelled | Status::Expired | Status::Closed)
                }
                Outcome::Lost(()) => true,
                Outcome::Unstarted(()) => false,
            };
            return self.tell(id, Told::GivenUp { begun });
        }
        self.tell(
            id,
            match outcome {
                Outcome::Answered((status, about)) => Told::Answer(status, about),
                Outcome::Lost(()) => Told::Lost,
                Outcome::Unstarted(()) => Told::Unstarted,
            },
        );
    }

    fn tell(&mut self, id: u64, told: Told) {
        let Some(number) = self.host.calls.remove(&id) else {
            let what = format!("{told:?} for request {id}, which nobody waits for");
            return self.breaches.push(Breach::new(Rule::OneOutcome, what));
        };
        self.stories[number].told.push(told);
        for at in 0..self.host.callers.len() {
            self.host.callers[at].pending.retain(|pending| *pending != id);
            if self.host.callers[at].doing == (Doing::WaitsFor { id }) {
                self.rest(at);
            }
        }
    }

    /// What `Pending` does at its deadline.
    pub(super) fn end_patience(&mut self, id: u64) {
        if self.host.requests.is_done(id) {
            return self.take_outcome(id);
        }
        if let Some((at, _)) = self.host.seeker(id) {
            self.abandon(id);
            self.rest(at);
        } else if self.host.calls.contains_key(&id) {
            self.end_patience_with_call(id);
        }
    }

    /// What `Connection::give_up` does.
    fn end_patience_with_call(&mut self, id: u64) {
        self.post(Frame { packet: Packet::Cancel { id }, about: None });
        self.read();
        let note = self.ledger.read();
        if self.host.requests.is_done(id) {
            self.host.doubts.insert(id);
            return self.take_outcome(id);
        }
        let requests = &self.host.requests;
        let other =
            note.activity != Activity::Rest && (note.call == 0 || requests.is_running(note.call));
        if requests.is_begun(id) || note.call == id {
            self.give_up(id, |_| Told::GivenUp { begun: true });
        } else if other && self.to_worker.is_settled(self.now) {
            self.give_up(id, |_| Told::GivenUp { begun: false });
        } else {
            self.host.doubts.insert(id);
            self.plan(self.now + 2_000, Event::DoubtEnds(id));
        }
    }

    pub(super) fn end_doubt(&mut self, id: u64) {
        let unsettled = self.host.doubts.remove(&id) && self.host.calls.contains_key(&id);
        if self.host.requests.is_done(id) {
            self.host.doubts.insert(id);
        } else if unsettled {
            self.give_up(id, |_| Told::Doubtful);
        }
    }

    fn give_up(&mut self, id: u64, told: impl FnOnce(&Self) -> Told) {
        let told = told(self);
        self.abandon(id);
        self.tell(id, told);
    }

    pub(super) fn read(&mut self) {
        while let Some(frame) = self.to_host.recv(self.now) {
            self.receive(frame);
        }
    }

    fn receive(&mut self, frame: Frame) {
        let Frame { packet, about } = frame;
        let wanted = match packet {
            Packet::Answer { id, status } => {
                let wanted = self.host.requests.answer(id, (status, about));
                wanted.map(|wanted| wanted.then_some(id))
            }
            Packet::Deferred { id } => self.host.requests.begin(id).map(|()| None),
            _ => Ok(None),
        };
        match wanted {
            Ok(Some(id)) => self.soon(40, Event::OutcomeIsTaken(id)),
            Ok(None) => {}
            Err(text) => self.breaches.push(Breach::new(Rule::Protocol, text)),
        }
    }

    pub(super) fn close(&mut self, grace: Option<u64>) {
        if self.host.concluded {
            return;
        }
        self.host.closing = true;
        self.undisturbed &= grace.is_none();
        let until = grace.map(|grace| self.instant(self.now + grace));
        self.post(Frame { packet: Packet::Close { until }, about: None });
    }

    /// What `Running::conclude` and `Endpoint::finish` do.
    pub(super) fn conclude(&mut self) {
        if !self.is_flawed(Flaw::DoesNotReadToTheEnd) {
            while let Some(frame) = self.to_host.recv(u64::MAX) {
                self.receive(frame);
            }
        }
        self.to_host.lose();
        let rooms: Vec<u64> = self.host.rooms().collect();
        for id in rooms {
            let told = self.host.requests.is_done(id) || !self.worker.asked.contains(&id);
            if self.undisturbed && !told {
                let what = format!("request {id} for room, which the worker had read");
                self.breaches.push(Breach::new(Rule::Released, what));
            }
        }
        let note = self.ledger.read();
        let current = (note.call != 0).then_some(note.call);
        self.host.requests.end(current, ());
        self.host.concluded = true;
        if self.is_flawed(Flaw::WakesNobodyAtTheEnd) {
            return;
        }
        let waited_for: Vec<u64> =
            self.host.calls.keys().copied().chain(self.host.rooms()).collect();
        for id in waited_for {
            self.soon(40, Event::OutcomeIsTaken(id));
        }
    }
}
