//! Every change is given to whoever watches, or told of as missed.

use std::{
    collections::BTreeMap,
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread::{self, ScopedJoinHandle},
    time::Duration,
};

use coproc::{
    Bytes, State, Thread,
    state::{StateError, Update, Watch},
};
use coproc_tests::Watch as Hangs;

use crate::{Clerk, SHORT, clerk, host::Elsewhere};

/// Before and after.
type Step = (Option<u64>, Option<u64>);

fn step(update: &Update) -> Step {
    (update.before().expect("a number"), update.after().expect("a number"))
}

/// All that is there.
fn there(watch: Watch) -> Vec<Update> {
    let mut watch = watch.timeout(Duration::ZERO);
    let updates = watch.by_ref().map_while(Result::ok).collect();
    assert!(watch.next().is_some(), "the watch has ended");
    updates
}

fn afters(watch: Watch) -> Vec<Option<u64>> {
    there(watch).iter().map(|update| step(update).1).collect()
}

fn set_all(state: &State, name: &str, values: impl IntoIterator<Item = u64>) {
    for value in values {
        state.set(name, &value).expect("the state");
    }
}

#[coproc::test]
fn a_watch_gives_what_was_changed_since_it_was_made() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::spawn()?;
    set_all(&state, "n", [1]);
    let watch = state.watch(["n"]);
    set_all(&state, "n", [2, 3]);
    set_all(&state, "other", [7]);
    state.remove("n")?;
    set_all(&state.namespace("jobs"), "n", [9]);
    let updates = there(watch.clone());
    let steps: Vec<_> = updates.iter().map(step).collect();
    assert_eq!(steps, [(Some(1), Some(2)), (Some(2), Some(3)), (Some(3), None)]);
    let versions: Vec<_> = updates.iter().map(|update| update.version).collect();
    assert_eq!(versions, [2, 3, 5]);
    assert!(updates.iter().all(|update| update.name == "n" && update.missed == 0));
    assert_eq!(afters(watch.from_now()), []);
    Ok(())
}

#[coproc::test]
fn a_watch_can_start_from_the_beginning() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::spawn()?;
    set_all(&state, "a", 1..=3);
    set_all(&state, "b", [4]);
    state.clear()?;
    assert_eq!(afters(state.watch(["a"]).from_start()), [Some(1), Some(2), Some(3), None]);
    let all = there(state.watch_all().from_start());
    let versions: Vec<_> = all.iter().map(|update| update.version).collect();
    assert_eq!(versions, [1, 2, 3, 4, 5, 6]);
    assert_eq!(afters(state.watch_all().except(["a"]).from_start()), [Some(4), None]);
    assert_eq!(afters(state.watch(["a", "b"]).except(["a"]).from_start()), [Some(4), None]);
    Ok(())
}

#[coproc::test]
fn every_way_of_writing_is_seen() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::spawn()?;
    let (watch, key) = (state.watch_all(), state.key::<u64>("n"));
    state.set("n", &1_u64)?;
    state.update([("n", &2_u64)])?;
    key.set(&3)?;
    key.modify(|n| *n += 1)?;
    state.atomic(|view| view.set("n", &5_u64))?;
    state.remove("n")?;
    state.set_default("n", &6_u64)?;
    state.pop::<u64>("n")?;
    state.set_default("n", &7_u64)?;
    state.pop_any()?;
    state.set_default("n", &8_u64)?;
    state.clear()?;
    state.replace([("n", &9_u64)])?;
    let values = [Some(1), Some(2), Some(3), Some(4), Some(5), None];
    let rest = [Some(6), None, Some(7), None, Some(8), None];
    assert_eq!(afters(watch), [&values[..], &rest, &[Some(9)]].concat());
    Ok(())
}

/// More than the host gives at once.
#[coproc::test]
fn nothing_is_missed_while_there_is_room() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::spawn()?;
    let watch = state.watch(["n"]);
    set_all(&state, "n", 0..1000);
    let updates = there(watch);
    assert!(updates.iter().all(|update| update.missed == 0));
    let afters = updates.iter().map(|update| step(update).1);
    assert!(afters.eq((0..1000).map(Some)));
    Ok(())
}

#[coproc::test]
fn who_falls_behind_is_told_by_how_much() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::builder().history(4, usize::MAX).spawn()?;
    let mut watch = state.watch(["n"]);
    set_all(&state, "n", 1..=10);
    let updates = there(watch.clone());
    let missed: Vec<_> = updates.iter().map(|update| update.missed).collect();
    assert_eq!((missed, step(&updates[0])), (vec![6, 0, 0, 0], (Some(6), Some(7))));
    // In bytes, too: a single value may be too large to be kept, but not for who waits for it.
    let state = State::builder().history(usize::MAX, 4096).spawn()?;
    watch = state.watch_all();
    for byte in 0..3 {
        state.set("large", &Bytes::from(vec![byte; 8192]))?;
    }
    set_all(&state, "n", [1]);
    assert_eq!(there(watch).iter().map(|update| update.missed).collect::<Vec<_>>(), [2, 0]);
    Ok(())
}

