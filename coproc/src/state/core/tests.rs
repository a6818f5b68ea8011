//! The core against all that was ever written, which a model simply keeps.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    time::Duration,
};

use proptest::prelude::*;

use super::{super::update::Update, emptied::EMPTIED_MOST, *};
use crate::state::value::{Stored, store};

const SPACES: [&str; 2] = ["default", "jobs"];
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// Something that a caller does, or that happens to it; numbers choose among what is there.
#[derive(Clone, Debug)]
enum Move {
    Commit { by: HandleId, space: usize, change: Written, on: Option<usize> },
    PopAny { by: HandleId, space: usize },
    Look { space: usize, names: Vec<usize>, whole: bool },
    Watch { by: HandleId, space: usize, filter: Filter, from_start: bool },
    Ask { watcher: usize, patience: u64 },
    AskForLook { by: HandleId, look: usize, patience: u64 },
    Later(u64),
    Gone(u64),
}

/// A change, with numbers for names and values.
type Written = (bool, BTreeMap<usize, Option<u8>>);

fn callers() -> impl Strategy<Value = HandleId> {
    (0..3_u64, 0..2_u64).prop_map(|(link, handle)| HandleId { link, handle })
}

fn filters() -> impl Strategy<Value = Filter> {
    let names = || {
        let numbers = prop::collection::btree_set(0..NAMES.len(), 0..3);
        numbers.prop_map(|numbers| numbers.into_iter().map(|name| NAMES[name].to_owned()).collect())
    };
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (prop::option::of(names()), names(), flags).prop_map(|(only, except, flags)| {
        let (own, identical, live) = flags;
        Filter { only, except, own, identical, live }
    })
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let values = prop::option::weighted(0.8, 0..3_u8);
    let writes = prop::collection::btree_map(0..NAMES.len(), values, 0..4);
    let change = (prop::bool::weighted(0.05), writes);
    let space = || 0..SPACES.len();
    let look = prop::option::weighted(0.3, any::<usize>());
    let a_move = prop_oneof![
        8 => (callers(), space(), change, look)
            .prop_map(|(by, space, change, on)| Move::Commit { by, space, change, on }),
        1 => (callers(), space()).prop_map(|(by, space)| Move::PopAny { by, space }),
        2 => (space(), prop::collection::vec(0..NAMES.len(), 0..3), prop::bool::weighted(0.3))
            .prop_map(|(space, names, whole)| Move::Look { space, names, whole }),
        2 => (callers(), space(), filters(), any::<bool>()).prop_map(
            |(by, space, filter, from_start)| Move::Watch { by, space, filter, from_start }
        ),
        6 => (any::<usize>(), 0..20_u64)
            .prop_map(|(watcher, patience)| Move::Ask { watcher, patience }),
        2 => (callers(), any::<usize>(), 0..20_u64)
            .prop_map(|(by, look, patience)| Move::AskForLook { by, look, patience }),
        1 => (0..10_u64).prop_map(Move::Later),
        1 => (0..3_u64).prop_map(Move::Gone),
    ];
    prop::collection::vec(a_move, 0..60)
}

#[derive(Clone, Debug)]
struct Write {
    name: &'static str,
    before: Option<Stored>,
    after: Option<Stored>,
    by: HandleId,
}

/// One who watches, or waits for what was seen to change.
#[derive(Clone, Debug)]
struct Watcher {
    by: HandleId,
    space: usize,
    filter: Filter,
    look: Option<Seen>,
    seen: usize,
    /// When it stops waiting, if it waits.
    until: Option<u64>,
}

struct Model {
    core: StateCore<usize>,
    start: Instant,
    now: u64,
    kept: usize,
    /// All that was ever written.
    logs: [Vec<Write>; SPACES.len()],
    looks: Vec<(usize, Seen)>,
    watchers: Vec<Watcher>,
}

/// What a core has found since.
fn found<A>(core: &mut StateCore<A>) -> Vec<(A, Finding)> {
    core.replies().drain(..).map(|(answer, found)| (answer, found.unwrap())).collect()
}

impl Model {
    fn new(kept: usize) -> Self {
        let capacity = Capacity { updates: kept, bytes: usize::MAX };
        let (core, start) = (StateCore::new(capacity), Instant::now());
        let (logs, looks, watchers) = (Default::default(), Vec::new(), Vec::new());
        Self { core, start, now: 0, kept, logs, looks, watchers }
    }

    fn value(&self, space: usize, name: &str) -> Versioned {
        let last = self.logs[space].iter().rposition(|write| write.name == name);
        let after = last.and_then(|at| self.logs[space][at].after.clone());
        (after.as_ref().and(last).map_or(0, |at| at as u64 + 1), after)
    }

