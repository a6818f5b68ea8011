//! What the values are, which version each has, and which callers wait for a change: no clock, thread
//! or descriptor.

mod emptied;
mod event;
mod history;
mod latest;
mod operation;
mod space;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use self::{emptied::Emptied, space::Space};

pub(super) use self::{
    event::{Caller, Capacity, Filter},
    history::Batch,
    operation::{Change, Finding, Operation, Subscription},
    space::{Known, Seen, Versioned},
};

/// How long a turn lasts at most.
const TURN: Duration = Duration::from_millis(100);

/// The waits that are over, and what each gives.
pub(super) type Woken<A> = Vec<(A, Finding)>;

struct Waiter<A> {
    space: String,
    subscription: Subscription,
    caller: Caller,
    /// `None`: for as long as it takes.
    until: Option<Instant>,
    answer: A,
}

impl<A> Waiter<A> {
    fn nothing(self) -> (A, Finding) {
        let seen = match self.subscription {
            Subscription::Updates(seen, _) | Subscription::Change(seen, _) => seen,
            Subscription::Seen(_) | Subscription::Turn => None,
        };
        (self.answer, Finding::Nothing(seen.unwrap_or_default()))
    }
}

/// All namespaces and all waits; `A` is where the answer to a wait goes.
pub(super) struct Core<A> {
    spaces: BTreeMap<String, Space>,
    emptied: Emptied,
    waiters: Vec<Waiter<A>>,
    /// What a namespace that was never changed is.
    untouched: Space,
    /// The caller that has the turn in a namespace, and until when.
    turns: BTreeMap<String, (Caller, Instant)>,
    /// Nothing expires before; `None`: nothing does.
    quiet_until: Option<Instant>,
    capacity: Capacity,
}

impl<A> Core<A> {
    pub(super) fn new(capacity: Capacity) -> Self {
        Self {
            spaces: BTreeMap::new(),
            emptied: Emptied::default(),
            waiters: Vec::new(),
            untouched: Space::new(capacity),
            turns: BTreeMap::new(),
            quiet_until: None,
            capacity,
        }
    }

    fn space(&self, name: &str) -> &Space {
        self.spaces.get(name).unwrap_or(&self.untouched)
    }

    /// Does an operation. Gives what it found, unless it waits, and the waits that are over by it.
    pub(super) fn run(
        &mut self,
        caller: Caller,
        space: &str,
        operation: Operation,
        times: (Instant, Option<Instant>),
        answer: A,
    ) -> Woken<A> {
        let (known, mut woken) = match operation {
            Operation::Wait(subscription) => {
                return self.wait(caller, space, subscription, times, answer).into_iter().collect();
            }
            Operation::Len => {
                return vec![(answer, Finding::Len(self.space(space).entries.len()))];
            }
            Operation::Commit(seen, change) => {
                let (done, woken) = self.commit(caller, space, &seen, change, times.0);
                (done.then(|| self.space(space).at_version()), woken)
            }
            Operation::PopAny => self.pop_any(caller, space),
            Operation::Read(name, seen) => (self.space(space).read_after(name, &seen), Vec::new()),
            Operation::Names(seen) => (self.space(space).names_after(&seen), Vec::new()),
            Operation::All => (Some(self.space(space).all()), Vec::new()),
            Operation::Version => (Some(self.space(space).at_version()), Vec::new()),
        };
        woken.push((answer, Finding::Values(known)));
        woken
    }

    /// Makes a change, unless what was seen has changed. Gives whether it did, and the waits
    /// that are over by it.
    fn commit(
        &mut self,
        caller: Caller,
        space: &str,
        seen: &Seen,
        change: Change,
        now: Instant,
    ) -> (bool, Woken<A>) {
        let done = self.space(space).holds(seen);
        let mut woken = Vec::new();
        if done && (change.clear || !change.writes.is_empty()) {
            woken = self.change(caller, space, change);
        }
        if self.turns.get(space).is_some_and(|(holder, _)| *holder == caller) {
            woken.extend(self.pass_on(space, now));
        }
        (done, woken)
    }

    fn change(&mut self, caller: Caller, space: &str, mut change: Change) -> Woken<A> {
        let place =
            self.spaces.entry(space.to_owned()).or_insert_with(|| Space::new(self.capacity));
        if change.clear {
            for name in place.entries.keys() {
                change.writes.entry(name.clone()).or_default();
            }
        }
        for (name, value) in change.writes {
            place.write(name, value, caller);
        }
        self.wake(space)
    }

    /// Removes a name, if there is one. Gives it with its value, and the waits that are over by it.
    fn pop_any(&mut self, caller: Caller, space: &str) -> (Option<Known>, Woken<A>) {
        let Some(name) = self.space(space).entries.keys().next().cloned() else {
            return (None, Vec::new());
        };
        let popped = self.space(space).at(name.clone());
        let change = Change { clear: false, writes: [(name, None)].into() };
        (Some(popped), self.change(caller, space, change))
    }

