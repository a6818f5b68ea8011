//! The values of a state, the version of each, and the waits for changes: no clock, thread or
//! descriptor.

mod emptied;
mod history;
mod latest;
mod operation;
mod past_update;
mod space;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use self::{emptied::Emptied, space::Space};
use crate::error::StateError;

pub(super) use self::{
    history::UpdateBatch,
    operation::{Change, Finding, Operation, Subscription},
    past_update::{Capacity, Filter, HandleId},
    space::{Known, Seen, Versioned},
};

/// How long a turn lasts at most.
const TURN: Duration = Duration::from_millis(100);

struct StateWait<A> {
    space: String,
    subscription: Subscription,
    handle: HandleId,
    /// `None` if it waits as long as it takes.
    until: Option<Instant>,
    answer: A,
}

impl<A> StateWait<A> {
    fn nothing(self) -> (A, Result<Finding, StateError>) {
        let seen = match self.subscription {
            Subscription::Updates(seen, _) | Subscription::Change(seen, _) => seen,
            Subscription::Seen(_) | Subscription::Turn => None,
        };
        (self.answer, Ok(Finding::Nothing(seen.unwrap_or_default())))
    }
}

/// All namespaces and all waits; `A` is where the answer to a wait goes.
pub(super) struct StateCore<A> {
    spaces: BTreeMap<String, Space>,
    emptied: Emptied,
    waiters: Vec<StateWait<A>>,
    /// Stands for every namespace that was never changed.
    untouched: Space,
    /// The handle that has the turn in a namespace, and until when.
    turns: BTreeMap<String, (HandleId, Instant)>,
    /// No wait and no turn is over before; `None` if none ever is.
    quiet_until: Option<Instant>,
    capacity: Capacity,
    /// The replies of operations that are done and of waits that are over.
    replies: Vec<(A, Result<Finding, StateError>)>,
}

impl<A> StateCore<A> {
    pub(super) fn new(capacity: Capacity) -> Self {
        Self {
            spaces: BTreeMap::new(),
            emptied: Emptied::default(),
            waiters: Vec::new(),
            untouched: Space::new(capacity),
            turns: BTreeMap::new(),
            quiet_until: None,
            capacity,
            replies: Vec::new(),
        }
    }

    fn space(&self, name: &str) -> &Space {
        self.spaces.get(name).unwrap_or(&self.untouched)
    }

    /// Does an operation at the first of these moments; a wait lasts until the second at most.
    pub(super) fn run(
        &mut self,
        handle: HandleId,
        space: &str,
        operation: Operation,
        times: (Instant, Option<Instant>),
        answer: A,
    ) {
        let known = match operation {
            Operation::Wait(subscription) => {
                return self.wait(handle, space, subscription, times, answer);
            }
            Operation::Len => {
                let len = self.space(space).entries.len();
                return self.reply(answer, Finding::Len(len));
            }
            Operation::Commit(seen, change) => {
                let done = self.commit(handle, space, &seen, change, times.0);
                done.then(|| self.space(space).at_version())
            }
            Operation::PopAny => self.pop_any(handle, space),
            Operation::Read(name, seen) => self.space(space).read_after(name, &seen),
            Operation::Names(seen) => self.space(space).names_after(&seen),
            Operation::All => Some(self.space(space).all()),
            Operation::Version => Some(self.space(space).at_version()),
        };
        self.reply(answer, Finding::Values(known));
    }

    /// The replies that are decided.
    pub(super) fn replies(&mut self) -> &mut Vec<(A, Result<Finding, StateError>)> {
        &mut self.replies
    }

    fn reply(&mut self, answer: A, finding: Finding) {
        self.replies.push((answer, Ok(finding)));
    }

    /// Makes a change, unless what was seen has changed. Gives whether it did.
    fn commit(
        &mut self,
        handle: HandleId,
        space: &str,
        seen: &Seen,
        change: Change,
        now: Instant,
    ) -> bool {
        let done = self.space(space).holds(seen);
        if done && (change.clear || !change.writes.is_empty()) {
            self.change(handle, space, change);
        }
        if self.turns.get(space).is_some_and(|(holder, _)| *holder == handle) {
            self.pass_on(space, now);
        }
        done
    }

    fn change(&mut self, handle: HandleId, space: &str, mut change: Change) {
        let place =
            self.spaces.entry(space.to_owned()).or_insert_with(|| Space::new(self.capacity));
        if change.clear {
            for name in place.entries.keys() {
                change.writes.entry(name.clone()).or_default();
            }
        }
        for (name, value) in change.writes {
            place.write(name, value, handle);
        }
        self.wake(space);
    }

    /// Removes a name, if there is one. Gives it with its value.
    fn pop_any(&mut self, handle: HandleId, space: &str) -> Option<Known> {
        let name = self.space(space).entries.keys().next()?.clone();
        let popped = self.space(space).at(name.clone());
        self.change(handle, space, Change { clear: false, writes: [(name, None)].into() });
        Some(popped)
    }

