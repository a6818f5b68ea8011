//! What is in a queue, and what happens to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use super::{
    dead_items::DeadItems,
    item::{DeadItem, DeadReason, Delivered, ItemBytes, QueueItem},
    question::{Demand, Notice, Question, QueueCaller, QueueReply},
    ready_items::ReadyItems,
};
use crate::error::QueueError;

/// How many bytes of dead letters go into one reply, unless a single one is larger.
const DEAD_BYTES: usize = 8 << 20;

/// How many processes may die with an item.
const DEATHS_MOST: u32 = 3;

/// How much a queue may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueueLimits {
    /// How many items may wait for a receiver.
    pub(crate) items: Option<usize>,
    /// How many bytes all items may have together, also those that are delivered or dead.
    pub(crate) bytes: usize,
}

/// A delivery that is not acknowledged.
pub(super) struct Unacknowledged {
    /// The link and the number of the question that it was delivered for.
    to: (u64, u64),
    place: u64,
    item: QueueItem,
}

/// A queue; `A` is where the reply to a question goes.
pub(crate) struct QueueCore<A> {
    pub(super) limits: QueueLimits,
    pub(super) ready: ReadyItems,
    /// By the number of the delivery.
    deliveries: BTreeMap<u64, Unacknowledged>,
    pub(super) dead: DeadItems,
    /// The bytes of all three.
    pub(super) bytes: usize,
    pub(super) next_place: u64,
    next_delivery: u64,
    pub(super) receivers: Vec<(QueueCaller<A>, Demand)>,
    pub(super) senders: Vec<(QueueCaller<A>, QueueItem)>,
    pub(super) joiners: Vec<QueueCaller<A>>,
    /// The links over which no handle and no delivery is left, except in joins.
    abandoned: BTreeSet<u64>,
    /// The recipients whose death the core will be told of.
    pub(super) watched: BTreeSet<u32>,
    to_watch: Vec<u32>,
    pub(super) replies: Vec<(A, Result<QueueReply, QueueError>)>,
    /// No wait is over before; `None` if none ever is.
    pub(super) quiet_until: Option<Instant>,
}

impl<A> QueueCore<A> {
    pub(crate) fn new(limits: QueueLimits) -> Self {
        Self {
            limits,
            ready: ReadyItems::default(),
            deliveries: BTreeMap::new(),
            dead: DeadItems::default(),
            bytes: 0,
            next_place: 1,
            next_delivery: 1,
            receivers: Vec::new(),
            senders: Vec::new(),
            joiners: Vec::new(),
            abandoned: BTreeSet::new(),
            watched: BTreeSet::new(),
            to_watch: Vec::new(),
            replies: Vec::new(),
            quiet_until: None,
        }
    }

    /// The replies that are decided.
    pub(crate) fn replies(&mut self) -> &mut Vec<(A, Result<QueueReply, QueueError>)> {
        &mut self.replies
    }

    /// A process whose death the core is to be [told](Self::died) of from now on.
    pub(crate) fn next_to_watch(&mut self) -> Option<u32> {
        self.to_watch.pop()
    }

    /// How many items are not acknowledged.
    pub(super) fn unacknowledged(&self) -> usize {
        self.ready.len() + self.deliveries.len()
    }

    /// Answers a question, at once or when it can be answered.
    pub(crate) fn ask(&mut self, caller: QueueCaller<A>, question: Question) {
        if let Some(until) = caller.until {
            self.quiet_until = Some(self.quiet_until.map_or(until, |quiet| quiet.min(until)));
        }
        let reply = match question {
            Question::Send(bytes, recipient) => return self.send(caller, bytes, recipient),
            Question::Receive(demand) => {
                self.receivers.push((caller, demand));
                return self.settle();
            }
            Question::Join => {
                self.joiners.push(caller);
                return self.settle();
            }
            Question::Take(place) => {
                let to = (caller.link, caller.question);
                let delivered = self.deliver(caller.pid, to, place);
                self.settle();
                QueueReply::Delivered(delivered.into_iter().collect())
            }
            Question::Level => {
                let (len, bytes) = (self.ready.len(), self.bytes);
                let full = self.limits.items.is_some_and(|most| len >= most);
                QueueReply::Level(len, full || bytes >= self.limits.bytes)
            }
            Question::DeadLetters => {
                QueueReply::DeadLetters(self.dead.hold(caller.link, caller.question, DEAD_BYTES))
            }
        };
        self.replies.push((caller.reply_to, Ok(reply)));
    }

    fn send(&mut self, caller: QueueCaller<A>, bytes: ItemBytes, recipient: Option<u32>) {
        let (size, limit) = (bytes.size(), self.limits.bytes);
        let refusal = if size > limit {
            QueueError::TooLarge { size, limit }
        } else if self.limits.items.is_none() && self.bytes + size > limit {
            QueueError::Exhausted { limit }
        } else {
            let item = QueueItem::new(bytes, caller.pid, recipient);
            self.senders.push((caller, item));
            return self.settle();
        };
        self.replies.push((caller.reply_to, Err(refusal)));
    }

