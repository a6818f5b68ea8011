//! A queue against a model that keeps everything in lists and looks through all of them.

use std::{collections::BTreeMap, time::Instant};

use proptest::prelude::*;

use super::*;
use crate::error::QueueError;

/// The processes at the other ends of the links 0 to 3.
const PIDS: [u32; 4] = [100, 100, 101, 102];

#[derive(Clone, Debug)]
enum Act {
    Send { link: u64, recipient: Option<u32>, waits: bool },
    Receive { link: u64, most: usize, waits: bool },
    Acknowledge(usize),
    GiveBack(usize),
    Reject(usize),
    Withdraw(u64),
    Gone(u64),
    Died(u32),
    Join { link: u64 },
    Letters { link: u64, end: LettersEnd },
    Expire,
}

/// What becomes of letters on their way.
#[derive(Clone, Copy, Debug)]
enum LettersEnd {
    Arrived,
    Withdrawn,
    Gone,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let link = || 0..PIDS.len() as u64;
    let pid = || prop::sample::select(PIDS.to_vec());
    let act = prop_oneof![
        6 => (link(), prop::option::weighted(0.3, pid()), any::<bool>())
            .prop_map(|(link, recipient, waits)| Act::Send { link, recipient, waits }),
        6 => (link(), 1..4_usize, any::<bool>())
            .prop_map(|(link, most, waits)| Act::Receive { link, most, waits }),
        3 => any::<usize>().prop_map(Act::Acknowledge),
        2 => any::<usize>().prop_map(Act::GiveBack),
        1 => any::<usize>().prop_map(Act::Reject),
        1 => (0..40_u64).prop_map(Act::Withdraw),
        2 => link().prop_map(Act::Gone),
        1 => pid().prop_map(Act::Died),
        1 => link().prop_map(|link| Act::Join { link }),
        1 => (link(), prop::sample::select(vec![
            LettersEnd::Arrived,
            LettersEnd::Withdrawn,
            LettersEnd::Gone,
        ]))
            .prop_map(|(link, end)| Act::Letters { link, end }),
        1 => Just(Act::Expire),
    ];
    prop::collection::vec(act, 0..80)
}

/// A reply, as far as the model knows it.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// Of each its name, the number of the delivery, and how often it was delivered before.
    Delivered(Vec<(u64, u64, u32)>),
    Done,
    Failed(QueueError),
}

fn told(result: Result<QueueReply, QueueError>) -> Told {
    match result {
        Ok(QueueReply::Delivered(items)) => {
            let told = |item: Delivered| (name(&item.bytes), item.number, item.attempt);
            Told::Delivered(items.into_iter().map(told).collect())
        }
        Ok(QueueReply::Done) => Told::Done,
        Ok(other) => panic!("the question was another: {other:?}"),
        Err(error) => Told::Failed(error),
    }
}

fn content(name: u64) -> ItemBytes {
    ItemBytes::encode(&name.to_le_bytes()).unwrap()
}

fn name(bytes: &ItemBytes) -> u64 {
    u64::from_le_bytes(bytes.decode().unwrap())
}

/// How large each item is.
fn size() -> usize {
    content(0).size()
}

#[derive(Clone, Debug)]
struct Thing {
    name: u64,
    recipient: Option<u32>,
    delivered: u32,
    deaths: u32,
}

struct Waiter<T> {
    id: u64,
    link: u64,
    waits: bool,
    what: T,
}

#[derive(Default)]
struct Model {
    items_most: Option<usize>,
    all_most: usize,
    ready: Vec<(u64, Thing)>,
    out: Vec<(u64, u64, u64, u64, Thing)>,
    dead: Vec<u64>,
    places: u64,
    numbers: u64,
    receivers: Vec<Waiter<usize>>,
    senders: Vec<Waiter<Thing>>,
    joiners: Vec<Waiter<()>>,
    told: Vec<(u64, Told)>,
}

impl Model {
    fn all(&self) -> usize {
        self.ready.len() + self.out.len() + self.dead.len()
    }

    fn first_for(&self, link: u64) -> Option<usize> {
        let pid = PIDS[link as usize];
        let is_for = |thing: &Thing| thing.recipient.is_none_or(|recipient| recipient == pid);
        self.ready.iter().position(|(_, thing)| is_for(thing))
    }

    fn come_back(&mut self, place: u64, thing: Thing) {
        let at = self.ready.iter().position(|(other, _)| *other > place);
        self.ready.insert(at.unwrap_or(self.ready.len()), (place, thing));
    }

