//! What is in a queue, who has what of it, and who waits: no clock, thread or descriptor.

mod item;
mod letters;
mod ready;
#[cfg(test)]
mod tests;
mod waiting;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use self::{letters::Letters, ready::Ready, waiting::Wish};
use crate::error::QueueError;

pub(super) use self::waiting::Ask;
pub use item::DeadReason;
pub(super) use item::{Content, Cursor, Dead, Handed, Item, Reply};

/// How many of those that an item was delivered to may die with it.
const DEATHS_MOST: u32 = 3;

/// What a queue may hold.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Limits {
    /// How many items may wait for a receiver.
    pub(super) items: Option<usize>,
    /// How many bytes there may be, of all items, also those that are delivered or dead.
    pub(super) bytes: usize,
}

struct Out {
    link: u64,
    ticket: u64,
    place: u64,
    item: Item,
}

/// A queue; `A` is what those who wait are answered with.
pub(super) struct Core<A> {
    limits: Limits,
    ready: Ready,
    /// What was delivered and is not acknowledged, by the number of the delivery.
    out: BTreeMap<u64, Out>,
    dead: Letters,
    /// The bytes of all three.
    bytes: usize,
    next_place: u64,
    next_number: u64,
    receivers: VecDeque<(Ask<A>, Wish)>,
    senders: VecDeque<(Ask<A>, Item)>,
    joiners: Vec<Ask<A>>,
    /// The links over which no handle and no delivery is left, but for joins.
    abandoned: BTreeSet<u64>,
    /// The processes whose death will be told.
    watched: BTreeSet<u32>,
    /// The processes whose death is to be told from now on.
    to_watch: Vec<u32>,
    answers: Vec<(A, Result<Reply, QueueError>)>,
    ended: bool,
}

