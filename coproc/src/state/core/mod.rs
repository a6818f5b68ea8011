//! What the values are, which version each has, and who waits for a change: no clock, thread or
//! descriptor.

mod emptied;
mod event;
mod history;
mod latest;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use self::{emptied::Emptied, event::Event, history::History};
use super::value::Stored;

pub(super) use self::{
    event::{Capacity, Client, Wish},
    history::Batch,
};

/// Which versions somebody has seen. The version of what is not there is 0.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) names: BTreeMap<String, u64>,
    /// The version of the whole namespace, if all of it was looked at.
    pub(super) whole: Option<u64>,
}

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
    /// It is their turn to try a change again, having been too late. Nobody has to wait for that: it
    /// spares many who want the same from being too late all the time.
    Turn,
}

/// A value with its version.
pub(super) type Versioned = (u64, Option<Stored>);

/// Whom a change wakes, and with what.
pub(super) type Woken<A> = Vec<(A, Batch)>;

struct Space {
    entries: BTreeMap<String, (u64, Stored)>,
    history: History,
}

impl Space {
    fn write(&mut self, name: String, after: Option<Stored>, author: Client) {
        let version = self.history.version() + 1;
        let before = match &after {
            Some(stored) => self.entries.insert(name.clone(), (version, stored.clone())),
            None => self.entries.remove(&name),
        };
        let before = before.map(|(_, stored)| stored);
        if before.is_some() || after.is_some() {
            self.history.push(Event::new(name, before, after, author));
        }
    }

    /// Keeps only the number of updates that there were. A map that was emptied still has room.
    fn forget(&mut self) {
        (self.entries, self.history) = (BTreeMap::new(), self.history.forgotten());
    }
}

struct Waiter<A> {
    space: String,
    interest: Interest,
    client: Client,
    /// `None`: for as long as it takes.
    until: Option<Instant>,
    answer: A,
}

/// All namespaces, and who waits; `A` is what a waiter is answered with.
pub(super) struct Core<A> {
    spaces: BTreeMap<String, Space>,
    emptied: Emptied,
    waiters: Vec<Waiter<A>>,
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
            turns: BTreeMap::new(),
            quiet_until: None,
            capacity,
            ended: false,
        }
    }

    pub(super) fn read(&self, space: &str, name: &str) -> Versioned {
        match self.spaces.get(space).and_then(|space| space.entries.get(name)) {
            Some((version, stored)) => (*version, Some(stored.clone())),
            None => (0, None),
        }
    }

    pub(super) fn len(&self, space: &str) -> usize {
        self.spaces.get(space).map_or(0, |space| space.entries.len())
    }

    /// How many updates the namespace has had.
    pub(super) fn version(&self, space: &str) -> u64 {
        version(self.spaces.get(space))
    }

    pub(super) fn names(&self, space: &str) -> Vec<String> {
        let entries = self.spaces.get(space).into_iter().flat_map(|space| &space.entries);
        entries.map(|(name, _)| name.clone()).collect()
    }

    pub(super) fn all(&self, space: &str) -> BTreeMap<String, Stored> {
        let entries = self.spaces.get(space).into_iter().flat_map(|space| &space.entries);
        entries.map(|(name, (_, stored))| (name.clone(), stored.clone())).collect()
    }

    /// Whether what was seen is still so.
    pub(super) fn holds(&self, space: &str, seen: &Seen) -> bool {
        holds(self.spaces.get(space), seen)
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
        let place = self.spaces.entry(space.to_owned()).or_insert_with(|| Space {
            entries: BTreeMap::new(),
            history: History::new(self.capacity),
        });
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
            match (waiter.space == space).then(|| due(Some(place), waiter)).flatten() {
                Some(batch) => woken.push((self.waiters.remove(index).answer, batch)),
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

    /// Lets somebody wait; gives `answer` back if what they wait for is there. Drops it once the
    /// state has ended.
    pub(super) fn wait(
        &mut self,
        client: Client,
        space: &str,
        interest: Interest,
        (now, until): (Instant, Option<Instant>),
        answer: A,
    ) -> Option<(A, Batch)> {
        if self.ended {
            return None;
        }
        let is_free = !self.turns.contains_key(space);
        if matches!(interest, Interest::Turn) && is_free {
            self.give_turn(space.to_owned(), client, now);
            return Some((answer, Batch::default()));
        }
        let mut waiter = Waiter { space: space.to_owned(), interest, client, until, answer };
        match due(self.spaces.get(space), &mut waiter) {
            Some(batch) => Some((waiter.answer, batch)),
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
    fn pass_on(&mut self, space: &str, now: Instant) -> Option<(A, Batch)> {
        self.turns.remove(space);
        let is_next =
            |waiter: &Waiter<A>| waiter.space == space && matches!(waiter.interest, Interest::Turn);
        let waiter = self.waiters.remove(self.waiters.iter().position(is_next)?);
        self.give_turn(waiter.space, waiter.client, now);
        Some((waiter.answer, Batch::default()))
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
        let nothing = |interest| match interest {
            Interest::Updates(Some(seen), _) => Batch { seen, ..Batch::default() },
            _ => Batch::default(),
        };
        let mut woken: Vec<_> =
            expired.map(|waiter| (waiter.answer, nothing(waiter.interest))).collect();
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
fn due<A>(space: Option<&Space>, waiter: &mut Waiter<A>) -> Option<Batch> {
    match &mut waiter.interest {
        Interest::Seen(seen) => (!holds(space, seen)).then(Batch::default),
        Interest::Turn => None,
        Interest::Updates(seen, wish) => {
            let seen = seen.get_or_insert_with(|| version(space));
            let batch = space?.history.after(*seen, wish, waiter.client);
            *seen = batch.seen;
            (batch.missed > 0 || !batch.updates.is_empty()).then_some(batch)
        }
    }
}

fn version(space: Option<&Space>) -> u64 {
    space.map_or(0, |space| space.history.version())
}

fn holds(space: Option<&Space>, seen: &Seen) -> bool {
    let version_of = |name: &String| {
        space.and_then(|space| space.entries.get(name)).map_or(0, |(version, _)| *version)
    };
    seen.whole.is_none_or(|whole| whole == version(space))
        && seen.names.iter().all(|(name, seen)| version_of(name) == *seen)
}
