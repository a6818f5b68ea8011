//! Shared state: values that every process with a handle can read, change and wait for.

mod host;
mod transactions;
mod watching;

use std::{
    process, thread,
    time::{Duration, Instant},
};

use coproc::{Bytes, Process, State, prelude::*, state::StateError};
use coproc_tests::Watch;

use self::host::Elsewhere;

/// Works on a state in a process of its own.
pub struct Clerk {
    state: State,
}

#[worker]
impl Clerk {
    #[init]
    fn new(state: State) -> Self {
        Self { state }
    }

    /// Counts one cookie for each of the first that were baked.
    #[message]
    fn eat(&self, cookies: u64) -> coproc::Result<()> {
        let mut watch = self.state.watch(["baked"]).from_start();
        for n in 0..cookies {
            let update = watch.next().expect("a watch goes on")?;
            assert_eq!((update.after()?, update.missed), (Some(n), 0));
            self.state.key::<u64>("eaten").modify(|eaten| *eaten += 1)?;
        }
        Ok(())
    }

    #[message]
    fn wait_equal(&self, name: &str, value: u64) -> coproc::Result<u64> {
        Ok(self.state.key::<u64>(name).wait_equal(&value)?)
    }

    #[message]
    fn set(&self, name: &str, value: u64) -> coproc::Result<()> {
        Ok(self.state.set(name, &value)?)
    }

    #[message]
    fn wait_in_vain(&self, number: u64) -> coproc::Result<u64> {
        self.state.set("waiting", &number)?;
        Ok(self.state.key::<u64>("never").wait_some()?)
    }

    /// Ends at a moment of a transaction: before, between and after what it does, or when it tries
    /// again.
    #[message]
    fn die_inside(&self, moment: u32) {
        let mut runs = 0;
        let at = |here| {
            if here == moment {
                process::abort()
            }
        };
        let _ = self.state.atomic(|view| {
            at(3 * runs);
            let n = view.get::<u64>("n")?.unwrap_or(0);
            at(3 * runs + 1);
            view.set("n", &(n + 1))?;
            at(3 * runs + 2);
            runs += 1;
            // It will be too late.
            self.state.set("n", &n)
        });
    }

    #[message]
    fn state(&self) -> State {
        self.state.clone()
    }
}

/// How long a test waits for what is not to come.
const SHORT: Duration = Duration::from_millis(20);

fn clerk(state: &State) -> WorkerResource<Clerk> {
    Clerk::on(Process::new()).spawn(state.clone()).expect("a clerk")
}

#[coproc::test]
fn values_have_types() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    assert_eq!(state.get::<u32>("a")?, None);
    state.set("a", &5_u32)?;
    assert_eq!(state.get::<u32>("a")?, Some(5));
    let error = state.get::<String>("a").unwrap_err();
    let told = "`a` holds a `u32`, not a `alloc::string::String`; ask for the type that it \
                holds, or set it again";
    assert_eq!(error.to_string(), told);
    assert_eq!(state.pop::<String>("a").unwrap_err(), error);
    assert_eq!(state.pop::<u32>("a")?, Some(5));
    assert!(!state.contains("a")?);
    Ok(())
}

/// A handle travels in messages only; what was there before stays.
#[coproc::test]
fn a_value_that_holds_a_handle_is_refused() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    let clerk = clerk(&state);
    state.set("a", &5_u64)?;
    let refused = [
        state.set("a", &(*clerk).clone()),
        state.set("a", &Some(state.clone())),
        state.update([("a", &vec![state.clone()])]),
        state.atomic(|view| view.set("a", &state.clone())),
    ];
    for refused in refused {
        assert!(matches!(refused, Err(StateError::Encode(_))), "{refused:?}");
    }
    assert_eq!(state.get::<u64>("a")?, Some(5));
    Ok(())
}

