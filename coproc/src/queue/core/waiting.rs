//! Who waits for what, and is served when.

use std::time::Instant;

use super::{Core, Cursor, Handed, Item, Reply};
use crate::error::QueueError;

/// How many bytes of items are given at once, unless one alone has more.
const ANSWER_BYTES: usize = 1 << 20;

/// Who asks for something, until when, and what to answer with.
pub(in crate::queue) struct Ask<A> {
    /// The link that it came over.
    pub(in crate::queue) link: u64,
    /// The process at its other end.
    pub(in crate::queue) pid: u32,
    /// What it can be withdrawn by.
    pub(in crate::queue) ticket: u64,
    pub(in crate::queue) until: Option<Instant>,
    pub(in crate::queue) answer: A,
}

/// What somebody waits for.
pub(super) enum Wish {
    /// The first items, so many at most.
    First(usize),
    Look(Cursor),
}

impl<A> Core<A> {
    /// Answers those who have waited long enough by `now`.
    pub(in crate::queue) fn expire(&mut self, now: Instant) {
        let over = |ask: &Ask<A>| ask.until.is_some_and(|until| until <= now);
        let timeout = |ask: Ask<A>| (ask.answer, Err(QueueError::Timeout));
        let waiting = self.receivers.len() + self.senders.len();
        for (ask, wish) in std::mem::take(&mut self.receivers) {
            match over(&ask) {
                true => self.answers.push(timeout(ask)),
                false => self.receivers.push_back((ask, wish)),
            }
        }
        for (ask, item) in std::mem::take(&mut self.senders) {
            match over(&ask) {
                true => self.answers.push(timeout(ask)),
                false => self.senders.push_back((ask, item)),
            }
        }
        if self.receivers.len() + self.senders.len() < waiting {
            self.settle();
        }
    }

    /// When the next has waited long enough.
    pub(in crate::queue) fn next_expiry(&self) -> Option<Instant> {
        let receivers = self.receivers.iter().map(|(ask, _)| ask.until);
        let senders = self.senders.iter().map(|(ask, _)| ask.until);
        receivers.chain(senders).flatten().min()
    }

    /// Whoever asked with this ticket does not wait any more; `None` if they were answered before.
    pub(in crate::queue) fn give_up(&mut self, link: u64, ticket: u64) -> Option<A> {
        let is_it = |ask: &Ask<A>| (ask.link, ask.ticket) == (link, ticket);
        let ask = if let Some(at) = self.receivers.iter().position(|(ask, _)| is_it(ask)) {
            self.receivers.remove(at)?.0
        } else if let Some(at) = self.senders.iter().position(|(ask, _)| is_it(ask)) {
            self.senders.remove(at)?.0
        } else {
            let at = self.joiners.iter().position(is_it)?;
            self.joiners.remove(at)
        };
        self.settle();
        Some(ask.answer)
    }

    /// The queue ends, for all who wait and for those who come.
    pub(in crate::queue) fn end(&mut self) {
        self.ended = true;
        self.settle();
    }

    /// Does all that can be done now.
    pub(super) fn settle(&mut self) {
        if self.ended {
            return self.release();
        }
        loop {
            self.serve();
            if !self.admit() {
                break;
            }
        }
        if self.ready.len() + self.out.len() == 0 {
            for joiner in self.joiners.drain(..) {
                self.answers.push((joiner.answer, Ok(Reply::Done)));
            }
        }
    }

    fn release(&mut self) {
        let receivers = self.receivers.drain(..).map(|(ask, _)| ask);
        let senders = self.senders.drain(..).map(|(ask, _)| ask);
        let all = receivers.chain(senders).chain(self.joiners.drain(..));
        self.answers.extend(all.map(|ask| (ask.answer, Err(QueueError::Ended))));
    }

    /// Lets those who wait have what is there for them, the first of them first.
    fn serve(&mut self) {
        let mut index = 0;
        while self.ready.len() > 0 && index < self.receivers.len() {
            let (ask, wish) = &self.receivers[index];
            let reply = match wish {
                Wish::First(most) => {
                    let (link, pid, ticket, most) = (ask.link, ask.pid, ask.ticket, *most);
                    self.hand_first(link, pid, ticket, most).map(Reply::Handed)
                }
                Wish::Look(cursor) => {
                    self.ready.offer(ask.pid, *cursor, self.next_place).map(Reply::Offered)
                }
            };
            match reply {
                Some(reply) => {
                    if let Some((ask, _)) = self.receivers.remove(index) {
                        self.answers.push((ask.answer, Ok(reply)));
                    }
                }
                None => index += 1,
            }
        }
    }

    /// Gives somebody the first items for them, as many as are there and go into one answer. What
    /// somebody has died with goes alone, so that the next death is put down to nothing else.
    fn hand_first(&mut self, link: u64, pid: u32, ticket: u64, most: usize) -> Option<Vec<Handed>> {
        let mut handed = Vec::new();
        let mut bytes = 0;
        while handed.len() < most
            && let Some(first) = self.ready.see_first(pid)
        {
            let (size, alone) = (first.content.size(), first.deaths > 0);
            if !handed.is_empty() && (alone || bytes + size > ANSWER_BYTES) {
                break;
            }
            let Some((place, item)) = self.ready.take_first(pid) else { break };
            bytes += size;
            handed.push(self.hand(link, ticket, place, item));
            if alone {
                break;
            }
        }
        (!handed.is_empty()).then_some(handed)
    }

    /// Lets in what the first sender has, if there is room; `false` if nobody came in.
    fn admit(&mut self) -> bool {
        let has_room = |item: &Item| {
            self.limits.items.is_none_or(|most| self.ready.len() < most)
                && self.bytes + item.content.size() <= self.limits.bytes
        };
        if !self.senders.front().is_some_and(|(_, item)| has_room(item)) {
            return false;
        }
        let Some((ask, item)) = self.senders.pop_front() else { return false };
        self.bytes += item.content.size();
        let place = self.next_place;
        self.next_place += 1;
        self.enter(place, item, false);
        self.answers.push((ask.answer, Ok(Reply::Sent)));
        true
    }
}