/// The history is full of another name's updates.
#[coproc::test]
fn the_last_change_of_a_quiet_name_is_not_lost() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::builder().history(4, usize::MAX).spawn()?;
    set_all(&state, "gone", [1]);
    let watch = state.watch(["quiet", "gone"]);
    set_all(&state, "quiet", [7, 8]);
    state.remove("gone")?;
    set_all(&state, "busy", 0..100);
    for watch in [watch.clone(), watch.clone().live(), watch.clone().from_start()] {
        let updates = there(watch);
        let told = |update: &Update| (update.name.clone(), update.version, step(update));
        let told: Vec<_> = updates.iter().map(told).collect();
        let (quiet, gone) = ("quiet".to_owned(), "gone".to_owned());
        assert_eq!(told, [(quiet, 3, (None, Some(8))), (gone, 4, (None, None))]);
        assert_eq!(updates[1].missed, 0);
    }
    set_all(&state, "quiet", [9]);
    let missed: Vec<_> = there(watch).iter().map(|update| update.missed).collect();
    // Those of the quiet name before the removal, and after it all of the busy one but the last three.
    assert_eq!(missed, [2, 97]);
    Ok(())
}

/// A copy that is behind from time to time is the same in the end.
#[coproc::test]
fn who_watches_all_comes_to_the_present() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::builder().history(600, usize::MAX).spawn()?;
    let mut watch = state.watch_all().timeout(Duration::ZERO);
    let mut copy = BTreeMap::new();
    for round in 0..4 {
        for n in 0..1000_u64 {
            match (n * 7 + round) % 3 {
                0 => state.remove(&n.to_string())?,
                _ => state.set(&n.to_string(), &(n + round))?,
            }
        }
        for update in watch.by_ref().map_while(Result::ok) {
            match update.after::<u64>()? {
                Some(value) => copy.insert(update.name, value),
                None => copy.remove(&update.name),
            };
        }
        let present = state.snapshot()?;
        assert!(copy.keys().eq(present.keys()));
        for (name, value) in &copy {
            assert_eq!(present.get(name)?, Some(*value));
        }
    }
    Ok(())
}

/// What lies at the watch already is chosen anew, and what was missed is counted once.
#[coproc::test]
fn what_was_missed_is_still_told_by_a_watch_that_changes_its_mind() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::builder().history(4, usize::MAX).spawn()?;
    let mut watch = state.watch(["a", "b"]);
    set_all(&state, "a", 0..10);
    set_all(&state, "b", 0..10);
    set_all(&state, "other", 0..10);
    let first = watch.recv()?;
    assert_eq!((first.name.as_str(), first.version, first.missed), ("a", 10, 9));
    let second = watch.live().recv()?;
    assert_eq!((second.name.as_str(), second.version, second.missed), ("b", 20, 9));
    Ok(())
}

#[coproc::test]
fn own_writes_are_seen_by_choice() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::spawn()?;
    let (elsewhere, here) = (clerk(&state), Clerk::on(Thread).spawn(state.clone())?);
    let watch = state.watch(["n"]);
    state.clone().key("n").set(&1_u64)?;
    elsewhere.set("n", 2).wait()?;
    here.set("n", 3).wait()?;
    state.pop::<u64>("n")?;
    assert_eq!(afters(watch.clone()), [Some(1), Some(2), Some(3), None]);
    state.fork().set("n", &4_u64)?;
    assert_eq!(afters(watch.own(false)), [Some(2), Some(3), Some(4)]);
    Ok(())
}

#[coproc::test]
fn identical_writes_are_seen_by_choice() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::spawn()?;
    let watch = state.watch(["n"]);
    set_all(&state, "n", [1, 1, 2]);
    state.remove("n")?;
    state.remove("n")?;
    assert_eq!(afters(watch.clone()), [Some(1), Some(2), None]);
    assert_eq!(afters(watch.identical(true)), [Some(1), Some(1), Some(2), None]);
    let key = state.key::<u64>("n");
    key.set(&5)?;
    thread::scope(|scope| {
        let waits = scope.spawn(|| key.wait_change_timeout(SHORT));
        while !waits.is_finished() {
            key.set(&5)?;
        }
        assert_eq!(waits.join().expect("no panic"), Err(StateError::Timeout));
        Ok(())
    })
}

#[coproc::test]
fn a_live_watch_gives_the_last_of_each_name() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::spawn()?;
    let watch = state.watch_all().live();
    set_all(&state, "a", 1..=3);
    set_all(&state, "b", [7]);
    set_all(&state, "a", [4]);
    let updates = there(watch.clone());
    let seen: Vec<_> = updates.iter().map(|update| (step(update), update.missed)).collect();
    assert_eq!(seen, [((None, Some(7)), 3), ((Some(3), Some(4)), 0)]);
    assert_eq!(afters(watch.from_start().own(false)), []);
    Ok(())
}

