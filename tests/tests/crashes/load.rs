//! Workers are killed at any moment while many threads call them.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use super::*;

const ROUNDS: u64 = 200;
const THREADS: u64 = 8;
/// How many calls a thread has under way at once.
const AHEAD: u64 = 16;
/// After how many answers, at most, the worker is killed.
const ANSWERS: u64 = 400;

/// splitmix64: as good as it has to be, and the same every time.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What the calls of one thread came to.
#[derive(Debug, Default)]
struct Outcomes {
    sent: u64,
    answered: u64,
    crashed: u64,
    unstarted: u64,
}

/// Calls until the first error, and takes in the outcome of every call.
fn call(victim: &VictimController, answers: &AtomicU64) -> Outcomes {
    let mut outcomes = Outcomes::default();
    let mut number = 0;
    while outcomes.crashed + outcomes.unstarted == 0 {
        let batch: Vec<_> = (0..AHEAD)
            .map(|_| {
                number += 1;
                (number, victim.ping(number).send())
            })
            .collect();
        outcomes.sent += AHEAD;
        for (number, pending) in batch {
            match pending.and_then(|pending| pending.wait()) {
                Ok(answer) => {
                    assert_eq!(answer, number, "the answer to another call");
                    assert_eq!(outcomes.crashed + outcomes.unstarted, 0, "begun after its end");
                    outcomes.answered += 1;
                    answers.fetch_add(1, Ordering::Relaxed);
                }
                Err(CallError::Crashed(report)) => {
                    assert_eq!(report.signal(), Some(9));
                    outcomes.crashed += 1;
                }
                Err(error) => {
                    assert!(error.is_unstarted(), "{error:?}");
                    outcomes.unstarted += 1;
                }
            }
        }
    }
    outcomes
}

/// In half of the rounds the worker is surely killed in the middle of a call.
fn round(seed: u64) -> Outcomes {
    let mut state = seed;
    let victim = Victim::spawn().expect("a victim");
    let answers = AtomicU64::new(0);
    let after = random(&mut state) % ANSWERS;
    let spins = random(&mut state) % 20_000;
    let (entry, gate) = (Gate::new(), Gate::new());
    let outcomes: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS).map(|_| scope.spawn(|| call(&victim, &answers))).collect();
        while answers.load(Ordering::Relaxed) < after {
            thread::yield_now();
        }
        let begun = seed.is_multiple_of(2).then(|| {
            let begun = victim.stay(&entry, &gate).send().expect("sent");
            gate::pass(&entry);
            begun
        });
        // Not only right after an answer.
        (0..spins).for_each(|_| std::hint::spin_loop());
        kill(pid_of(&victim));
        let all: Vec<_> =
            threads.into_iter().map(|thread| thread.join().expect("no thread fails")).collect();
        if let Some(begun) = begun {
            assert_eq!(crash(begun.wait()).handler(), Some("stay"));
            let others: u64 = all.iter().map(|outcomes| outcomes.crashed).sum();
            assert_eq!(others, 0, "seed {seed}: more than one was begun");
        }
        all
    });
    assert_eq!(victim.worker().remaining(), 0);
    outcomes.into_iter().fold(Outcomes::default(), |all, one| Outcomes {
        sent: all.sent + one.sent,
        answered: all.answered + one.answered,
        crashed: all.crashed + one.crashed,
        unstarted: all.unstarted + one.unstarted,
    })
}

#[coproc::test]
fn every_call_has_one_outcome() {
    for seed in 0..ROUNDS {
        let _watch = Watch::set();
        let outcomes = round(seed);
        let told = outcomes.answered + outcomes.crashed + outcomes.unstarted;
        assert_eq!(outcomes.sent, told, "seed {seed}: {outcomes:?}");
        assert!(outcomes.crashed <= 1, "seed {seed}: more than one was begun: {outcomes:?}");
    }
}

/// Whoever waits, however it waits, is woken by the end of the worker.
#[coproc::test]
fn every_waiting_caller_is_told() {
    let _watch = Watch::set();
    let victim = Victim::spawn().expect("a victim");
    let (entry, gate) = (Gate::new(), Gate::new());
    let begun = victim.stay(&entry, &gate).send().expect("sent");
    gate::pass(&entry);
    let blocked = victim.ping(1).send().expect("sent");
    let awaited = victim.ping(2).send().expect("sent");
    let mut patient = victim.ping(3).send().expect("sent");
    thread::scope(|scope| {
        let threads = [
            scope.spawn(|| unstarted(blocked.wait())),
            scope.spawn(|| unstarted(pollster::block_on(awaited))),
            scope.spawn(|| unstarted(patient.wait_timeout(secs(600)).expect("it is told"))),
            scope.spawn(|| drop(crash(victim.worker().join()))),
            scope.spawn(|| assert_eq!(victim.worker().events().count(), 0)),
        ];
        kill(pid_of(&victim));
        assert_eq!(crash(begun.wait()).handler(), Some("stay"));
        for thread in threads {
            thread.join().expect("no thread fails");
        }
    });
}