    /// Does what a notice says that came over `link`.
    pub(crate) fn note(&mut self, link: u64, notice: Notice) {
        match notice {
            Notice::Acknowledge(numbers) => {
                for number in numbers {
                    let acknowledged = self.retrieve(link, number);
                    self.bytes -= acknowledged.map_or(0, |delivery| delivery.item.bytes.size());
                }
            }
            Notice::Return(number) => {
                if let Some(Unacknowledged { place, item, .. }) = self.retrieve(link, number) {
                    self.add(place, item, true);
                }
            }
            Notice::Reject(number) => {
                if let Some(delivery) = self.retrieve(link, number) {
                    self.add_dead(delivery.item, DeadReason::Unreadable);
                }
            }
            Notice::Withdraw(question) => {
                let is_it = |of: u64, by: u64| (of, by) == (link, question);
                self.dead.free(is_it);
                self.take_waiting(|caller| is_it(caller.link, caller.question));
                for Unacknowledged { place, item, .. } in self.retrieve_all(is_it) {
                    self.add(place, item, true);
                }
            }
            Notice::RemoveDeadLetters(question) => self.bytes -= self.dead.remove(link, question),
            Notice::Abandon => drop(self.abandoned.insert(link)),
            Notice::Resume => drop(self.abandoned.remove(&link)),
        }
        self.settle();
    }

    /// A link has ended. What was delivered over it is lost with the process at its other end.
    pub(crate) fn forget(&mut self, link: u64) {
        self.abandoned.remove(&link);
        self.dead.free(|of, _| of == link);
        self.take_waiting(|caller| caller.link == link);
        for Unacknowledged { place, mut item, .. } in self.retrieve_all(|of, _| of == link) {
            item.deaths += 1;
            if item.deaths >= DEATHS_MOST {
                self.add_dead(item, DeadReason::Deaths);
            } else {
                self.add(place, item, true);
            }
        }
        self.settle();
    }

    /// A process is gone, and cannot receive what was sent to it.
    pub(crate) fn died(&mut self, pid: u32) {
        self.watched.remove(&pid);
        for item in self.ready.take_all_for(pid) {
            self.add_dead(item, DeadReason::Recipient);
        }
        self.settle();
    }

    /// Fails all joins if no handle and no delivery is left over any of the queue's `links`.
    pub(crate) fn desert(&mut self, links: usize) {
        if self.abandoned.len() >= links {
            let left = self.unacknowledged();
            let deserted =
                |joiner: QueueCaller<A>| (joiner.reply_to, Err(QueueError::Deserted { left }));
            self.replies.extend(self.joiners.drain(..).map(deserted));
        }
    }

    /// Takes out the delivery with this number if it went over this link.
    fn retrieve(&mut self, link: u64, number: u64) -> Option<Unacknowledged> {
        self.deliveries.get(&number).filter(|delivery| delivery.to.0 == link)?;
        self.deliveries.remove(&number)
    }

    /// Takes out the deliveries for which `is_it` gives `true`, asked by link and question.
    fn retrieve_all(&mut self, is_it: impl Fn(u64, u64) -> bool) -> Vec<Unacknowledged> {
        let is_it = |(_, delivery): &(&u64, &Unacknowledged)| is_it(delivery.to.0, delivery.to.1);
        let numbers: Vec<u64> =
            self.deliveries.iter().filter(is_it).map(|(number, _)| *number).collect();
        numbers.iter().filter_map(|number| self.deliveries.remove(number)).collect()
    }

    /// Delivers the item at a place to a process, if it is there and for that process.
    pub(super) fn deliver(&mut self, pid: u32, to: (u64, u64), place: u64) -> Option<Delivered> {
        let mut item = self.ready.take(place, pid)?;
        let number = self.next_delivery;
        self.next_delivery += 1;
        let (sender, recipient, attempt) = (item.sender, item.recipient, item.deliveries);
        let bytes = item.bytes.clone();
        item.deliveries += 1;
        self.deliveries.insert(number, Unacknowledged { to, place, item });
        Some(Delivered { number, sender, recipient, attempt, bytes })
    }

    /// Adds an item to those that wait for a receiver.
    pub(super) fn add(&mut self, place: u64, item: QueueItem, returns: bool) {
        if let Some(pid) = item.recipient
            && self.watched.insert(pid)
        {
            self.to_watch.push(pid);
        }
        self.ready.add(place, item, returns);
    }

    fn add_dead(&mut self, item: QueueItem, reason: DeadReason) {
        let QueueItem { bytes, sender, recipient, deliveries, .. } = item;
        self.dead.push(DeadItem { bytes, sender, recipient, deliveries, reason });
    }
}
