//! Virtual time, and all that is in it.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    time::{Duration, Instant},
};

use super::{
    calling::Host,
    link::Pipe,
    random::Random,
    rules::{Breach, Rule, Story},
    serving::Worker,
};
use crate::{
    protocol::{Packet, Priority},
    transport::Ledger,
};

/// A rule that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    AnswersTwice,
    AnswersAnother,
    ForgetsAnswers,
    ForgetsTheNote,
    NotesTooLate,
    HidesThatItAnswersLater,
    RunsWhatItRefused,
    RunsTwice,
    KeepsSilentAboutRoom,
    ClosesAtOnce,
    DoesNotCount,
    DoesNotReadToTheEnd,
    WakesNobodyAtTheEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    /// A caller does the next thing.
    CallerActs(usize),
    /// A caller whose message was let in sends it.
    CallerSends(usize),
    /// Whoever waits for a request looks whether its outcome is there.
    OutcomeIsTaken(u64),
    /// Whoever waits for a request does so no longer.
    PatienceEnds(u64),
    DoubtEnds(u64),
    HostReads,
    HostCloses {
        grace: Option<u64>,
    },
    HostKills,
    /// The host learns that the process is gone.
    HostConcludes,
    WorkerSteps,
    /// There is something for a resting worker.
    WorkerWakes,
    /// A thread of the worker answers what a handler left to it.
    ThreadAnswers(usize),
}

/// What travels: the outside, and the number of the message that it is about.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) packet: Packet,
    pub(super) about: Option<usize>,
}

/// How a handler ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Value,
    Error,
    Panic,
    Crash,
    /// It answers later, if ever, or drops the promise.
    Later {
        after: Option<u64>,
        drops: bool,
    },
}

/// What a message is and what its handler is going to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub(super) is_call: bool,
    /// Its caller does nothing else meanwhile.
    pub(super) waits: bool,
    pub(super) channel: u16,
    pub(super) priority: Priority,
    pub(super) deadline: Option<u64>,
    pub(super) steps: u64,
    pub(super) ending: Ending,
}

/// How often what goes wrong, in percent.
#[derive(Clone, Copy, Debug)]
struct Climate {
    panics: u64,
    crashes: u64,
    deadlines: u64,
    never_answers: bool,
}

pub(super) const CAPACITIES: [usize; 3] = [1, 2, 4];

#[derive(Debug)]
pub(super) struct World {
    pub(super) random: Random,
    /// In microseconds.
    pub(super) now: u64,
    origin: Instant,
    agenda: BinaryHeap<Reverse<(u64, u64, Event)>>,
    planned: u64,
    climate: Climate,
    pub(super) flaw: Option<Flaw>,
    pub(super) host: Host,
    pub(super) worker: Worker,
    pub(super) ledger: Ledger,
    pub(super) to_worker: Pipe<Frame>,
    pub(super) to_host: Pipe<Frame>,
    pub(super) orders: Vec<Order>,
    pub(super) stories: Vec<Story>,
    pub(super) breaches: Vec<Breach>,
    /// Nothing went wrong in the worker and nobody hurried it.
    pub(super) undisturbed: bool,
}

impl World {
    pub(super) fn new(seed: u64, flaw: Option<Flaw>) -> Self {
        let mut random = Random::new(seed);
        let wild = random.percent(70);
        let mut up_to = |most| if wild { random.below(most) } else { 0 };
        let climate = Climate {
            panics: up_to(5),
            crashes: up_to(5),
            deadlines: up_to(40),
            never_answers: up_to(2) == 1,
        };
        let aging = random.percent(20).then_some(Duration::from_micros(50));
        let mut world = Self {
            worker: Worker::new(aging, random.percent(30)),
            host: Host::new(1 + random.below(5) as usize, 4 + random.below(12)),
            random,
            now: 0,
            origin: Instant::now(),
            agenda: BinaryHeap::new(),
            planned: 0,
            climate,
            flaw,
            ledger: Ledger::memory(CAPACITIES.len()),
            to_worker: Pipe::new(),
            to_host: Pipe::new(),
            orders: Vec::new(),
            stories: Vec::new(),
            breaches: Vec::new(),
            undisturbed: true,
        };
        world.open(wild);
        world
    }

