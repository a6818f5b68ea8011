//! Of a worker that has ended, however it did, its host has nothing left.

use coproc::{Process, SpawnError, prelude::*};
use coproc_tests::{Census, Watch};

/// Does little.
pub(crate) struct Guest;

#[worker(pub(crate))]
impl Guest {
    #[init]
    fn new(ends: bool) -> Result<Self, String> {
        if ends { Err("it does not want to".into()) } else { Ok(Self) }
    }

    #[message]
    fn ping(&self) {}

    #[message]
    fn abort(&self) {
        std::process::abort();
    }

    #[message]
    fn panic(&self) {
        panic!("as it was told");
    }
}

/// Workers come, and end in every way.
fn visits() {
    let place = || Process::new().stderr(coproc::Stdio::null());
    let guest = Guest::on(place()).spawn(false).expect("a guest");
    guest.ping().wait().expect("it is there");
    drop(guest);

    let guest = Guest::spawn(false).expect("a guest");
    guest.worker().join().expect("it ends");
    drop(guest);

    let guest = Guest::on(place()).spawn(false).expect("a guest");
    guest.abort().wait().expect_err("a crash");

    let guest = Guest::on(place()).spawn(false).expect("a guest");
    guest.panic().wait().expect_err("a panic");

    let guest = Guest::spawn(false).expect("a guest");
    let pending = guest.ping().send().expect("sent");
    guest.worker().kill();
    drop((pending, guest));

    // The last controller, not the owner, is what knows of it last.
    let guest = Guest::spawn(false).expect("a guest");
    let controller = (*guest).clone();
    drop(guest);
    controller.ping().wait().expect_err("it is gone");

    assert!(matches!(Guest::spawn(true), Err(SpawnError::Init(_))));
}

/// In a process where nothing else happens.
#[worker]
fn visit_again_and_again() {
    // What coproc starts once, and keeps.
    visits();
    let before = Census::take();
    for _ in 0..29 {
        visits();
    }
    assert_eq!(Census::take(), before);
}

#[coproc::test]
fn nothing_is_left() {
    let _watch = Watch::set();
    let outcome = VisitAgainAndAgain::spawn().expect("a process").worker().join();
    assert_eq!(outcome, Ok(()));
}