    fn settle(&mut self) {
        loop {
            let served = (0..self.receivers.len())
                .find_map(|index| Some((index, self.first_for(self.receivers[index].link)?)));
            if let Some((index, first)) = served {
                let Waiter { id, link, what: most, .. } = self.receivers.remove(index);
                let mut told = Vec::new();
                let mut first = Some(first);
                while let Some(at) = first.filter(|_| told.len() < most) {
                    let alone = self.ready[at].1.deaths > 0;
                    if alone && !told.is_empty() {
                        break;
                    }
                    let (place, mut thing) = self.ready.remove(at);
                    self.numbers += 1;
                    told.push((thing.name, self.numbers, thing.delivered));
                    thing.delivered += 1;
                    self.out.push((self.numbers, link, id, place, thing));
                    first = self.first_for(link).filter(|_| !alone);
                }
                self.told.push((id, Told::Delivered(told)));
            } else if !self.senders.is_empty()
                && self.items_most.is_none_or(|most| self.ready.len() < most)
                && self.all() < self.all_most
            {
                let Waiter { id, what, .. } = self.senders.remove(0);
                self.places += 1;
                self.ready.push((self.places, what));
                self.told.push((id, Told::Done));
            } else {
                break;
            }
        }
        if self.ready.len() + self.out.len() == 0 {
            self.told.extend(self.joiners.drain(..).map(|joiner| (joiner.id, Told::Done)));
        }
    }

    fn send(&mut self, id: u64, link: u64, waits: bool, thing: Thing) {
        if self.items_most.is_none() && self.all() >= self.all_most {
            let limit = self.all_most * size();
            self.told.push((id, Told::Failed(QueueError::Exhausted { limit })));
        } else {
            self.senders.push(Waiter { id, link, waits, what: thing });
        }
        self.settle();
    }

    fn withdraw(&mut self, link: u64, id: u64) {
        let is_it = |waiting: (u64, u64)| waiting == (link, id);
        self.receivers.retain(|waiter| !is_it((waiter.link, waiter.id)));
        self.senders.retain(|waiter| !is_it((waiter.link, waiter.id)));
        self.joiners.retain(|waiter| !is_it((waiter.link, waiter.id)));
        let given = |out: &(u64, u64, u64, u64, Thing)| (out.1, out.2) == (link, id);
        while let Some(at) = self.out.iter().position(given) {
            let (.., place, thing) = self.out.remove(at);
            self.come_back(place, thing);
        }
        self.settle();
    }

    fn gone(&mut self, link: u64) {
        self.receivers.retain(|waiter| waiter.link != link);
        self.senders.retain(|waiter| waiter.link != link);
        self.joiners.retain(|waiter| waiter.link != link);
        let (lost, kept) = std::mem::take(&mut self.out).into_iter().partition(|out| out.1 == link);
        self.out = kept;
        let lost: Vec<_> = lost;
        for (.., place, mut thing) in lost {
            thing.deaths += 1;
            match thing.deaths {
                3 => self.dead.push(thing.name),
                _ => self.come_back(place, thing),
            }
        }
        self.settle();
    }

    fn died(&mut self, pid: u32) {
        let is_for = |entry: &(u64, Thing)| entry.1.recipient == Some(pid);
        let (lost, kept) = std::mem::take(&mut self.ready).into_iter().partition(is_for);
        self.ready = kept;
        let lost: Vec<(u64, Thing)> = lost;
        self.dead.extend(lost.into_iter().map(|(_, thing)| thing.name));
        self.settle();
    }

    fn expire(&mut self) {
        let timeout = |id| (id, Told::Failed(QueueError::Timeout));
        let receivers = self.receivers.extract_if(.., |waiter| !waiter.waits);
        self.told.extend(receivers.map(|waiter| timeout(waiter.id)));
        let senders = self.senders.extract_if(.., |waiter| !waiter.waits);
        self.told.extend(senders.map(|waiter| timeout(waiter.id)));
        self.settle();
    }
}

/// A queue and its model, to which the same happens.
struct Pair {
    core: QueueCore<u64>,
    model: Model,
    now: Instant,
    next: u64,
}

impl Pair {
    fn new(items: Option<usize>, all: usize) -> Self {
        let core = QueueCore::new(QueueLimits { items, bytes: all * size() });
        let model = Model { items_most: items, all_most: all, ..Model::default() };
        Self { core, model, now: Instant::now(), next: 0 }
    }

    fn ask(&mut self, link: u64, waits: bool) -> QueueCaller<u64> {
        self.next += 1;
        let until = if waits { None } else { Some(self.now) };
        QueueCaller {
            link,
            pid: PIDS[link as usize],
            question: self.next,
            until,
            reply_to: self.next,
        }
    }