    /// Ends the waits that the last change ends. A waiter misses nothing: the history is trimmed only
    /// afterwards.
    fn wake(&mut self, space: &str) {
        let Some(place) = self.spaces.get_mut(space) else { return };
        let mut index = 0;
        while let Some(waiter) = self.waiters.get_mut(index) {
            match (waiter.space == space).then(|| due(place, waiter)).flatten() {
                Some(finding) => {
                    self.replies.push((self.waiters.remove(index).answer, Ok(finding)));
                }
                None => index += 1,
            }
        }
        place.history.trim();
        let is_empty = place.entries.is_empty();
        let oldest = self.emptied.note(space, is_empty);
        if let Some(oldest) = oldest.and_then(|oldest| self.spaces.get_mut(&oldest)) {
            oldest.forget();
        }
    }

    /// Begins a wait. It ends at once if it is due, or if its time is over.
    fn wait(
        &mut self,
        handle: HandleId,
        space: &str,
        subscription: Subscription,
        (now, until): (Instant, Option<Instant>),
        answer: A,
    ) {
        if matches!(subscription, Subscription::Turn) && !self.turns.contains_key(space) {
            self.give_turn(space.to_owned(), handle, now);
            return self.reply(answer, Finding::Nothing(0));
        }
        let mut waiter = StateWait { space: space.to_owned(), subscription, handle, until, answer };
        if let Some(finding) = due(self.space(space), &mut waiter) {
            self.reply(waiter.answer, finding);
        } else if until.is_some_and(|until| until <= now) {
            self.replies.push(waiter.nothing());
        } else {
            until.into_iter().for_each(|until| self.expires_at(until));
            self.waiters.push(waiter);
        }
    }

    fn give_turn(&mut self, space: String, handle: HandleId, now: Instant) {
        self.expires_at(now + TURN);
        self.turns.insert(space, (handle, now + TURN));
    }

    fn expires_at(&mut self, at: Instant) {
        self.quiet_until = Some(self.quiet_until.map_or(at, |before| before.min(at)));
    }

    /// Gives the turn in a namespace to the next wait for it.
    fn pass_on(&mut self, space: &str, now: Instant) {
        self.turns.remove(space);
        let is_next = |waiter: &StateWait<A>| {
            waiter.space == space && matches!(waiter.subscription, Subscription::Turn)
        };
        let Some(next) = self.waiters.iter().position(is_next) else { return };
        let waiter = self.waiters.remove(next);
        self.give_turn(waiter.space, waiter.handle, now);
        self.reply(waiter.answer, Finding::Nothing(0));
    }

    fn pass_on_where(&mut self, now: Instant, is_over: impl Fn(HandleId, Instant) -> bool) {
        let over = self.turns.iter().filter(|(_, (holder, until))| is_over(*holder, *until));
        let over: Vec<_> = over.map(|(space, _)| space.clone()).collect();
        over.iter().for_each(|space| self.pass_on(space, now));
    }

    /// Ends the waits whose time is over by `now`, and passes on the turns that are. Returns at once
    /// if nothing is over by then.
    pub(super) fn expire(&mut self, now: Instant) {
        if self.quiet_until.is_none_or(|until| now < until) {
            return;
        }
        let expired =
            self.waiters.extract_if(.., |waiter| waiter.until.is_some_and(|until| until <= now));
        self.replies.extend(expired.map(StateWait::nothing));
        self.pass_on_where(now, |_, until| until <= now);
        self.quiet_until = self.next_expiry();
    }

    /// No wait and no turn is over before; `None` if none ever is.
    pub(super) fn quiet_until(&self) -> Option<Instant> {
        self.quiet_until
    }

    /// When there is next something expired.
    pub(super) fn next_expiry(&mut self) -> Option<Instant> {
        let turns = self.turns.values().map(|(_, until)| *until);
        self.waiters.iter().filter_map(|waiter| waiter.until).chain(turns).min()
    }

    /// Drops the waits of a link that has ended, and passes its turns on.
    pub(super) fn forget(&mut self, link: u64, now: Instant) {
        self.waiters.retain(|waiter| waiter.handle.link != link);
        self.pass_on_where(now, |holder, _| holder.link == link);
    }

    /// Where the replies to the waits go.
    pub(super) fn waiting(&mut self) -> impl Iterator<Item = &mut A> {
        self.waiters.iter_mut().map(|waiter| &mut waiter.answer)
    }
}

/// The answer to a wait, if it is due.
fn due<A>(space: &Space, waiter: &mut StateWait<A>) -> Option<Finding> {
    match &mut waiter.subscription {
        Subscription::Seen(seen) => {
            (!space.holds(seen)).then(|| Finding::Values(space.changed(seen)))
        }
        Subscription::Turn => None,
        Subscription::Updates(seen, filter) => {
            updates(space, seen, filter, waiter.handle).map(Finding::Updates)
        }
        Subscription::Change(seen, filter) => updates(space, seen, filter, waiter.handle)
            .map(|_| Finding::Values(space.all().within_limit())),
    }
}

fn updates(
    space: &Space,
    seen: &mut Option<u64>,
    filter: &Filter,
    watcher: HandleId,
) -> Option<UpdateBatch> {
    let seen = seen.get_or_insert_with(|| space.history.version());
    let batch = space.history.after(*seen, filter, watcher);
    *seen = batch.seen;
    (batch.missed > 0 || !batch.updates.is_empty()).then_some(batch)
}
