//! Which waiting caller is served when.

use std::time::Instant;

use super::{
    item::{Delivered, QueueItem},
    question::{Demand, QueueCaller, QueueReply},
    queue_core::QueueCore,
};
use crate::error::QueueError;

/// How many bytes of items are delivered at once, unless a single one is larger.
const REPLY_BYTES: usize = 1 << 20;

impl<A> QueueCore<A> {
    /// Ends the waits whose time is over by `now`. Returns at once if nothing is over by then.
    pub(crate) fn expire(&mut self, now: Instant) {
        if self.quiet_until.is_none_or(|until| now < until) {
            return;
        }
        let over = self.take_waiting(|caller| caller.until.is_some_and(|until| until <= now));
        let timeout = |caller: QueueCaller<A>| (caller.reply_to, Err(QueueError::Timeout));
        self.replies.extend(over.into_iter().map(timeout));
        self.quiet_until = self.next_expiry();
        self.settle();
    }

    /// No wait is over before; `None` if none ever is.
    pub(crate) fn quiet_until(&self) -> Option<Instant> {
        self.quiet_until
    }

    /// When there is next something to expire.
    pub(crate) fn next_expiry(&mut self) -> Option<Instant> {
        self.quiet_until?;
        self.waiting().filter_map(|caller| caller.until).min()
    }

    /// The callers that wait.
    pub(crate) fn waiting(&mut self) -> impl Iterator<Item = &mut QueueCaller<A>> {
        let receivers = self.receivers.iter_mut().map(|(caller, _)| caller);
        let senders = self.senders.iter_mut().map(|(caller, _)| caller);
        receivers.chain(senders).chain(&mut self.joiners)
    }

    /// Takes out the callers that wait and for which `is_it` gives `true`.
    pub(super) fn take_waiting(
        &mut self,
        is_it: impl Fn(&QueueCaller<A>) -> bool,
    ) -> Vec<QueueCaller<A>> {
        let receivers = self.receivers.extract_if(.., |(caller, _)| is_it(caller));
        let senders = self.senders.extract_if(.., |(caller, _)| is_it(caller));
        let joiners = self.joiners.extract_if(.., |caller| is_it(caller));
        let receivers_and_senders = receivers.map(|(c, _)| c).chain(senders.map(|(c, _)| c));
        receivers_and_senders.chain(joiners).collect()
    }

    /// Serves every caller that can be served.
    pub(super) fn settle(&mut self) {
        loop {
            self.serve();
            if !self.admit() {
                break;
            }
        }
        if self.unacknowledged() == 0 {
            let done = |joiner: QueueCaller<A>| (joiner.reply_to, Ok(QueueReply::Done));
            self.replies.extend(self.joiners.drain(..).map(done));
        }
    }

    /// Serves the receivers, in the order in which they came.
    fn serve(&mut self) {
        let mut index = 0;
        while self.ready.len() > 0 && index < self.receivers.len() {
            let (caller, demand) = &self.receivers[index];
            let reply = match *demand {
                Demand::First(most) => {
                    let (pid, to) = (caller.pid, (caller.link, caller.question));
                    self.deliver_first(pid, to, most).map(QueueReply::Delivered)
                }
                Demand::Look(cursor) => self
                    .ready
                    .offer(caller.pid, cursor, self.next_place)
                    .map(|(items, seen)| QueueReply::Offered(items, seen)),
            };
            match reply {
                Some(reply) => {
                    self.replies.push((self.receivers.remove(index).0.reply_to, Ok(reply)));
                }
                None => index += 1,
            }
        }
    }

    /// Delivers the first items for a process: as many as there are and fit into one reply. An item
    /// that a process has died with goes alone, so that no other is blamed for the next death.
    fn deliver_first(&mut self, pid: u32, to: (u64, u64), most: usize) -> Option<Vec<Delivered>> {
        let mut delivered = Vec::new();
        let mut bytes = 0;
        while delivered.len() < most.max(1)
            && let Some((place, first)) = self.ready.first(pid)
        {
            let alone = first.deaths > 0;
            bytes += first.bytes.size();
            if !delivered.is_empty() && (alone || bytes > REPLY_BYTES) {
                break;
            }
            delivered.extend(self.deliver(pid, to, place));
            if alone {
                break;
            }
        }
        (!delivered.is_empty()).then_some(delivered)
    }

    /// Admits the item of the first sender, if there is room; `false` if it admits none.
    fn admit(&mut self) -> bool {
        let has_room = |item: &QueueItem| {
            self.limits.items.is_none_or(|most| self.ready.len() < most)
                && self.bytes + item.bytes.size() <= self.limits.bytes
        };
        if !self.senders.first().is_some_and(|(_, item)| has_room(item)) {
            return false;
        }
        let (caller, item) = self.senders.remove(0);
        self.bytes += item.bytes.size();
        let place = self.next_place;
        self.next_place += 1;
        self.add(place, item, false);
        self.replies.push((caller.reply_to, Ok(QueueReply::Done)));
        true
    }
}