    /// One of the deliveries: its number, and over which link it went.
    fn delivery(&self, pick: usize) -> Option<(u64, u64)> {
        let open = self.model.out.len();
        (open > 0).then(|| (self.model.out[pick % open].0, self.model.out[pick % open].1))
    }

    fn retrieve(&mut self, number: u64) -> (u64, Thing) {
        let at = self.model.out.iter().position(|out| out.0 == number).unwrap();
        let (.., place, thing) = self.model.out.remove(at);
        (place, thing)
    }

    /// Asks for the dead letters until there are none, one at a time.
    fn letters(&mut self, link: u64, end: LettersEnd) {
        self.next += 1;
        let ticket = self.next;
        let mut names = Vec::new();
        while let [letter] = &*self.core.dead.hold(link, ticket, 1) {
            names.push(name(&letter.bytes));
        }
        assert_eq!(names, self.model.dead);
        // No other link gets them or says what becomes of them.
        assert!(self.core.dead.hold(link + 1, ticket, usize::MAX).is_empty());
        self.core.note(link + 1, Notice::RemoveDeadLetters(ticket));
        self.core.note(link + 1, Notice::Withdraw(ticket));
        match end {
            LettersEnd::Arrived => {
                self.core.note(link, Notice::RemoveDeadLetters(ticket));
                self.model.dead.clear();
                self.model.settle();
            }
            LettersEnd::Withdrawn => self.core.note(link, Notice::Withdraw(ticket)),
            LettersEnd::Gone => {
                self.core.forget(link);
                self.model.gone(link);
            }
        }
    }

    fn happens(&mut self, act: &Act) {
        match *act {
            Act::Send { link, recipient, waits } => {
                let ask = self.ask(link, waits);
                let (id, name) = (self.next, self.next);
                self.core.ask(ask, Question::Send(content(name), recipient));
                let thing = Thing { name, recipient, delivered: 0, deaths: 0 };
                self.model.send(id, link, waits, thing);
            }
            Act::Receive { link, most, waits } => {
                let ask = self.ask(link, waits);
                self.core.ask(ask, Question::Receive(Demand::First(most)));
                self.model.receivers.push(Waiter { id: self.next, link, waits, what: most });
                self.model.settle();
            }
            Act::Acknowledge(pick) => {
                let Some((number, link)) = self.delivery(pick) else { return };
                // Another link cannot say so.
                self.core.note(link + 1, Notice::Acknowledge(vec![number]));
                self.core.note(link, Notice::Acknowledge(vec![number]));
                self.retrieve(number);
                self.model.settle();
            }
            Act::GiveBack(pick) => {
                let Some((number, link)) = self.delivery(pick) else { return };
                self.core.note(link, Notice::Return(number));
                let (place, thing) = self.retrieve(number);
                self.model.come_back(place, thing);
                self.model.settle();
            }
            Act::Reject(pick) => {
                let Some((number, link)) = self.delivery(pick) else { return };
                self.core.note(link, Notice::Reject(number));
                let (_, thing) = self.retrieve(number);
                self.model.dead.push(thing.name);
                self.model.settle();
            }
            Act::Withdraw(id) => {
                for link in 0..PIDS.len() as u64 {
                    self.core.note(link, Notice::Withdraw(id));
                    self.model.withdraw(link, id);
                }
            }
            Act::Gone(link) => {
                self.core.forget(link);
                self.model.gone(link);
            }
            Act::Died(pid) => {
                self.core.died(pid);
                self.model.died(pid);
            }
            Act::Join { link } => {
                let ask = self.ask(link, true);
                self.core.ask(ask, Question::Join);
                self.model.joiners.push(Waiter { id: self.next, link, waits: true, what: () });
                self.model.settle();
            }
            Act::Letters { link, end } => self.letters(link, end),
            Act::Expire => {
                self.core.expire(self.now);
                self.model.expire();
            }
        }
    }

    fn agree(&mut self) {
        let answers: Vec<_> =
            self.core.replies().drain(..).map(|(id, result)| (id, told(result))).collect();
        assert_eq!(answers, std::mem::take(&mut self.model.told));
        assert_eq!(self.core.ready.len(), self.model.ready.len());
        assert_eq!(self.core.bytes, self.model.all() * size());
        let waits = |waiters: &[bool]| waiters.iter().any(|waits| !waits);
        let receivers: Vec<bool> = self.model.receivers.iter().map(|w| w.waits).collect();
        let senders: Vec<bool> = self.model.senders.iter().map(|w| w.waits).collect();
        let expires = waits(&receivers) || waits(&senders);
        assert_eq!(self.core.next_expiry(), expires.then_some(self.now));
        // Of everything that is addressed the death of its recipient will be told.
        for pid in self.model.ready.iter().filter_map(|(_, thing)| thing.recipient) {
            assert!(self.core.watched.contains(&pid));
        }
    }
}