impl<A> Core<A> {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            ready: Ready::default(),
            out: BTreeMap::new(),
            dead: Letters::default(),
            bytes: 0,
            next_place: 1,
            next_number: 1,
            receivers: VecDeque::new(),
            senders: VecDeque::new(),
            joiners: Vec::new(),
            abandoned: BTreeSet::new(),
            watched: BTreeSet::new(),
            to_watch: Vec::new(),
            answers: Vec::new(),
            ended: false,
        }
    }

    /// Who is to be answered with what.
    pub(super) fn answers(&mut self) -> Vec<(A, Result<Reply, QueueError>)> {
        std::mem::take(&mut self.answers)
    }

    /// Whose death is to be told from now on with [`died`](Self::died).
    pub(super) fn next_to_watch(&mut self) -> Option<u32> {
        self.to_watch.pop()
    }

    /// How many items wait for a receiver, and whether there is no room for more.
    pub(super) fn level(&self) -> (usize, bool) {
        let full = self.limits.items.is_some_and(|most| self.ready.len() >= most);
        (self.ready.len(), full || self.bytes >= self.limits.bytes)
    }

    /// Somebody sends an item, and waits until there is room for it.
    pub(super) fn send(&mut self, ask: Ask<A>, item: Item) {
        let limit = self.limits.bytes;
        let refusal = if item.content.size() > limit {
            Some(QueueError::TooLarge { size: item.content.size(), limit })
        } else if self.limits.items.is_none() && self.bytes + item.content.size() > limit {
            Some(QueueError::Exhausted { limit })
        } else {
            None
        };
        match refusal {
            Some(error) => self.answers.push((ask.answer, Err(error))),
            None => self.senders.push_back((ask, item)),
        }
        self.settle();
    }

    /// Somebody wants the first items for them, one at least and so many at most.
    pub(super) fn receive(&mut self, ask: Ask<A>, most: usize) {
        self.receivers.push_back((ask, Wish::First(most.max(1))));
        self.settle();
    }

    /// Somebody wants to see what there is for them behind `cursor`.
    pub(super) fn look(&mut self, ask: Ask<A>, cursor: Cursor) {
        self.receivers.push_back((ask, Wish::Look(cursor)));
        self.settle();
    }

    /// Somebody has seen the item at `place` and wants it, unless it is gone.
    pub(super) fn take(&mut self, link: u64, pid: u32, ticket: u64, place: u64) -> Option<Handed> {
        let item = self.ready.take(place, pid)?;
        let handed = self.hand(link, ticket, place, item);
        self.settle();
        Some(handed)
    }

    /// A delivery is done with.
    pub(super) fn acknowledge(&mut self, link: u64, number: u64) {
        let Some(out) = self.retrieve(link, number) else { return };
        self.bytes -= out.item.content.size();
        self.settle();
    }

    /// An item that was delivered comes back to its place.
    pub(super) fn give_back(&mut self, link: u64, number: u64) {
        let Some(out) = self.retrieve(link, number) else { return };
        self.enter(out.place, out.item, true);
        self.settle();
    }

    /// An item that was delivered cannot be read.
    pub(super) fn reject(&mut self, link: u64, number: u64) {
        let Some(out) = self.retrieve(link, number) else { return };
        self.bury(out.item, DeadReason::Unreadable);
        self.settle();
    }

    /// Whoever asked with this ticket does not wait any more, and has got nothing.
    pub(super) fn withdraw(&mut self, link: u64, ticket: u64) {
        self.dead.take_back(|of, by| (of, by) == (link, ticket));
        if self.give_up(link, ticket).is_some() {
            return;
        }
        for Out { place, item, .. } in self.take_out(|out| (out.link, out.ticket) == (link, ticket))
        {
            self.enter(place, item, true);
        }
        self.settle();
    }

    /// A link has ended; what was delivered over it was lost with the process at its other end.
    pub(super) fn gone(&mut self, link: u64) {
        self.abandoned.remove(&link);
        self.dead.take_back(|of, _| of == link);
        self.receivers.retain(|(ask, _)| ask.link != link);
        self.senders.retain(|(ask, _)| ask.link != link);
        self.joiners.retain(|ask| ask.link != link);
        for Out { place, mut item, .. } in self.take_out(|out| out.link == link) {
            item.deaths += 1;
            if item.deaths >= DEATHS_MOST {
                self.bury(item, DeadReason::Deaths);
            } else {
                self.enter(place, item, true);
            }
        }
        self.settle();
    }

    /// A process is gone, and what was sent to it is for nobody.
    pub(super) fn died(&mut self, pid: u32) {
        self.watched.remove(&pid);
        for item in self.ready.take_all_for(pid) {
            self.bury(item, DeadReason::Recipient);
        }
        self.settle();
    }

    /// Answers when everything is acknowledged.
    pub(super) fn join(&mut self, ask: Ask<A>) {
        self.joiners.push(ask);
        self.settle();
    }

    /// Over this link no handle and no delivery is left, but for joins.
    pub(super) fn abandon(&mut self, link: u64) {
        self.abandoned.insert(link);
    }

    /// Over this link there is a handle again, which a join has given back.
    pub(super) fn resume(&mut self, link: u64) {
        self.abandoned.remove(&link);
    }

    /// Fails all joins if no handle and no delivery is left over any of the queue's `links`.
    pub(super) fn desert(&mut self, links: usize) {
        if self.abandoned.len() >= links {
            let left = self.ready.len() + self.out.len();
            let deserted = |ask: Ask<A>| (ask.answer, Err(QueueError::Deserted { left }));
            self.answers.extend(self.joiners.drain(..).map(deserted));
        }
    }

    /// The first dead letters, as many as have so many bytes, or one. Whoever asks gets others each
    /// time, and nobody else gets these, until the ticket is withdrawn or
    /// [everything is there](Self::keep_letters).
    pub(super) fn letters(&mut self, link: u64, ticket: u64, most: usize) -> Vec<Dead> {
        self.dead.lend(link, ticket, most)
    }

    /// All letters that were given for this ticket have arrived.
    pub(super) fn keep_letters(&mut self, link: u64, ticket: u64) {
        self.bytes -= self.dead.release(link, ticket);
        self.settle();
    }

    /// What was delivered with this number over this link.
    fn retrieve(&mut self, link: u64, number: u64) -> Option<Out> {
        if self.out.get(&number)?.link != link {
            return None;
        }
        self.out.remove(&number)
    }

    /// All that was delivered and that this holds for.
    fn take_out(&mut self, is_it: impl Fn(&Out) -> bool) -> Vec<Out> {
        let numbers = self.out.iter().filter(|(_, out)| is_it(out)).map(|(number, _)| *number);
        let numbers: Vec<u64> = numbers.collect();
        numbers.iter().filter_map(|number| self.out.remove(number)).collect()
    }

    fn hand(&mut self, link: u64, ticket: u64, place: u64, mut item: Item) -> Handed {
        let number = self.next_number;
        self.next_number += 1;
        let handed = Handed {
            number,
            sender: item.sender,
            recipient: item.recipient,
            attempt: item.delivered,
            content: item.content.clone(),
        };
        item.delivered += 1;
        self.out.insert(number, Out { link, ticket, place, item });
        handed
    }

    /// An item comes to wait for a receiver.
    fn enter(&mut self, place: u64, item: Item, returns: bool) {
        if let Some(pid) = item.recipient
            && self.watched.insert(pid)
        {
            self.to_watch.push(pid);
        }
        self.ready.put(place, item, returns);
    }

    fn bury(&mut self, item: Item, reason: DeadReason) {
        let Item { content, sender, recipient, delivered, .. } = item;
        self.dead.put(Dead { content, sender, recipient, delivered, reason });
    }
}
