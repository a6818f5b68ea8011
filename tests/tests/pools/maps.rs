//! What becomes of the items of a map.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
};

use coproc::{Inline, Pool, Thread, prelude::*};
use coproc_tests::Watch;

use super::{Hand, NoGood, functions::Square, hands};

fn ten_times(items: std::ops::Range<u64>) -> Vec<u64> {
    items.map(|n| 10 * n).collect()
}

#[coproc::test]
fn any_number_of_items_comes_out_in_order() {
    let _watch = Watch::set();
    let pool = hands(4);
    for items in [0, 1, 3, 4, 8, 100] {
        let results: Result<Vec<_>, _> = pool.map(0..items, |w, n| w.scale(n)).collect();
        assert_eq!(results.unwrap(), ten_times(0..items));
    }
}

#[coproc::test]
fn results_may_come_as_they_are_there() {
    let _watch = Watch::set();
    let pool = hands(3);
    let results = pool.map_unordered(0..50, |w, n| w.scale(n));
    let results: BTreeSet<_> = results.map(|(place, n)| (place as u64, n.unwrap())).collect();
    assert_eq!(results, (0..50).map(|n| (n, 10 * n)).collect());
}

#[coproc::test]
fn a_failed_item_is_an_error_in_its_place_and_nothing_else() {
    let _watch = Watch::set();
    let pool = hands(3);
    for _ in 0..2 {
        let results: Vec<_> = pool.map(0..20, |w, n| w.scale_some(n)).collect();
        for (n, result) in (0..20).zip(results) {
            let expected = if n % 7 == 0 { Err(CallError::Handler(NoGood(n))) } else { Ok(10 * n) };
            assert_eq!(result, expected);
        }
    }
}

#[coproc::test]
fn an_endless_input_is_read_as_far_as_is_in_flight() {
    let _watch = Watch::set();
    let pool = hands(2);
    let read = AtomicUsize::new(0);
    let items = (0..).inspect(|_| {
        read.fetch_add(1, Ordering::SeqCst);
    });
    let mut map = pool.map(items, |w, n| w.scale(n)).in_flight(5);
    for n in 0..200 {
        assert_eq!(map.next().unwrap().unwrap(), 10 * n);
        assert!(read.load(Ordering::SeqCst) <= n as usize + 5);
    }
    drop(map);
    assert_eq!(pool.any().scale(1).wait().unwrap(), 10);
}

/// So many results are asked for at most, of a map that is to end by itself.
const MOST: usize = 10_000;

#[coproc::test]
fn a_map_over_a_closed_pool_ends_with_the_first_item() {
    let _watch = Watch::set();
    let (pool, functions) = (hands(2), Pool::new(2).unwrap());
    pool.close();
    functions.kill();
    let results: Vec<_> = pool.map(0.., |w, n| w.scale(n)).retry(2).take(MOST).collect();
    assert!(matches!(results[..], [Err(CallError::Closed(_))]), "{}", results.len());
    let results: Vec<_> = functions.map_unordered(0.., Square).take(MOST).collect();
    assert!(matches!(results[..], [(0, Err(CallError::Closed(_)))]), "{}", results.len());
    // Nothing is left undone of what has no items.
    assert_eq!(pool.map(0..0, |w, n| w.scale(n)).count(), 0);
}

#[coproc::test]
fn a_map_whose_pool_is_closed_gives_what_is_in_flight_and_ends() {
    let _watch = Watch::set();
    let pool = hands(2);
    let mut map = pool.map(0.., |w, n| w.scale(n)).in_flight(5);
    assert_eq!(map.next().unwrap().unwrap(), 0);
    pool.close();
    let rest: Vec<_> = map.by_ref().take(MOST).collect();
    let (last, done) = rest.split_last().unwrap();
    assert!(matches!(last, Err(CallError::Closed(_))), "{last:?}");
    let done: Result<Vec<u64>, _> = done.iter().cloned().collect();
    assert_eq!(done.unwrap(), ten_times(1..5));
    assert!(map.next().is_none());
}

#[coproc::test]
fn nothing_is_read_before_something_is_asked_for() {
    let _watch = Watch::set();
    let pool = Hand::on(Thread.pool(2)).spawn(1).unwrap();
    let mut read = false;
    let items = std::iter::once_with(|| read = true);
    drop(pool.map(items, |w, ()| w.scale(1)));
    assert!(!read);
}

