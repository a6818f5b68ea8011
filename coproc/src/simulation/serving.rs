//! The worker, one step of its loop after the other; it may die between any two of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::world::{CAPACITIES, Ending, Event, Flaw, Frame, World};
use crate::{
    link::inbox::{Arrived, Inbox, Purpose},
    protocol::{Packet, Status},
    transport::Activity,
};

type Message = Arrived<usize>;

/// What the loop does next.
#[derive(Debug)]
enum Doing {
    LooksForWork,
    Takes,
    Notes(Message, Vec<Packet>),
    TellsOfRoom(Message, Vec<Packet>),
    Begins(Message),
    Handles { message: Message, steps: u64 },
    Answers(Message),
    Flushes { panicked: bool },
    RefusesTheRest { panicked: bool },
    Closes,
    SaysGoodbye,
    Leaves,
}

#[derive(Debug)]
pub(super) struct Worker {
    pub(super) inbox: Inbox<usize>,
    pub(super) alive: bool,
    doing: Doing,
    resting: bool,
    keeps_on_panic: bool,
    /// Calls that threads of the worker are going to answer, by message.
    laters: BTreeMap<usize, u64>,
    /// How many messages had left the queue when the ledger was last written.
    noted: u64,
    /// The calls that came, by number of the request.
    calls: BTreeMap<u64, usize>,
    /// The questions for room that came.
    pub(super) asked: BTreeSet<u64>,
}

impl Worker {
    pub(super) fn new(aging: Option<Duration>, keeps_on_panic: bool) -> Self {
        Self {
            inbox: Inbox::new(CAPACITIES.to_vec(), aging),
            alive: true,
            doing: Doing::LooksForWork,
            resting: false,
            keeps_on_panic,
            laters: BTreeMap::new(),
            noted: 0,
            calls: BTreeMap::new(),
            asked: BTreeSet::new(),
        }
    }

    pub(super) fn has_said_goodbye(&self) -> bool {
        matches!(self.doing, Doing::Leaves)
    }
}

fn call_of(message: &Message) -> u64 {
    message.purpose.call().unwrap_or(0)
}

impl World {
    pub(super) fn wake_worker(&mut self) {
        if std::mem::replace(&mut self.worker.resting, false) {
            self.soon(10, Event::WorkerSteps);
        }
    }

    pub(super) fn step_worker(&mut self) {
        if !self.worker.alive {
            return;
        }
        let handles = matches!(self.worker.doing, Doing::Handles { .. });
        let next = match std::mem::replace(&mut self.worker.doing, Doing::LooksForWork) {
            Doing::LooksForWork => self.look_for_work(),
            Doing::Takes => self.take(),
            Doing::Notes(message, actions) => {
                if !self.is_flawed(Flaw::ForgetsTheNote) && !self.is_flawed(Flaw::NotesTooLate) {
                    self.note(Activity::Handler(0), call_of(&message));
                }
                self.stories[message.content].noted = true;
                Some(Doing::TellsOfRoom(message, actions))
            }
            Doing::TellsOfRoom(message, actions) => {
                self.carry_out_all(actions);
                Some(Doing::Begins(message))
            }
            Doing::Begins(message) => Some(self.begin(message)),
            Doing::Handles { message, steps } => self.handle(message, steps),
            Doing::Answers(message) => Some(self.answer(&message)),
            Doing::Flushes { panicked } => {
                self.flush();
                let ends = panicked && !self.worker.keeps_on_panic;
                Some(if ends { Doing::RefusesTheRest { panicked } } else { Doing::LooksForWork })
            }
            Doing::RefusesTheRest { panicked } => Some(self.refuse_the_rest(panicked)),
            Doing::Closes => {
                self.note(Activity::Rest, 0);
                Some(Doing::SaysGoodbye)
            }
            Doing::SaysGoodbye => {
                self.say(Packet::Ended(Status::Value), None);
                self.flush();
                Some(Doing::Leaves)
            }
            Doing::Leaves => {
                self.worker.doing = Doing::Leaves;
                return self.die();
            }
        };
        if let Some(next) = next {
            self.worker.doing = next;
            self.soon(if handles { 40 } else { 15 }, Event::WorkerSteps);
        }
    }

    fn take_in(&mut self) {
        while let Some(Frame { packet, about }) = self.to_worker.recv(self.now) {
            let now = self.instant(self.now);
            let inbox = &mut self.worker.inbox;
            match (packet, about) {
                (Packet::Cancel { id }, _) => inbox.cancel(id),
                (Packet::Room { id, channel }, _) => {
                    self.worker.asked.insert(id);
                    inbox.ask_room(id, channel);
                }
                (Packet::Close { until }, _) => inbox.close(until),
                (Packet::Tell(envelope), Some(number)) => {
                    inbox.arrive(Purpose::Tell, envelope, number, now);
                }
                (Packet::Call { id, nested, envelope }, Some(number)) => {
                    self.worker.calls.insert(id, number);
                    inbox.arrive(Purpose::Call { id, nested }, envelope, number, now);
                }
                (packet, _) => unreachable!("no host sends {packet:?}"),
            }
        }
    }

    /// What `Serve::answer_refused` does.
    fn answer_refused(&mut self) {
        self.note_refused();
        let actions = self.worker.inbox.take_answers();
        self.carry_out_all(actions);
    }

    fn carry_out_all(&mut self, actions: Vec<Packet>) {
        for answer in actions {
            let Packet::Answer { id, status } = answer else { unreachable!("{answer:?}") };
            if status == Status::Value {
                if !self.is_flawed(Flaw::KeepsSilentAboutRoom) {
                    self.say(answer, None);
                }
                continue;
            }
            let number = self.worker.calls[&id];
            let runs = u32::from(self.slips(Flaw::RunsWhatItRefused));
            self.stories[number].runs += runs;
            self.stories[number].refusals.push(status);
            self.say(answer, None);
        }
    }