#[coproc::test]
fn it_is_a_dictionary() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    state.update([("b", &2_u8), ("a", &1)])?;
    assert_eq!(state.set_default("a", &7_u8)?, 1);
    assert_eq!(state.set_default("c", &3_u8)?, 3);
    assert_eq!((state.keys()?, state.len()?), (vec!["a".into(), "b".into(), "c".into()], 3));
    let snapshot = state.snapshot()?;
    assert_eq!(snapshot, state.snapshot()?);
    state.replace([("a", &1_u8), ("d", &4)])?;
    assert_eq!((snapshot.get::<u8>("b")?, state.keys()?), (Some(2), vec!["a".into(), "d".into()]));
    let jobs = state.namespace("jobs");
    assert!(jobs.is_empty()?);
    jobs.set("a", &9_u8)?;
    state.clear()?;
    assert!(state.is_empty()?);
    assert_eq!(jobs.get::<u8>("a")?, Some(9));
    Ok(())
}

/// Nothing of the one is found in the other.
#[coproc::test]
fn two_states_have_nothing_in_common() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (one, other) = (State::spawn()?, State::spawn()?);
    one.set("n", &1_u64)?;
    assert!(other.is_empty()?);
    other.set("n", &2_u64)?;
    assert_eq!((one.get::<u64>("n")?, other.get::<u64>("n")?), (Some(1), Some(2)));
    Ok(())
}

/// What is read is one value, and not all there are: those would be larger than any answer.
#[coproc::test]
fn one_value_is_read_where_all_together_are_too_large() -> coproc::Result<()> {
    let _watch = Watch::set();
    let Elsewhere { state, .. } = &Elsewhere::new(None, (4, 64 << 20))?;
    let large = Bytes::from(vec![1; 30 << 20]);
    let names = ["0", "1", "2", "3", "4"];
    state.update(names[..4].iter().map(|name| (*name, &large)))?;
    state.set("4", &large)?;
    state.set("small", &5_u64)?;
    assert!(matches!(state.snapshot(), Err(StateError::Encode(_))));
    assert_eq!(state.get::<u64>("small")?, Some(5));
    assert_eq!(state.atomic(|view| view.get::<u64>("small"))?, Some(5));
    assert_eq!(state.key("small").wait_equal(&5_u64)?, 5);
    assert_eq!((state.len()?, state.keys()?.len(), state.contains("4")?), (6, 6, true));
    Ok(())
}

#[coproc::test]
fn a_wait_tests_the_present_first() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    let key = state.key::<u64>("n");
    key.wait_none()?;
    key.set(&5)?;
    assert_eq!((key.wait_some()?, key.wait_equal(&5)?, key.wait_not_equal(&4)?), (5, 5, 5));
    assert_eq!(key.wait_until(|n| *n > 4)?, 5);
    state.wait_until(|view| Ok(view.keys()?.len() == 1))?;
    assert_eq!(key.wait_equal_timeout(&6, SHORT), Err(StateError::Timeout));
    assert_eq!(key.wait_not_equal_timeout(&5, SHORT), Err(StateError::Timeout));
    assert_eq!(key.wait_change_timeout(SHORT), Err(StateError::Timeout));
    let none = state.wait_until_timeout(SHORT, |view| Ok(view.keys()?.is_empty()));
    assert_eq!(none, Err(StateError::Timeout));
    assert_eq!(state.wait_for_change_timeout(["n"], SHORT), Err(StateError::Timeout));
    Ok(())
}

#[coproc::test]
fn a_wait_can_be_for_less_than_a_value() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    let (n, list) = (state.key::<u64>("n"), state.key::<Vec<u8>>("list"));
    assert_eq!(n.wait_falsy()?, None);
    assert_eq!(n.wait_available_timeout(SHORT), Err(StateError::Timeout));
    n.set(&0)?;
    list.set(&vec![])?;
    assert_eq!((n.wait_falsy()?, list.wait_falsy()?), (Some(0), Some(vec![])));
    assert_eq!(n.wait_truthy_timeout(SHORT), Err(StateError::Timeout));
    n.modify(|n| *n += 5)?;
    list.modify(|list| list.push(7))?;
    assert_eq!((n.wait_truthy()?, list.wait_truthy()?), (5, vec![7]));
    assert_eq!(n.wait_falsy_timeout(SHORT), Err(StateError::Timeout));
    assert!(matches!(state.key::<u8>("n").wait_some(), Err(StateError::Type { .. })));
    state.key::<u8>("n").wait_available()?;
    Ok(())
}