proptest! {
    #[test]
    fn it_does_what_the_model_does(
        acts in acts(),
        items in prop::option::of(1..4_usize),
        all in 3..12_usize,
    ) {
        let mut pair = Pair::new(items, all);
        for act in &acts {
            pair.happens(act);
            pair.agree();
        }
    }

    /// Whatever happens between two looks, who looks sees everything that is for it once, each time
    /// that it comes, and in order.
    #[test]
    fn who_looks_sees_everything_once(acts in acts(), looks in prop::collection::vec(0..4_u8, 80)) {
        let mut pair = Pair::new(None, usize::MAX / size());
        let mut cursor = Cursor::default();
        // What was seen, and how often it had been delivered then.
        let mut seen: BTreeMap<u64, u32> = BTreeMap::new();
        for (act, look) in acts.iter().zip(looks) {
            pair.happens(act);
            pair.agree();
            for _ in 0..look {
                let ask = pair.ask(2, false);
                pair.core.ask(ask, Question::Receive(Demand::Look(cursor)));
                pair.core.expire(pair.now);
                pair.model.expire();
                let mine = pair.next;
                let answers = std::mem::take(pair.core.replies());
                let mut offer = None;
                for (id, result) in answers {
                    match result {
                        Ok(QueueReply::Offered(items, seen)) if id == mine => offer = Some((items, seen)),
                        result if id == mine => assert_eq!(result, Err(QueueError::Timeout)),
                        result => pair.model.told.retain(|told| *told != (id, self::told(result.clone()))),
                    }
                }
                assert!(pair.model.told.is_empty());
                let visible: Vec<(u64, u64, u32)> = pair
                    .model
                    .ready
                    .iter()
                    .filter(|(_, thing)| thing.recipient.is_none_or(|pid| pid == PIDS[2]))
                    .map(|(place, thing)| (*place, thing.name, thing.delivered))
                    .collect();
                let is_new = |(_, name, delivered): &&(u64, u64, u32)| seen.get(name) != Some(delivered);
                let unseen: Vec<_> = visible.iter().filter(is_new).copied().collect();
                let Some((offered, after)) = offer else {
                    assert!(unseen.is_empty(), "{unseen:?}");
                    continue;
                };
                cursor = after;
                let places: Vec<u64> = offered.iter().map(|(place, _)| *place).collect();
                assert!(places.is_sorted());
                for (place, content) in offered {
                    let found = unseen.iter().find(|(other, ..)| *other == place).unwrap();
                    assert_eq!(found.1, name(&content));
                    seen.insert(found.1, found.2);
                }
            }
        }
    }
}

fn core() -> QueueCore<u64> {
    QueueCore::new(QueueLimits { items: None, bytes: usize::MAX })
}

fn ask(link: u64, until: Option<Instant>, answer: u64) -> QueueCaller<u64> {
    QueueCaller { link, pid: PIDS[link as usize], question: answer, until, reply_to: answer }
}

#[test]
fn joins_fail_when_all_links_are_abandoned() {
    let mut core = core();
    core.ask(ask(0, None, 1), Question::Send(content(1), None));
    core.ask(ask(0, None, 2), Question::Join);
    core.ask(ask(2, None, 3), Question::Join);
    core.replies().clear();
    core.note(0, Notice::Abandon);
    core.desert(2);
    assert!(core.replies().is_empty());
    core.note(2, Notice::Abandon);
    core.desert(3);
    assert!(core.replies().is_empty());
    core.note(0, Notice::Resume);
    core.desert(2);
    assert!(core.replies().is_empty());
    core.note(0, Notice::Abandon);
    core.desert(2);
    let deserted = || Err(QueueError::Deserted { left: 1 });
    assert_eq!(std::mem::take(core.replies()), [(2, deserted()), (3, deserted())]);
    core.desert(2);
    assert!(core.replies().is_empty());
    // Links that have ended are not counted.
    core.ask(ask(2, None, 4), Question::Join);
    core.forget(0);
    core.desert(1);
    assert_eq!(std::mem::take(core.replies()), [(4, deserted())]);
}

/// A cursor comes from another process, which may write anything.
#[test]
fn a_cursor_behind_everything_shows_nothing() {
    let mut pair = Pair::new(None, 9);
    let ask = pair.ask(0, true);
    pair.core.ask(ask, Question::Send(content(1), None));
    pair.core.replies().clear();
    let ask = pair.ask(0, true);
    let cursor = Cursor { place: u64::MAX, returned: u64::MAX };
    pair.core.ask(ask, Question::Receive(Demand::Look(cursor)));
    assert!(pair.core.replies().is_empty());
}
