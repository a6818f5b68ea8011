//! Many change the same, and none of it is lost or half done.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

use coproc::{CallError, State, state::StateError};
use coproc_tests::Watch;

use crate::clerk;

/// Each of a hundred processes replays what has happened and answers every event with an update of
/// one and the same value.
#[coproc::test]
fn no_update_is_lost_under_contention() -> coproc::Result<()> {
    const CLERKS: u64 = 100;
    const EVENTS: u64 = 5;
    let _watch = Watch::set();
    let state = State::builder().timeout(Duration::from_secs(30)).spawn()?;
    let clerks: Vec<_> = (0..CLERKS).map(|_| clerk(&state)).collect();
    let baked = state.key::<u64>("baked");
    (0..EVENTS).try_for_each(|n| baked.set(&n))?;
    let eating: Vec<_> = clerks.iter().map(|clerk| clerk.eat(EVENTS).send()).collect();
    for eaten in eating {
        eaten?.wait()?;
    }
    assert_eq!(state.get::<u64>("eaten")?, Some(CLERKS * EVENTS));
    let values = state.watch(["eaten"]).from_start().timeout(Duration::ZERO);
    let values = values.map_while(Result::ok).map(|update| update.after::<u64>());
    assert!(values.eq((1..=CLERKS * EVENTS).map(|n| Ok(Some(n)))));
    Ok(())
}

#[coproc::test]
fn a_transaction_is_all_or_nothing() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    let failed = state.atomic(|view| {
        view.set("n", &1_u64)?;
        Err::<(), _>(StateError::Timeout)
    });
    assert_eq!(failed, Err(StateError::Timeout));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        state.atomic(|view| -> Result<(), StateError> {
            view.set("n", &1_u64)?;
            panic!("inside")
        })
    }));
    assert!(panicked.is_err());
    assert!(state.is_empty()?);
    Ok(())
}

#[coproc::test]
fn a_process_that_dies_in_a_transaction_changes_nothing_and_stops_no_other() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    let n = state.key::<u64>("n");
    n.set(&5)?;
    for moment in 0..6 {
        let died = clerk(&state).die_inside(moment).wait();
        assert!(matches!(died, Err(CallError::Crashed(_))), "{moment}: {died:?}");
        assert_eq!(n.get()?, Some(5));
        let mut runs = 0;
        n.modify(|n| {
            runs += 1;
            if runs == 1 {
                state.set("n", n).expect("the state");
            }
        })?;
        assert_eq!(runs, 2);
    }
    Ok(())
}

/// Whoever writes: each update has the next number, and begins with the value that the one before
/// it left.
#[coproc::test]
fn all_agree_on_one_order() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    thread::scope(|scope| {
        for writer in 0..4_u64 {
            let state = state.fork();
            scope.spawn(move || {
                for n in 0..100 {
                    state.set(["a", "b"][n % 2], &writer).expect("the state");
                }
            });
        }
    });
    let updates = state.watch_all().from_start().identical(true).timeout(Duration::ZERO);
    let mut last = BTreeMap::new();
    for (update, version) in updates.take(400).zip(1..) {
        let update = update?;
        assert_eq!((update.version, update.missed), (version, 0));
        assert_eq!(
            update.before::<u64>()?,
            last.insert(update.name.clone(), update.after()?).flatten()
        );
    }
    assert_eq!((state.get("a")?, state.get("b")?), (last["a"], last["b"]));
    Ok(())
}

/// What a closure reads was so at one moment, even where it is to be run again.
#[coproc::test]
fn a_transaction_never_sees_half_of_another() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    state.update([("a", &0_u64), ("b", &0)])?;
    let mut runs = 0;
    let both = state.atomic(|view| {
        runs += 1;
        let a = view.get::<u64>("a")?;
        if runs == 1 {
            state.update([("a", &1_u64), ("b", &1)])?;
        }
        Ok::<_, StateError>((a, view.get::<u64>("b")?))
    })?;
    assert_eq!((both, runs), ((Some(1), Some(1)), 2));
    Ok(())
}
