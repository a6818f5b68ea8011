//! Of a pool that has ended, its host has nothing left.

use coproc::{Pool, prelude::*};
use coproc_tests::{Census, Watch};

use super::{functions::Square, hands};

/// Pools come, and end in every way.
fn visits() {
    let pool = hands(2);
    assert_eq!(pool.map(0..20, |w, n| w.survive_some(n)).filter(Result::is_err).count(), 3);
    pool.resize(3);
    pool.resize(1);
    drop(pool);

    let pool = hands(2);
    let mut map = pool.map(0.., |w, n| w.scale(n));
    map.next().expect("an item").expect("a result");
    drop(pool);
    drop(map);

    let pool = Pool::new(2).expect("a pool");
    let pending = pool.submit(Square, 3).expect("it is open");
    pool.kill();
    drop((pending, pool));

    let pool = Pool::new(2).expect("a pool");
    assert_eq!(pool.map(0..1000, Square).filter(Result::is_ok).count(), 1000);
    pool.join().expect("it ends");
}

/// In a process where nothing else happens.
#[worker]
fn visit_again_and_again() {
    // What coproc starts once, and keeps.
    visits();
    let before = Census::take();
    for _ in 0..9 {
        visits();
    }
    // A thread that was waited for is still listed for a moment.
    while Census::take() != before {
        std::thread::yield_now();
    }
}

#[coproc::test]
fn nothing_is_left() {
    let _watch = Watch::set();
    let outcome = VisitAgainAndAgain::spawn().expect("a process").worker().join();
    assert_eq!(outcome, Ok(()));
}