    /// The kernel takes it at once, unless it has no room just now.
    fn say(&mut self, packet: Packet, about: Option<usize>) {
        self.to_host.send(Frame { packet, about });
        if self.random.percent(80) {
            self.flush();
        }
    }

    fn flush(&mut self) {
        // What the kernel has can be read at once, but now and then nobody does for long.
        let at = self.to_host.flush(self.now, 0);
        let most = if self.random.percent(5) { 500 } else { 40 };
        let delay = self.random.below(most);
        self.plan(at + delay, Event::HostReads);
    }

    fn note(&mut self, activity: Activity, call: u64) {
        let left = self.worker.inbox.left();
        self.worker.noted = left.iter().sum();
        let now = self.instant(self.now);
        self.ledger.write(activity, call, left, now);
    }

    fn note_refused(&mut self) {
        if self.worker.inbox.left().iter().sum::<u64>() != self.worker.noted {
            self.note(Activity::Rest, 0);
        }
    }

    fn is_over(&self) -> bool {
        let inbox = &self.worker.inbox;
        let over = inbox.closes_at().is_some_and(|until| until <= self.instant(self.now));
        inbox.is_closing() && (self.worker.laters.is_empty() || over)
    }

    /// Nothing is next if it has to wait for something to do.
    fn look_for_work(&mut self) -> Option<Doing> {
        self.take_in();
        self.answer_refused();
        if self.is_flawed(Flaw::ClosesAtOnce) && self.worker.inbox.is_closing() {
            return Some(Doing::RefusesTheRest { panicked: false });
        }
        if self.worker.inbox.len() > 0 || self.is_over() {
            return Some(Doing::Takes);
        }
        self.worker.resting = true;
        if let Some(until) = self.worker.inbox.closes_at() {
            let left = until.saturating_duration_since(self.instant(self.now));
            self.plan(self.now + left.as_micros() as u64, Event::WorkerWakes);
        }
        None
    }

    fn take(&mut self) -> Option<Doing> {
        let now = self.instant(self.now);
        let taken = self.worker.inbox.take(now);
        let actions = self.worker.inbox.take_answers();
        if let Some(message) = taken {
            return Some(Doing::Notes(message, actions));
        }
        self.note_refused();
        self.carry_out_all(actions);
        let over = self.is_over();
        Some(if over { Doing::RefusesTheRest { panicked: false } } else { Doing::LooksForWork })
    }

    fn begin(&mut self, message: Message) -> Doing {
        let number = message.content;
        let twice = self.slips(Flaw::RunsTwice);
        self.stories[number].runs += 1 + u32::from(twice);
        if let Ending::Later { after, .. } = self.orders[number].ending {
            self.worker.laters.insert(number, call_of(&message));
            if let Some(after) = after {
                self.plan(self.now + after, Event::ThreadAnswers(number));
            }
        }
        Doing::Handles { message, steps: self.orders[number].steps }
    }

    fn handle(&mut self, message: Message, steps: u64) -> Option<Doing> {
        if steps > 0 {
            if self.random.percent(20) {
                // It looks whether it is still wanted.
                self.take_in();
            }
            return Some(Doing::Handles { message, steps: steps - 1 });
        }
        if self.orders[message.content].ending == Ending::Crash {
            self.die();
            return None;
        }
        Some(Doing::Answers(message))
    }

    fn answer(&mut self, message: &Message) -> Doing {
        let (number, id) = (message.content, call_of(message));
        if self.is_flawed(Flaw::NotesTooLate) {
            self.note(Activity::Handler(0), id);
        }
        self.worker.inbox.finish();
        if id == 0 {
            self.note(Activity::Rest, 0);
        }
        let ending = self.orders[number].ending;
        let status = match ending {
            Ending::Value | Ending::Crash => Some(Status::Value),
            Ending::Error => Some(Status::Error),
            Ending::Panic => Some(Status::Panicked),
            Ending::Later { .. } => None,
        };
        let about = Some(number + usize::from(self.slips(Flaw::AnswersAnother)));
        match status {
            _ if id == 0 => {}
            Some(_) if self.slips(Flaw::ForgetsAnswers) => {}
            Some(status) => {
                self.say(Packet::Answer { id, status }, about);
                if self.slips(Flaw::AnswersTwice) {
                    self.say(Packet::Answer { id, status }, about);
                }
            }
            None if self.is_flawed(Flaw::HidesThatItAnswersLater) => {}
            None => self.say(Packet::Deferred { id }, about),
        }
        Doing::Flushes { panicked: ending == Ending::Panic }
    }

    fn refuse_the_rest(&mut self, panicked: bool) -> Doing {
        self.take_in();
        self.worker.inbox.abort();
        let actions = self.worker.inbox.take_answers();
        self.carry_out_all(actions);
        self.flush();
        if panicked {
            self.undisturbed = false;
            return Doing::SaysGoodbye;
        }
        self.note(Activity::Close, 0);
        Doing::Closes
    }

    /// What a `LaterAnswer` does, in whatever thread it is.
    pub(super) fn answer_late(&mut self, number: usize) {
        if !self.worker.alive {
            return;
        }
        let Some(id) = self.worker.laters.remove(&number) else { return };
        if id != 0 {
            let drops = matches!(self.orders[number].ending, Ending::Later { drops: true, .. });
            let status = if drops { Status::Dropped } else { Status::Value };
            self.say(Packet::Answer { id, status }, Some(number));
        }
        self.flush();
        self.wake_worker();
    }
}