    /// Takes out the waits that the last change ends. A waiter misses nothing: the history is trimmed
    /// only afterwards.
    fn wake(&mut self, space: &str) -> Woken<A> {
        let Some(place) = self.spaces.get_mut(space) else { return Vec::new() };
        let mut woken = Vec::new();
        let mut index = 0;
        while let Some(waiter) = self.waiters.get_mut(index) {
            match (waiter.space == space).then(|| due(place, waiter)).flatten() {
                Some(wake) => woken.push((self.waiters.remove(index).answer, wake)),
                None => index += 1,
            }
        }
        place.history.trim();
        let is_empty = place.entries.is_empty();
        let oldest = self.emptied.note(space, is_empty);
        if let Some(oldest) = oldest.and_then(|oldest| self.spaces.get_mut(&oldest)) {
            oldest.forget();
        }
        woken
    }

    /// Begins a wait; gives `answer` back if what it waits for is there, or if it has no time.
    fn wait(
        &mut self,
        caller: Caller,
        space: &str,
        subscription: Subscription,
        (now, until): (Instant, Option<Instant>),
        answer: A,
    ) -> Option<(A, Finding)> {
        let is_free = !self.turns.contains_key(space);
        if matches!(subscription, Subscription::Turn) && is_free {
            self.give_turn(space.to_owned(), caller, now);
            return Some((answer, Finding::Nothing(0)));
        }
        let mut waiter = Waiter { space: space.to_owned(), subscription, caller, until, answer };
        match due(self.space(space), &mut waiter) {
            Some(wake) => Some((waiter.answer, wake)),
            None if until.is_some_and(|until| until <= now) => Some(waiter.nothing()),
            None => {
                if let Some(until) = waiter.until {
                    self.expires_at(until);
                }
                self.waiters.push(waiter);
                None
            }
        }
    }

    fn give_turn(&mut self, space: String, caller: Caller, now: Instant) {
        self.expires_at(now + TURN);
        self.turns.insert(space, (caller, now + TURN));
    }

    fn expires_at(&mut self, at: Instant) {
        self.quiet_until = Some(self.quiet_until.map_or(at, |before| before.min(at)));
    }

    /// Gives the turn in a namespace to the next wait for it.
    fn pass_on(&mut self, space: &str, now: Instant) -> Option<(A, Finding)> {
        self.turns.remove(space);
        let is_next = |waiter: &Waiter<A>| {
            waiter.space == space && matches!(waiter.subscription, Subscription::Turn)
        };
        let waiter = self.waiters.remove(self.waiters.iter().position(is_next)?);
        self.give_turn(waiter.space, waiter.caller, now);
        Some((waiter.answer, Finding::Nothing(0)))
    }

    fn pass_on_where(
        &mut self,
        now: Instant,
        is_over: impl Fn(Caller, Instant) -> bool,
    ) -> Woken<A> {
        let over = self.turns.iter().filter(|(_, (holder, until))| is_over(*holder, *until));
        let over: Vec<_> = over.map(|(space, _)| space.clone()).collect();
        over.into_iter().filter_map(|space| self.pass_on(&space, now)).collect()
    }

    /// The waits whose time is over by `now`, and those whose turn it is because another's is over.
    /// Returns at once if nothing is over by then.
    pub(super) fn expired(&mut self, now: Instant) -> Woken<A> {
        if self.quiet_until.is_none_or(|until| now < until) {
            return Vec::new();
        }
        let expired =
            self.waiters.extract_if(.., |waiter| waiter.until.is_some_and(|until| until <= now));
        let mut woken: Vec<_> = expired.map(Waiter::nothing).collect();
        woken.extend(self.pass_on_where(now, |_, until| until <= now));
        self.quiet_until = self.next_expiry();
        woken
    }

    /// When there is next something expired.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        let turns = self.turns.values().map(|(_, until)| *until);
        self.waiters.iter().filter_map(|waiter| waiter.until).chain(turns).min()
    }

    /// Drops the waits of a link that has ended. Gives the waits whose turn it is then.
    pub(super) fn forget(&mut self, link: u64, now: Instant) -> Woken<A> {
        self.waiters.retain(|waiter| waiter.caller.link != link);
        self.pass_on_where(now, |holder, _| holder.link == link)
    }

    /// Ends it. Gives where the answers to all waits go.
    pub(super) fn into_waiting(self) -> impl Iterator<Item = A> {
        self.waiters.into_iter().map(|waiter| waiter.answer)
    }
}

/// What a waiter is answered with, if that is to be now.
fn due<A>(space: &Space, waiter: &mut Waiter<A>) -> Option<Finding> {
    match &mut waiter.subscription {
        Subscription::Seen(seen) => {
            (!space.holds(seen)).then(|| Finding::Values(space.changed(seen)))
        }
        Subscription::Turn => None,
        Subscription::Updates(seen, filter) => {
            updates(space, seen, filter, waiter.caller).map(Finding::Updates)
        }
        Subscription::Change(seen, filter) => updates(space, seen, filter, waiter.caller)
            .map(|_| Finding::Values(space.all().within_limit())),
    }
}

fn updates(
    space: &Space,
    seen: &mut Option<u64>,
    filter: &Filter,
    watcher: Caller,
) -> Option<Batch> {
    let seen = seen.get_or_insert_with(|| space.history.version());
    let batch = space.history.after(*seen, filter, watcher);
    *seen = batch.seen;
    (batch.missed > 0 || !batch.updates.is_empty()).then_some(batch)
}