/// What one at full speed writes, two watchers of a state with a short memory see or are told of,
/// the one that wants all and the one that wants the last.
#[coproc::test]
fn every_update_is_seen_or_told_of() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::builder().history(16, usize::MAX).spawn()?;
    // Both are behind from the start.
    set_all(&state, "n", 1..=100);
    let over = AtomicBool::new(false);
    let follow = |watch: Watch| {
        let mut last = 0;
        watch.take(500).try_for_each(|update| {
            let update = update?;
            assert_eq!(update.version, last + update.missed + 1);
            assert_eq!(update.after::<u64>()?, Some(update.version));
            last = update.version;
            Ok::<_, StateError>(())
        })
    };
    thread::scope(|scope| {
        let watch = || state.watch_all().from_start();
        let (all, latest) = (watch(), watch().live());
        let writes = scope.spawn(|| {
            let until = |n: &u64| over.load(Ordering::Relaxed) || state.set("n", n).is_err();
            (101..).find(until)
        });
        let followers = [scope.spawn(|| follow(all)), scope.spawn(|| follow(latest))];
        let followed = followers.map(ScopedJoinHandle::join);
        over.store(true, Ordering::Relaxed);
        writes.join().expect("no panic");
        for followed in followed {
            followed.expect("no panic")?;
        }
        Ok(())
    })
}

/// A host that forgot nothing would grow by 128 MiB.
#[coproc::test]
fn the_past_takes_no_more_room_than_it_may() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let Elsewhere { state, pid, .. } = &Elsewhere::new(None, (100, 8 << 20))?;
    let write = |count: u32| {
        let mut value = vec![0; 64 << 10];
        (0..count).try_for_each(|n| {
            value[..4].copy_from_slice(&n.to_ne_bytes());
            state.set("n", &Bytes::from(value.clone()))
        })
    };
    write(200)?;
    let before = resident(*pid);
    write(2000)?;
    let after = resident(*pid);
    assert!(after < before + (40 << 20), "from {before} to {after} bytes");
    Ok(())
}

/// How much memory a process has, in bytes.
fn resident(pid: u32) -> usize {
    let text = fs::read_to_string(format!("/proc/{pid}/statm")).expect("the host lives");
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.expect("a number") * rustix::param::page_size()
}

/// The watch changes its mind about what it has already been sent.
#[coproc::test]
fn a_watch_can_go_live() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::spawn()?;
    let mut watch = state.watch(["n"]);
    set_all(&state, "n", 1..=5);
    assert_eq!(step(&watch.next().expect("a watch goes on")?), (None, Some(1)));
    assert_eq!(afters(watch.live()), [Some(5)]);
    Ok(())
}

/// With one look before and one after, there would be nothing to see.
#[coproc::test]
fn what_is_set_and_removed_again_is_a_change() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::spawn()?;
    let key = state.key::<u64>("n");
    thread::scope(|scope| {
        let waits = scope.spawn(|| (key.wait_change(), state.wait_for_change(["n"])));
        while !waits.is_finished() {
            state.set("n", &1_u64)?;
            state.remove("n")?;
        }
        let (value, after) = waits.join().expect("no panic");
        assert!(matches!((value?, after?.get("n")?), (None | Some(1_u64), None | Some(1_u64))));
        Ok(())
    })
}

#[coproc::test]
fn a_watch_waits_for_what_comes() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::spawn()?;
    let mut watch = state.watch(["n"]).timeout(SHORT);
    assert_eq!(watch.next(), Some(Err(StateError::Timeout)));
    // Longer than one request to the host lasts.
    watch = watch.timeout(Duration::from_millis(2700));
    assert_eq!(watch.next(), Some(Err(StateError::Timeout)));
    let mut watch = watch.timeout(Duration::MAX);
    let waits = thread::spawn(move || watch.next());
    set_all(&state, "other", [1]);
    set_all(&state, "n", [1]);
    let update = waits.join().expect("no panic").expect("a watch goes on")?;
    assert_eq!((step(&update), update.missed), ((None, Some(1)), 0));
    Ok(())
}

/// An update is larger than any value.
#[coproc::test]
fn large_values_are_seen_before_and_after() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let patience = Duration::from_secs(60);
    let state = State::builder().history(4, usize::MAX).timeout(patience).spawn()?;
    let value = |byte| Bytes::from(vec![byte; 33 << 20]);
    state.set("n", &value(1))?;
    let mut watch = state.watch(["n"]);
    state.set("n", &value(2))?;
    let update = watch.next().expect("a watch goes on")?;
    assert_eq!((update.before()?, update.after()?), (Some(value(1)), Some(value(2))));
    Ok(())
}

#[coproc::test]
fn a_watch_does_not_keep_the_state() -> coproc::Result<()> {
    let _watch = Hangs::set();
    let state = State::spawn()?;
    let mut watch = state.watch_all();
    let waits = thread::spawn(move || (watch.next(), watch.next()));
    drop(state);
    let (lost, ended) = waits.join().expect("no panic");
    assert!(matches!((lost, ended), (Some(Err(StateError::Lost(_))), None)));
    Ok(())
}
