//! What the values are, which version each has, and who waits for a change: no clock, thread or
//! descriptor.

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
    event::{Capacity, Client, Wish},
    history::Batch,
    operation::{Change, Finding, Interest, Operation},
    space::{Known, Seen, Versioned},
};

/// How long a turn lasts at most.
const TURN: Duration = Duration::from_millis(100);

/// Whom a change wakes, and with what.
pub(super) type Woken<A> = Vec<(A, Finding)>;

struct Waiter<A> {
    space: String,
    interest: Interest,
    client: Client,
    /// `None`: for as long as it takes.
    until: Option<Instant>,
    answer: A,
}

impl<A> Waiter<A> {
    fn nothing(self) -> (A, Finding) {
        let seen = match self.interest {
            Interest::Updates(seen, _) | Interest::Change(seen, _) => seen,
            Interest::Seen(_) | Interest::Turn => None,
        };
        (self.answer, Finding::Nothing(seen.unwrap_or_default()))
    }
}

/// All namespaces, and who waits; `A` is what a waiter is answered with.
pub(super) struct Core<A> {
    spaces: BTreeMap<String, Space>,
    emptied: Emptied,
    waiters: Vec<Waiter<A>>,
    /// What a namespace that was never changed is.
    untouched: Space,
    /// Whose turn it is in a namespace, and until when.
    turns: BTreeMap<String, (Client, Instant)>,
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

    /// Does what is asked; gives whom to answer, and with what.
    pub(super) fn run(
        &mut self,
        client: Client,
        space: &str,
        operation: Operation,
        times: (Instant, Option<Instant>),
        answer: A,
    ) -> Woken<A> {
        let (known, mut woken) = match operation {
            Operation::Wait(interest) => {
                return self.wait(client, space, interest, times, answer).into_iter().collect();
            }
            Operation::Len => {
                return vec![(answer, Finding::Len(self.space(space).entries.len()))];
            }
            Operation::Commit(seen, change) => {
                let (done, woken) = self.commit(client, space, &seen, change, times.0);
                (done.then(|| self.space(space).at_version()), woken)
            }
            Operation::PopAny => self.pop_any(client, space),
            Operation::Read(name, seen) => (self.space(space).read_after(name, &seen), Vec::new()),
            Operation::Names(seen) => (self.space(space).names_after(&seen), Vec::new()),
            Operation::All => (Some(self.space(space).all()), Vec::new()),
            Operation::Version => (Some(self.space(space).at_version()), Vec::new()),
        };
        woken.push((answer, Finding::Values(known)));
        woken
    }

    /// Makes a change, unless what was seen has changed. Gives whether it did, and whom that wakes.
    fn commit(
        &mut self,
        client: Client,
        space: &str,
        seen: &Seen,
        change: Change,
        now: Instant,
    ) -> (bool, Woken<A>) {
        let done = self.space(space).holds(seen);
        let mut woken = Vec::new();
        if done && (change.clear || !change.writes.is_empty()) {
            woken = self.change(client, space, change);
        }
        if self.turns.get(space).is_some_and(|(holder, _)| *holder == client) {
            woken.extend(self.pass_on(space, now));
        }
        (done, woken)
    }

    fn change(&mut self, client: Client, space: &str, mut change: Change) -> Woken<A> {
        let place =
            self.spaces.entry(space.to_owned()).or_insert_with(|| Space::new(self.capacity));
        if change.clear {
            for name in place.entries.keys() {
                change.writes.entry(name.clone()).or_default();
            }
        }
        for (name, value) in change.writes {
            place.write(name, value, client);
        }
        self.wake(space)
    }

    /// Removes some name, if there is one. Gives it with its value, and whom that wakes.
    fn pop_any(&mut self, client: Client, space: &str) -> (Option<Known>, Woken<A>) {
        let Some(name) = self.space(space).entries.keys().next().cloned() else {
            return (None, Vec::new());
        };
        let popped = self.space(space).at(name.clone());
        let change = Change { clear: false, writes: [(name, None)].into() };
        (Some(popped), self.change(client, space, change))
    }

