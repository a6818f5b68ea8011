//! What the values are, which version each has, and who waits for a change: no clock, thread or
//! descriptor.

mod emptied;
mod event;
mod history;
mod latest;
mod space;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use self::{emptied::Emptied, space::Space};
use super::value::Stored;

pub(super) use self::{
    event::{Capacity, Client, Wish},
    history::Batch,
    space::{Known, Seen, Versioned},
};

/// What is to be changed at once. `None` removes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Change {
    /// Everything goes first.
    pub(super) clear: bool,
    pub(super) writes: BTreeMap<String, Option<Stored>>,
}

/// How long a turn lasts at most.
const TURN: Duration = Duration::from_millis(100);

/// What somebody waits for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Interest {
    /// What was seen is no longer so.
    Seen(Seen),
    /// There is an update to be given after this version; `None`: after now.
    Updates(Option<u64>, Wish),
    /// The same, but all values are given.
    Change(Option<u64>, Wish),
    /// It is their turn to try a change again, having been too late. Nobody has to wait for that: it
    /// spares many who want the same from being too late all the time.
    Turn,
}

/// Whom a change wakes, and with what.
pub(super) type Woken<A> = Vec<(A, Wake)>;

/// What a wait is answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Wake {
    /// The time is over, and up to this version there was nothing for the waiter; or it is the
    /// waiter's turn.
    Nothing(u64),
    Updates(Batch),
    /// What the waiter asked for, as far as it has changed; `None` if that is too much for one
    /// message.
    Values(Option<Known>),
}

struct Waiter<A> {
    space: String,
    interest: Interest,
    client: Client,
    /// `None`: for as long as it takes.
    until: Option<Instant>,
    answer: A,
}

impl<A> Waiter<A> {
    fn nothing(self) -> (A, Wake) {
        let seen = match self.interest {
            Interest::Updates(seen, _) | Interest::Change(seen, _) => seen,
            Interest::Seen(_) | Interest::Turn => None,
        };
        (self.answer, Wake::Nothing(seen.unwrap_or_default()))
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
    /// Nobody is answered any more.
    ended: bool,
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
            ended: false,
        }
    }

    fn space(&self, name: &str) -> &Space {
        self.spaces.get(name).unwrap_or(&self.untouched)
    }

    pub(super) fn read(&self, space: &str, name: &str) -> Versioned {
        self.space(space).read(name)
    }

    pub(super) fn len(&self, space: &str) -> usize {
        self.space(space).entries.len()
    }

    /// How many updates the namespace has had.
    pub(super) fn version(&self, space: &str) -> u64 {
        self.space(space).history.version()
    }

    pub(super) fn names(&self, space: &str) -> Vec<String> {
        self.space(space).entries.keys().cloned().collect()
    }

    pub(super) fn all(&self, space: &str) -> BTreeMap<String, Stored> {
        let entries = self.space(space).entries.iter();
        entries.map(|(name, (_, stored))| (name.clone(), stored.clone())).collect()
    }

    /// Whether what was seen is still so.
    pub(super) fn holds(&self, space: &str, seen: &Seen) -> bool {
        self.space(space).holds(seen)
    }

    /// Makes a change, unless what was seen has changed. Gives whether it did, and whom that wakes.
    pub(super) fn commit(
        &mut self,
        client: Client,
        space: &str,
        seen: &Seen,
        change: Change,
        now: Instant,
    ) -> (bool, Woken<A>) {
        let done = self.holds(space, seen);
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
    pub(super) fn pop_any(
        &mut self,
        client: Client,
        space: &str,
    ) -> Option<(String, Stored, Woken<A>)> {
        let place = self.spaces.get_mut(space)?;
        let (name, (_, stored)) = place.entries.first_key_value()?;
        let (name, stored) = (name.clone(), stored.clone());
        place.write(name.clone(), None, client);
        Some((name, stored, self.wake(space)))
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
    /// wait at all. Drops it once the state has ended.
    pub(super) fn wait(
        &mut self,
        client: Client,
        space: &str,
        interest: Interest,
        (now, until): (Instant, Option<Instant>),
        answer: A,
    ) -> Option<(A, Wake)> {
        if self.ended {
            return None;
        }
        let is_free = !self.turns.contains_key(space);
        if matches!(interest, Interest::Turn) && is_free {
            self.give_turn(space.to_owned(), client, now);
            return Some((answer, Wake::Nothing(0)));
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
    fn pass_on(&mut self, space: &str, now: Instant) -> Option<(A, Wake)> {
        self.turns.remove(space);
        let is_next =
            |waiter: &Waiter<A>| waiter.space == space && matches!(waiter.interest, Interest::Turn);
        let waiter = self.waiters.remove(self.waiters.iter().position(is_next)?);
        self.give_turn(waiter.space, waiter.client, now);
        Some((waiter.answer, Wake::Nothing(0)))
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

    /// Lets nobody wait any more. Gives the answers of those who do.
    pub(super) fn end(&mut self) -> Vec<A> {
        self.ended = true;
        self.waiters.drain(..).map(|waiter| waiter.answer).collect()
    }
}

/// What a waiter is answered with, if that is to be now.
fn due<A>(space: &Space, waiter: &mut Waiter<A>) -> Option<Wake> {
    match &mut waiter.interest {
        Interest::Seen(seen) => (!space.holds(seen)).then(|| Wake::Values(space.changed(seen))),
        Interest::Turn => None,
        Interest::Updates(seen, wish) => {
            updates(space, seen, wish, waiter.client).map(Wake::Updates)
        }
        Interest::Change(seen, wish) => {
            updates(space, seen, wish, waiter.client).map(|_| Wake::Values(space.all()))
        }
    }
}

fn updates(space: &Space, seen: &mut Option<u64>, wish: &Wish, watcher: Client) -> Option<Batch> {
    let seen = seen.get_or_insert_with(|| space.history.version());
    let batch = space.history.after(*seen, wish, watcher);
    *seen = batch.seen;
    (batch.missed > 0 || !batch.updates.is_empty()).then_some(batch)
}
