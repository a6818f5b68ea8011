//! How many requests an operation sends over its link.

use std::{thread, time::Duration};

use super::{
    core::{Finding, Subscription},
    *,
};

/// Longer than any test waits.
const LONG: Duration = Duration::from_secs(600);

/// A state at its host, and a handle of it as other processes have it.
struct Pair {
    here: State,
    there: State,
}

impl Pair {
    fn new() -> Self {
        let here = State::spawn().unwrap();
        let mut there = here.borrowed();
        there.access.store = None;
        Self { here, there }
    }

    /// Sets `n` at the host, without a request.
    fn set(&self, value: Option<u32>) {
        match value {
            Some(value) => self.here.set("n", &value).unwrap(),
            None => self.here.remove("n").unwrap(),
        }
    }

    /// Sets `n` to each of `values` once `wait`, which has a timeout, waits at the host. Gives what
    /// `wait` gives, and how many requests were sent meanwhile.
    fn wakes<T: Send>(
        &self,
        values: &[Option<u32>],
        wait: impl FnOnce() -> Result<T, StateError> + Send,
    ) -> (T, u64) {
        let sent = || self.there.access.worker.worker().stats().sent;
        let before = sent();
        let value = thread::scope(|scope| {
            let waits = scope.spawn(wait);
            for value in values {
                let store = self.here.access.store.as_ref().unwrap();
                while store.act(|kept| kept.next_expiry()).unwrap().is_none() {
                    thread::yield_now();
                }
                self.set(*value);
            }
            waits.join().unwrap()
        });
        (value.unwrap(), sent() - before)
    }
}

#[test]
fn a_wait_for_a_value_costs_one_request() {
    let pair = Pair::new();
    let key = pair.there.key::<u32>("n");
    let to = |value| [Some(value)];
    assert_eq!(pair.wakes(&to(1), || key.wait_some_timeout(LONG)), (1, 1));
    assert_eq!(pair.wakes(&to(2), || key.wait_not_equal_timeout(&1, LONG)), (2, 1));
    assert_eq!(pair.wakes(&to(3), || key.wait_equal_timeout(&3, LONG)), (3, 1));
    assert_eq!(pair.wakes(&to(4), || key.wait_until_timeout(|n| *n > 3, LONG)), (4, 1));
    assert_eq!(pair.wakes(&to(0), || key.wait_falsy_timeout(LONG)), (Some(0), 1));
    assert_eq!(pair.wakes(&to(5), || key.wait_truthy_timeout(LONG)), (5, 1));
    assert_eq!(pair.wakes(&[None], || key.wait_none_timeout(LONG)), ((), 1));
    assert_eq!(pair.wakes(&to(6), || key.wait_available_timeout(LONG)), ((), 1));
    assert_eq!(pair.wakes(&to(7), || key.wait_change_timeout(LONG)), (Some(7), 1));
}

#[test]
fn a_wait_for_what_is_present_costs_one_request() {
    let pair = Pair::new();
    pair.set(Some(1));
    let key = pair.there.key::<u32>("n");
    assert_eq!(pair.wakes(&[], || key.wait_some_timeout(LONG)), (1, 1));
    // What the key remembers has been replaced, and would do.
    pair.set(Some(2));
    assert_eq!(pair.wakes(&[], || key.wait_some_timeout(LONG)), (2, 1));
    // And would not do.
    pair.set(Some(3));
    assert_eq!(pair.wakes(&[], || key.wait_equal_timeout(&3, Duration::ZERO)), (3, 1));
    let none = key.wait_equal_timeout(&4, Duration::ZERO);
    assert_eq!(none, Err(StateError::Timeout));
}

/// What the key remembers is no error of the present.
#[test]
fn a_value_of_another_type_is_an_error_only_while_it_is_there() {
    let pair = Pair::new();
    let key = pair.there.key::<String>("n");
    pair.set(Some(1));
    assert!(matches!(key.wait_some(), Err(StateError::Type { .. })));
    pair.here.set("n", &"text".to_owned()).unwrap();
    assert_eq!(key.wait_some(), Ok("text".to_owned()));
}

#[test]
fn every_value_that_is_tested_in_vain_costs_one_request_more() {
    let pair = Pair::new();
    let key = pair.there.key::<u32>("n");
    let values = [Some(1), Some(2), None, Some(3)];
    assert_eq!(pair.wakes(&values, || key.wait_equal_timeout(&3, LONG)), (3, 4));
}

#[test]
fn a_wait_for_a_change_gives_the_state_with_one_request() {
    let pair = Pair::new();
    pair.here.set("other", &7_u32).unwrap();
    let waits = || pair.there.wait_for_change_timeout(["n"], LONG);
    let (after, requests) = pair.wakes(&[Some(1)], waits);
    assert_eq!(after.get("n"), Ok(Some(1_u32)));
    assert_eq!((after.get("other"), requests), (Ok(Some(7_u32)), 1));
}

/// After each name was read once.
#[test]
fn a_predicate_over_names_costs_one_request_for_each_change() {
    let pair = Pair::new();
    pair.here.set("limit", &2_u32).unwrap();
    let waits = || {
        pair.there.wait_until_timeout(LONG, |view| {
            Ok(view.keys()?.len() == 2 && view.get::<u32>("n")? > view.get("limit")?)
        })
    };
    let values = [Some(1), Some(2), Some(3)];
    // The names, with `n` those two names, and `limit`; the last two changes are carried.
    assert_eq!(pair.wakes(&values, waits), ((), 1 + 1 + 2 + 2));
}

/// Its waits and transactions, too, and those of its clones, watches, namespaces and keys.
#[test]
fn a_handle_in_the_process_of_the_state_sends_no_requests() {
    let state = State::spawn().unwrap();
    let sent = || state.access.worker.worker().stats().sent;
    let before = sent();
    let key = state.namespace("jobs").key::<u32>("n");
    let mut watch = state.namespace("jobs").watch(["n"]);
    thread::scope(|scope| {
        let waits = scope.spawn(|| key.wait_equal_timeout(&3, LONG));
        (0..3).for_each(|_| key.modify(|n| *n += 1).unwrap());
        assert_eq!(waits.join().unwrap(), Ok(3));
    });
    assert_eq!(watch.recv().unwrap().after(), Ok(Some(1_u32)));
    assert_eq!(key.wait_none_timeout(Duration::from_millis(1)), Err(StateError::Timeout));
    assert_eq!(sent(), before);
}

/// The turn of a handle that does not use it passes on, whichever kind of handle waits for it.
#[test]
fn a_turn_passes_from_handles_here_to_others_and_back() {
    let pair = Pair::new();
    let turn = |state: &State| state.wait(Subscription::Turn, None);
    for (holder, next) in [(&pair.here, &pair.there), (&pair.there, &pair.here)] {
        assert_eq!(turn(&holder.fork()), Ok(Finding::Nothing(0)));
        assert_eq!(turn(&next.fork()), Ok(Finding::Nothing(0)));
    }
    assert_eq!(turn(&pair.here.fork()), Ok(Finding::Nothing(0)));
}