    fn holds(&self, space: usize, seen: &Seen) -> bool {
        seen.names.iter().all(|(name, version)| self.value(space, name).0 == *version)
            && seen.whole.is_none_or(|whole| whole == self.logs[space].len() as u64)
    }

    /// What of `seen` a wait is told.
    fn changed(&self, space: usize, seen: &Seen) -> Known {
        let version = self.logs[space].len() as u64;
        let now = seen.names.keys().map(|name| (name.clone(), self.value(space, name)));
        let values = now.filter(|(name, (version, _))| seen.names[name] != *version).collect();
        let there = NAMES.into_iter().filter(|name| self.value(space, name).1.is_some());
        let names = seen.whole.filter(|whole| *whole != version);
        let names = names.map(|_| there.map(str::to_owned).collect());
        Known { version, values, names }
    }

    /// What a watcher is to be given if this many of the first updates are not kept.
    fn due(&self, watcher: &Watcher, gone: usize) -> Option<Finding> {
        if let Some(look) = &watcher.look {
            let changed = || Finding::Values(Some(self.changed(watcher.space, look)));
            return (!self.holds(watcher.space, look)).then(changed);
        }
        let Watcher { by, filter, .. } = watcher;
        let log = &self.logs[watcher.space];
        let wanted = |write: &Write| {
            filter.only.as_ref().is_none_or(|only| only.contains(write.name))
                && !filter.except.contains(write.name)
                && (filter.own || write.by != *by)
                && (filter.identical || write.before != write.after)
        };
        let lasts = self.last_changes(watcher.space);
        let is_known = |at: &usize| *at >= gone || lasts.contains(at);
        let known: Vec<usize> = (watcher.seen..log.len()).filter(is_known).collect();
        let given: Vec<usize> = known.iter().copied().filter(|at| wanted(&log[*at])).collect();
        let mut end = log.len();
        if filter.live {
            let is_last = |at: &&usize| {
                !given.iter().any(|other| other > *at && log[*other].name == log[**at].name)
            };
            let first = given.iter().find(is_last).copied();
            end = first.map_or(end, |at| at + 1);
        }
        let skipped = |at: usize| filter.live && given.contains(&at) && at + 1 < end;
        // What is not kept and not given is missed, and what is skipped.
        let missed = |range: Range<usize>| {
            range.filter(|at| skipped(*at) || (*at < gone && !given.contains(at))).count() as u64
        };
        let mut seen = watcher.seen;
        let mut updates = Vec::new();
        for at in given.iter().copied().filter(|at| *at < end && !skipped(*at)) {
            updates.push(update(&log[at], at, at < gone, missed(seen..at)));
            seen = at + 1;
        }
        let missed = missed(seen..end);
        let some = missed > 0 || !updates.is_empty();
        some.then_some(Finding::Updates(UpdateBatch { updates, seen: end as u64, missed }))
    }

    /// Which writes are the last that changed their name, of removals as many as are kept.
    fn last_changes(&self, space: usize) -> Vec<usize> {
        let log = &self.logs[space];
        let mut lasts: Vec<usize> = Vec::new();
        for (at, write) in log.iter().enumerate().filter(|(_, write)| write.before != write.after) {
            lasts.retain(|other| log[*other].name != write.name);
            lasts.push(at);
            let removes = |at: &usize| log[*at].after.is_none();
            if lasts.iter().filter(|at| removes(at)).count() > self.kept {
                let oldest = lasts.iter().position(removes).expect("there are too many");
                lasts.remove(oldest);
            }
        }
        lasts
    }

    fn gone(&self, space: usize) -> usize {
        self.logs[space].len().saturating_sub(self.kept)
    }

    /// Exactly the waits that are due are answered.
    fn check_woken(&mut self, space: usize, before: usize, woken: Vec<(usize, Finding)>) {
        let woken: BTreeMap<_, _> = woken.into_iter().collect();
        let mut expected = BTreeMap::new();
        for (number, watcher) in self.watchers.iter().enumerate() {
            if watcher.until.is_some() && watcher.space == space {
                let here = Watcher { seen: before, ..watcher.clone() };
                // Who waits has missed nothing, whatever is kept.
                expected.extend(self.due(&here, 0).map(|wake| (number, wake)));
            }
        }
        assert_eq!(woken, expected);
        let version = self.logs[space].len();
        for watcher in self.watchers.iter_mut().filter(|watcher| watcher.space == space) {
            if watcher.until.is_some() {
                watcher.seen = version;
            }
        }
        for (number, wake) in woken {
            self.answered(number, &wake);
        }
    }