    /// Plans how the run begins and, whatever happens, ends.
    fn open(&mut self, wild: bool) {
        self.plan(0, Event::WorkerSteps);
        (0..self.host.callers.len()).for_each(|caller| self.soon(100, Event::CallerActs(caller)));
        let end = 500 + self.random.below(6000);
        let grace = self.random.below(400);
        let grace = (wild && self.random.percent(40)).then_some(grace);
        self.plan(end, Event::HostCloses { grace });
        if wild && self.random.percent(30) {
            self.soon(6000, Event::HostKills);
        }
        // What never answers would never end either.
        self.plan(200_000, Event::HostKills);
    }

    pub(super) fn instant(&self, at: u64) -> Instant {
        self.origin + Duration::from_micros(at)
    }

    pub(super) fn is_flawed(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    /// Whether a flaw shows that does so now and then.
    pub(super) fn slips(&mut self, flaw: Flaw) -> bool {
        self.is_flawed(flaw) && self.random.percent(10)
    }

    pub(super) fn plan(&mut self, at: u64, event: Event) {
        self.planned += 1;
        self.agenda.push(Reverse((at, self.planned, event)));
    }

    /// Plans it for a moment not further away than this.
    pub(super) fn soon(&mut self, most: u64, event: Event) {
        let at = self.now + self.random.below(most);
        self.plan(at, event);
    }

    pub(super) fn run(&mut self) {
        while let Some(Reverse((at, _, event))) = self.agenda.pop() {
            self.now = at;
            match event {
                Event::CallerActs(caller) => self.act(caller),
                Event::CallerSends(caller) => self.send_admitted(caller),
                Event::OutcomeIsTaken(id) => self.take_outcome(id),
                Event::PatienceEnds(id) => self.end_patience(id),
                Event::DoubtEnds(id) => self.end_doubt(id),
                Event::HostReads => self.read(),
                Event::HostCloses { grace } => self.close(grace),
                Event::HostKills => self.die(),
                Event::HostConcludes => self.conclude(),
                Event::WorkerSteps => self.step_worker(),
                Event::WorkerWakes => self.wake_worker(),
                Event::ThreadAnswers(number) => self.answer_late(number),
            }
        }
    }

    pub(super) fn new_order(&mut self) -> Order {
        let climate = self.climate;
        let random = &mut self.random;
        let fate = random.below(100);
        let after = random.below(400);
        let ending = if fate < climate.panics {
            Ending::Panic
        } else if fate < climate.panics + climate.crashes {
            Ending::Crash
        } else {
            match random.below(10) {
                0 => Ending::Error,
                1 if climate.never_answers && random.percent(30) => {
                    Ending::Later { after: None, drops: false }
                }
                1 | 2 => Ending::Later { after: Some(after), drops: random.percent(20) },
                _ => Ending::Value,
            }
        };
        Order {
            is_call: random.percent(75),
            waits: random.percent(50),
            channel: random.below(CAPACITIES.len() as u64) as u16,
            priority: random.below(5) as Priority - 2,
            deadline: random.percent(climate.deadlines).then(|| random.below(600)),
            steps: random.below(6),
            ending,
        }
    }

    /// The worker's process is gone at once.
    pub(super) fn die(&mut self) {
        if !std::mem::replace(&mut self.worker.alive, false) {
            return;
        }
        self.undisturbed &= self.worker.has_said_goodbye();
        self.to_host.cut();
        self.to_worker.lose();
        self.soon(300, Event::HostConcludes);
    }

    /// What is in a channel and on the way into it is not more than it holds.
    pub(super) fn check_capacity(&mut self, channel: u16) {
        let at = usize::from(channel);
        let inside = self.host.sent[at] - self.worker.inbox.left()[at];
        if inside > CAPACITIES[at] as u64 {
            let what = format!("{inside} in channel {channel}");
            self.breaches.push(Breach::new(Rule::Capacity, what));
        }
    }
}