/// In time, if what is waited for is there, and else not before its time is over.
#[coproc::test]
fn every_wait_can_be_for_a_while() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    let key = state.key::<u64>("n");
    let waits = |value: &u64| {
        [
            key.wait_some_timeout(SHORT).map(drop),
            key.wait_available_timeout(SHORT),
            key.wait_equal_timeout(value, SHORT).map(drop),
            key.wait_not_equal_timeout(&(value + 1), SHORT).map(drop),
            key.wait_until_timeout(|n| n == value, SHORT).map(drop),
            key.wait_truthy_timeout(SHORT).map(drop),
            state.wait_until_timeout(SHORT, |view| view.contains("n")),
        ]
    };
    let opposites = || [key.wait_none_timeout(SHORT), key.wait_falsy_timeout(SHORT).map(drop)];
    assert_eq!(
        (waits(&5), opposites()),
        ([const { Err(StateError::Timeout) }; 7], [Ok(()), Ok(())])
    );
    key.set(&5)?;
    assert_eq!(
        (waits(&5), opposites()),
        ([const { Ok(()) }; 7], [const { Err(StateError::Timeout) }; 2])
    );
    assert!(matches!(state.ping(Duration::ZERO), Err(StateError::Lost(_))));
    let long = 15 * SHORT;
    let waited = |wait: &dyn Fn() -> Result<(), StateError>| {
        let begun = Instant::now();
        (wait(), begun.elapsed() >= long)
    };
    let late = (Err(StateError::Timeout), true);
    assert_eq!(waited(&|| key.wait_change_timeout(long).map(drop)), late);
    assert_eq!(waited(&|| state.wait_for_change_timeout(["n"], long).map(drop)), late);
    Ok(())
}

#[coproc::test]
fn everything_is_popped_once() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    state.set("text", &"a".to_owned())?;
    let names: Vec<_> = (0..50_u64).map(|n| format!("job {n:02}")).collect();
    state.update(names.iter().map(String::as_str).zip(&(0..50).collect::<Vec<u64>>()))?;
    let watch = state.watch(["text"]).timeout(Duration::ZERO);
    let mut popped = thread::scope(|scope| {
        let pop =
            || -> Vec<_> { std::iter::from_fn(|| state.pop_any().expect("the state")).collect() };
        let threads = [0; 4].map(|_| scope.spawn(pop));
        threads.map(|thread| thread.join().expect("no panic")).concat()
    });
    popped.sort_by(|a, b| a.name.cmp(&b.name));
    let (text, jobs) = popped.split_last().expect("51 of them");
    assert_eq!((text.name.as_str(), text.value::<String>()?), ("text", "a".to_owned()));
    assert!(matches!(text.value::<u64>(), Err(StateError::Type { .. })));
    assert!(jobs.iter().map(|job| job.name.as_str()).eq(names.iter().map(String::as_str)));
    assert_eq!(jobs[49].value::<u64>()?, 49);
    assert_eq!(watch.map_while(Result::ok).count(), 1);
    Ok(())
}

#[coproc::test]
fn a_wait_in_another_process_ends_with_the_value() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    let clerk = clerk(&state);
    let waits = clerk.wait_equal("n", 3).send()?;
    for n in 1..=3_u64 {
        state.set("n", &n)?;
    }
    assert_eq!(waits.wait()?, 3);
    Ok(())
}

/// A wait outlives the host's answers that nothing has changed.
#[coproc::test]
fn a_wait_goes_on_longer_than_an_operation_may_take() -> coproc::Result<()> {
    let _watch = Watch::set();
    let state = State::builder().timeout(Duration::from_secs(3)).spawn()?;
    let key = state.key::<u64>("n");
    let patience = Duration::from_millis(3500);
    assert_eq!(key.wait_some_timeout(patience), Err(StateError::Timeout));
    Ok(())
}