    fn answered(&mut self, number: usize, wake: &Finding) {
        let watcher = &mut self.watchers[number];
        watcher.until = None;
        if let Finding::Nothing(seen) | Finding::Updates(UpdateBatch { seen, .. }) = wake {
            watcher.seen = usize::try_from(*seen).expect("a small number");
        }
    }

    /// What one is told who waits for nothing any longer.
    fn nothing(&self, watcher: &Watcher) -> Finding {
        Finding::Nothing(watcher.look.as_ref().map_or(self.logs[watcher.space].len() as u64, |_| 0))
    }

    fn write(&mut self, by: HandleId, space: usize, name: &'static str, after: Option<Stored>) {
        let before = self.value(space, name).1;
        if before.is_some() || after.is_some() {
            self.logs[space].push(Write { name, before, after, by });
        }
    }

    fn commit(&mut self, by: HandleId, space: usize, (clear, writes): Written, on: Option<usize>) {
        let here: Vec<_> = self.looks.iter().filter(|(at, _)| *at == space).collect();
        let look = on.filter(|_| !here.is_empty()).map(|on| here[on % here.len()].1.clone());
        let seen = look.unwrap_or_default();
        let stored = |value: Option<u8>| value.map(|value| store(&value).expect("a byte"));
        let change = Change {
            clear,
            writes: writes.iter().map(|(n, v)| (NAMES[*n].to_owned(), stored(*v))).collect(),
        };
        let done = self.core.commit(by, SPACES[space], &seen, change, self.start);
        let woken = found(&mut self.core);
        assert_eq!(done, self.holds(space, &seen));
        if !done {
            assert_eq!(woken, []);
            return;
        }
        let before = self.logs[space].len();
        for (number, name) in NAMES.into_iter().enumerate() {
            match writes.get(&number) {
                Some(value) => self.write(by, space, name, stored(*value)),
                None if clear => self.write(by, space, name, None),
                None => {}
            }
        }
        self.check_woken(space, before, woken);
    }

    fn pop_any(&mut self, by: HandleId, space: usize) {
        let before = self.logs[space].len();
        let popped = self.core.pop_any(by, SPACES[space]);
        let woken = found(&mut self.core);
        let Some((popped, (_, stored))) = popped.and_then(|mut known| known.values.pop_first())
        else {
            assert!(NAMES.iter().all(|name| self.value(space, name).1.is_none()));
            return;
        };
        let name = NAMES.into_iter().find(|name| *name == popped).expect("a name");
        assert_eq!(self.value(space, name).1, stored);
        self.write(by, space, name, None);
        self.check_woken(space, before, woken);
    }

    fn ask(&mut self, number: usize, patience: u64) {
        let watcher = self.watchers[number].clone();
        if watcher.until.is_some() {
            return;
        }
        let subscription = match &watcher.look {
            Some(look) => Subscription::Seen(look.clone()),
            None => Subscription::Updates(Some(watcher.seen as u64), watcher.filter.clone()),
        };
        let until = self.now + patience;
        let at = |time| self.start + Duration::from_secs(time);
        let times = (at(self.now), Some(at(until)));
        self.core.wait(watcher.by, SPACES[watcher.space], subscription, times, number);
        let answer = found(&mut self.core).pop();
        let at_once = (patience == 0).then(|| self.nothing(&watcher));
        let expected = self.due(&watcher, self.gone(watcher.space)).or(at_once);
        assert_eq!(answer, expected.map(|wake| (number, wake)));
        match answer {
            Some((_, wake)) => self.answered(number, &wake),
            None => {
                self.watchers[number].until = Some(until);
                self.watchers[number].seen = self.logs[watcher.space].len();
            }
        }
    }

    fn later(&mut self, time: u64) {
        self.now += time;
        let now = self.start + Duration::from_secs(self.now);
        self.core.expire(now);
        let expired = found(&mut self.core);
        let over = |watcher: &Watcher| watcher.until.is_some_and(|until| until <= self.now);
        let expected: BTreeSet<_> =
            (0..self.watchers.len()).filter(|number| over(&self.watchers[*number])).collect();
        assert_eq!(expired.iter().map(|(number, _)| *number).collect::<BTreeSet<_>>(), expected);
        for (number, wake) in expired {
            assert_eq!(wake, self.nothing(&self.watchers[number]));
            self.answered(number, &wake);
        }
        let next = self.watchers.iter().filter_map(|watcher| watcher.until).min();
        assert_eq!(self.core.next_expiry(), next.map(|t| self.start + Duration::from_secs(t)));
    }