#[coproc::test]
fn what_cannot_be_encoded_is_an_error_in_its_place() {
    let _watch = Watch::set();
    let place = coproc::Process::new().max_message(1000);
    let pool = Hand::on(place.pool(2)).spawn(1).unwrap();
    let names = ["a".repeat(10), "b".repeat(2000), "c".repeat(10)];
    let results: Vec<_> = pool.map(&names, |w, name| w.length(name)).collect();
    assert!(matches!(results[1], Err(CallError::TooLarge { .. })), "{:?}", results[1]);
    assert!(results[0].is_ok() && results[2].is_ok());
}

#[coproc::test]
fn a_panic_of_the_input_reaches_the_caller_and_the_pool_goes_on() {
    let _watch = Watch::set();
    let pool = hands(2);
    let items = (0..10).inspect(|n| assert!(*n != 5, "the input ends here"));
    let mut results = Vec::new();
    let mut map = pool.map(items, |w, n| w.scale(n)).in_flight(2);
    let panic = catch_unwind(AssertUnwindSafe(|| results.extend(map.by_ref()))).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the input ends here"));
    let results: Result<Vec<_>, _> = results.into_iter().collect();
    assert!(ten_times(0..5).starts_with(&results.unwrap()));
    drop(map);
    let results: Result<Vec<_>, _> = pool.map(0..10, |w, n| w.scale(n)).collect();
    assert_eq!(results.unwrap(), ten_times(0..10));
}

#[coproc::test]
fn a_panic_of_the_closure_reaches_the_caller_and_the_pool_goes_on() {
    let _watch = Watch::set();
    let pool = hands(2);
    let mut map = pool.map(0..10u64, |w, n| match n {
        5 => panic!("the closure ends here"),
        _ => w.scale(n),
    });
    assert!(catch_unwind(AssertUnwindSafe(|| map.by_ref().count())).is_err());
    drop(map);
    let results: Result<Vec<_>, _> = pool.map(0..10, |w, n| w.scale(n)).collect();
    assert_eq!(results.unwrap(), ten_times(0..10));
}

#[coproc::test]
fn maps_of_several_threads_share_a_pool() {
    let _watch = Watch::set();
    let pool = hands(3);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let pool = &pool;
            scope.spawn(move || {
                let items = thread * 100..thread * 100 + 100;
                let results: Result<Vec<_>, _> =
                    pool.map(items.clone(), |w, n| w.scale(n)).collect();
                assert_eq!(results.unwrap(), ten_times(items));
                assert_eq!(pool.any().scale(thread).wait().unwrap(), 10 * thread);
            });
        }
    });
}

#[coproc::test]
fn a_map_within_a_map_of_the_same_pool_ends() {
    let _watch = Watch::set();
    let pool = hands(2);
    let sums = pool.map(0..5, |w, n| {
        let inner: u64 = pool.map(0..n, |w, n| w.scale(n)).map(Result::unwrap).sum();
        w.scale(inner)
    });
    let sums: Result<Vec<_>, _> = sums.collect();
    assert_eq!(sums.unwrap(), [0, 0, 100, 300, 600]);
}

#[coproc::test]
fn pools_stand_at_every_place() {
    let _watch = Watch::set();
    for pool in [
        Hand::on(Thread.pool(3)).spawn(10).unwrap(),
        Hand::on(Inline.pool(3)).spawn(10).unwrap(),
        hands(3),
    ] {
        let results: Result<Vec<_>, _> = pool.map(0..20, |w, n| w.scale(n)).collect();
        assert_eq!(results.unwrap(), ten_times(0..20));
        let handled: u64 = pool.join().into_iter().map(Result::unwrap).sum();
        assert_eq!(handled, 20);
    }
}

#[coproc::test]
fn one_way_messages_are_carried_too() {
    let _watch = Watch::set();
    let pool = hands(2);
    for told in pool.each(|w| w.drop_factor()).unwrap() {
        told.unwrap();
    }
    for answer in pool.each(|w| w.scale(3)).unwrap() {
        assert_eq!(answer.unwrap(), 0);
    }
    pool.any().drop_factor().tell().unwrap();
}

#[coproc::test]
fn a_bar_shows_how_far_a_map_is() {
    let _watch = Watch::set();
    let (pool, bar) = (hands(2), indicatif::ProgressBar::hidden());
    let mut map = pool.map(0..10, |w, n| w.scale_some(n)).progress(bar.clone());
    assert_eq!((bar.length(), bar.position()), (Some(10), 0));
    assert_eq!(map.by_ref().take(4).count(), 4);
    assert_eq!((bar.position(), bar.is_finished()), (4, false));
    assert_eq!(map.count(), 6);
    assert_eq!((bar.position(), bar.is_finished()), (10, true));
}