    /// Takes out those whom the last change concerns. Who waits misses nothing: the history is
    /// trimmed only afterwards.
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

    /// Lets somebody wait; gives `answer` back if what they wait for is there, or if they are not to
    /// wait at all.
    fn wait(
        &mut self,
        client: Client,
        space: &str,
        interest: Interest,
        (now, until): (Instant, Option<Instant>),
        answer: A,
    ) -> Option<(A, Finding)> {
        let is_free = !self.turns.contains_key(space);
        if matches!(interest, Interest::Turn) && is_free {
            self.give_turn(space.to_owned(), client, now);
            return Some((answer, Finding::Nothing(0)));
        }
        let mut waiter = Waiter { space: space.to_owned(), interest, client, until, answer };
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

    fn give_turn(&mut self, space: String, client: Client, now: Instant) {
        self.expires_at(now + TURN);
        self.turns.insert(space, (client, now + TURN));
    }

    fn expires_at(&mut self, at: Instant) {
        self.quiet_until = Some(self.quiet_until.map_or(at, |before| before.min(at)));
    }

    /// It is the next one's turn.
    fn pass_on(&mut self, space: &str, now: Instant) -> Option<(A, Finding)> {
        self.turns.remove(space);
        let is_next =
            |waiter: &Waiter<A>| waiter.space == space && matches!(waiter.interest, Interest::Turn);
        let waiter = self.waiters.remove(self.waiters.iter().position(is_next)?);
        self.give_turn(waiter.space, waiter.client, now);
        Some((waiter.answer, Finding::Nothing(0)))
    }

    fn pass_on_where(
        &mut self,
        now: Instant,
        is_over: impl Fn(Client, Instant) -> bool,
    ) -> Woken<A> {
        let over = self.turns.iter().filter(|(_, (holder, until))| is_over(*holder, *until));
        let over: Vec<_> = over.map(|(space, _)| space.clone()).collect();
        over.into_iter().filter_map(|space| self.pass_on(&space, now)).collect()
    }

    /// Those who have waited long enough by `now`, and those whose turn it is because another's has
    /// lasted long enough. Takes no time where there is nobody of either.
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

    /// Lets go of those who waited at the other end of a link that has ended. Gives whose turn it is
    /// then.
    pub(super) fn forget(&mut self, peer: u64, now: Instant) -> Woken<A> {
        self.waiters.retain(|waiter| waiter.client.peer != peer);
        self.pass_on_where(now, |holder, _| holder.peer == peer)
    }

    /// Ends it. Gives the answers of all who wait.
    pub(super) fn into_waiting(self) -> impl Iterator<Item = A> {
        self.waiters.into_iter().map(|waiter| waiter.answer)
    }
}

/// What a waiter is answered with, if that is to be now.
fn due<A>(space: &Space, waiter: &mut Waiter<A>) -> Option<Finding> {
    match &mut waiter.interest {
        Interest::Seen(seen) => (!space.holds(seen)).then(|| Finding::Values(space.changed(seen))),
        Interest::Turn => None,
        Interest::Updates(seen, wish) => {
            updates(space, seen, wish, waiter.client).map(Finding::Updates)
        }
        Interest::Change(seen, wish) => updates(space, seen, wish, waiter.client)
            .map(|_| Finding::Values(space.all().within_limit())),
    }
}

fn updates(space: &Space, seen: &mut Option<u64>, wish: &Wish, watcher: Client) -> Option<Batch> {
    let seen = seen.get_or_insert_with(|| space.history.version());
    let batch = space.history.after(*seen, wish, watcher);
    *seen = batch.seen;
    (batch.missed > 0 || !batch.updates.is_empty()).then_some(batch)
}