    fn play(&mut self, a_move: Move) {
        match a_move {
            Move::Commit { by, space, change, on } => self.commit(by, space, change, on),
            Move::PopAny { by, space } => self.pop_any(by, space),
            Move::Look { space, names, whole } => {
                let place = self.core.space(SPACES[space]);
                let version = |name: usize| place.at(NAMES[name].to_owned()).values[NAMES[name]].0;
                let names =
                    names.into_iter().map(|name| (NAMES[name].to_owned(), version(name))).collect();
                let whole = whole.then(|| place.at_version().version);
                self.looks.push((space, Seen { names, whole }));
            }
            Move::Watch { by, space, filter, from_start } => {
                let seen = if from_start { 0 } else { self.logs[space].len() };
                self.watchers.push(Watcher { by, space, filter, look: None, seen, until: None });
            }
            Move::Ask { watcher, patience } if !self.watchers.is_empty() => {
                self.ask(watcher % self.watchers.len(), patience);
            }
            Move::AskForLook { by, look, patience } if !self.looks.is_empty() => {
                let (space, look) = self.looks[look % self.looks.len()].clone();
                let (filter, look) = (Filter::default(), Some(look));
                self.watchers.push(Watcher { by, space, filter, look, seen: 0, until: None });
                self.ask(self.watchers.len() - 1, patience);
            }
            Move::Ask { .. } | Move::AskForLook { .. } => {}
            Move::Later(time) => self.later(time),
            Move::Gone(link) => {
                self.core.forget(link, self.start);
                assert_eq!(found(&mut self.core), []);
                for watcher in self.watchers.iter_mut().filter(|watcher| watcher.by.link == link) {
                    watcher.until = None;
                }
            }
        }
    }

    fn check(&self) {
        for (space, name_of) in SPACES.into_iter().enumerate() {
            let there = NAMES.into_iter().map(|name| (name.to_owned(), self.value(space, name)));
            let there: BTreeMap<_, _> = there.filter(|(_, (_, value))| value.is_some()).collect();
            let place = self.core.space(name_of);
            let (version, nothing) = (self.logs[space].len() as u64, Seen::default());
            let names = Some(there.keys().cloned().collect());
            let all_names = Known { version, names, ..Known::default() };
            assert_eq!(place.names_after(&nothing), Some(all_names));
            assert_eq!(place.all(), Known { version, values: there, names: None });
            for name in NAMES {
                let values = [(name.to_owned(), self.value(space, name))].into();
                let found = place.read_after(name.to_owned(), &nothing);
                assert_eq!(found, Some(Known { version, values, names: None }));
            }
        }
        let waiting = self.watchers.iter().filter(|watcher| watcher.until.is_some()).count();
        assert_eq!(self.core.waiters.len(), waiting);
    }
}

fn update(write: &Write, at: usize, is_gone: bool, missed: u64) -> Update {
    let before = write.before.clone().filter(|_| !is_gone);
    let (name, version) = (write.name.to_owned(), at as u64 + 1);
    Update { name, version, missed, before, after: write.after.clone() }
}

proptest! {
    #[test]
    fn everything_written_is_read_and_given_to_who_watches(moves in moves(), kept in 0..40_usize) {
        let mut model = Model::new(kept);
        for a_move in moves {
            model.play(a_move);
            model.check();
        }
    }
}

/// The updates after the first version, as a watch with this filter gets them.
fn batch(core: &mut StateCore<()>, space: &str, filter: Filter, now: Instant) -> UpdateBatch {
    let (by, all) = (HandleId { link: 0, handle: 0 }, Subscription::Updates(Some(0), filter));
    core.wait(by, space, all, (now, None), ());
    match &mut *found(core) {
        [((), Finding::Updates(batch))] => std::mem::take(batch),
        other => panic!("there were updates: {other:?}"),
    }
}

#[test]
fn the_history_is_bounded_in_bytes() {
    let by = HandleId { link: 0, handle: 0 };
    let mut core = StateCore::new(Capacity { updates: usize::MAX, bytes: 1 << 20 });
    let now = Instant::now();
    let text = store(&"x".repeat(1000)).expect("a text");
    for n in 0..10_000 {
        let writes = [(format!("n{}", n % 7), Some(text.clone()))].into();
        let change = Change { clear: false, writes };
        core.commit(by, "default", &Seen::default(), change, now);
    }
    let all = Filter { identical: true, ..Filter::default() };
    let batch = batch(&mut core, "default", all, now);
    let missed = batch.updates.iter().map(|update| update.missed).sum::<u64>() + batch.missed;
    // The change of each of the seven names is given besides.
    let kept = 10_000 - missed - 7;
    assert!((400..525).contains(&kept), "{kept} updates of some 2100 bytes each");
}

#[test]
fn the_names_that_were_removed_are_bounded_in_bytes() {
    let by = HandleId { link: 0, handle: 0 };
    let mut core = StateCore::new(Capacity { updates: 1000, bytes: 1 << 20 });
    let now = Instant::now();
    for n in 0..1000 {
        for value in [Some(store(&n).expect("a number")), None] {
            let writes = [(format!("{n}{}", "x".repeat(10_000)), value)].into();
            let change = Change { clear: false, writes };
            core.commit(by, "default", &Seen::default(), change, now);
        }
    }
    let live = Filter { live: true, ..Filter::default() };
    let batch = batch(&mut core, "default", live, now);
    let removals = (2000 - batch.updates[0].version) / 2 + 1;
    assert!((100..105).contains(&removals), "{removals} names of some 10 kB each");
}

#[test]
fn namespaces_long_empty_forget_their_past_but_not_its_length() {
    let by = HandleId { link: 0, handle: 0 };
    let mut core = StateCore::new(Capacity { updates: 10, bytes: 1 << 20 });
    let now = Instant::now();
    let mut write = |space: usize, value: Option<u8>| {
        let value = value.map(|value| store(&value).expect("a byte"));
        let change = Change { clear: false, writes: [("n".to_owned(), value)].into() };
        core.commit(by, &space.to_string(), &Seen::default(), change, now);
    };
    write(EMPTIED_MOST + 1, Some(1));
    for space in 0..=EMPTIED_MOST {
        write(space, Some(1));
        write(space, None);
        // The first is changed again, so that the second is the longest untouched.
        write(0, Some(1));
        write(0, None);
    }
    write(1, Some(2));
    let mut past = |space: usize| {
        let batch = batch(&mut core, &space.to_string(), Filter::default(), now);
        let versions: Vec<_> = batch.updates.iter().map(|update| update.version).collect();
        (versions, batch.updates.first().map_or(batch.missed, |update| update.missed))
    };
    assert_eq!(past(1), (vec![3], 2));
    assert_eq!(past(2), (vec![1, 2], 0));
    assert_eq!(past(EMPTIED_MOST), (vec![1, 2], 0));
    assert_eq!(past(EMPTIED_MOST + 1), (vec![1], 0));
    assert_eq!(past(0).0.len(), 10);
}

/// A core in which four callers want a turn, and who got it.
fn turns(now: Instant) -> StateCore<u64> {
    let mut core = StateCore::new(Capacity { updates: 4, bytes: 4096 });
    for link in 0..4 {
        let (caller, until) = (HandleId { link, handle: 0 }, Some(now + 10 * TURN));
        core.wait(caller, "default", Subscription::Turn, (now, until), link);
        assert_eq!(peers(&mut core), if link == 0 { vec![0] } else { vec![] });
    }
    core
}

/// The links of the waits that are over.
fn peers(core: &mut StateCore<u64>) -> Vec<u64> {
    core.replies().drain(..).map(|(link, _)| link).collect()
}

#[test]
fn a_turn_is_over_with_the_next_commit() {
    let now = Instant::now();
    let mut core = turns(now);
    let mut commit = |link, version| {
        let names = [("n".to_owned(), version)].into();
        let (by, seen) = (HandleId { link, handle: 0 }, Seen { names, whole: None });
        let done = core.commit(by, "default", &seen, Change::default(), now);
        (done, peers(&mut core))
    };
    assert_eq!(commit(0, 0), (true, vec![1]));
    assert_eq!(commit(3, 0), (true, vec![]));
    assert_eq!(commit(1, 7), (false, vec![2]));
    assert_eq!(commit(2, 0), (true, vec![3]));
    assert_eq!(commit(3, 0), (true, vec![]));
    assert_eq!(core.next_expiry(), None);
}

#[test]
fn a_turn_ends_with_its_time_or_its_link() {
    let now = Instant::now();
    let mut core = turns(now);
    assert_eq!(core.next_expiry(), Some(now + TURN));
    core.expire(now + TURN);
    assert_eq!(peers(&mut core), [1]);
    core.forget(1, now + TURN);
    assert_eq!(peers(&mut core), [2]);
    core.forget(3, now + TURN);
    core.forget(2, now + TURN);
    assert!(peers(&mut core).is_empty());
    assert_eq!(core.next_expiry(), None);
}
