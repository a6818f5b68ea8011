//! Whole lives of a worker and its callers in virtual time: the state machines as they are, driven
//! in all the orders that threads, a socket and a dying process can bring about.
//!
//! What stands between the machines is written here a second time, step by step, so that anything
//! can happen between two steps: what `Endpoint`, `Connection` and `Pending` do at the host, and what `Serve`
//! does in the worker. A seed decides everything. After a run the rules are checked; the seed of a
//! run that broke one is told, and `COPROC_SEED` runs it again. `COPROC_SEEDS` says how many are
//! run.

mod calling;
mod link;
mod random;
mod rules;
mod serving;
mod world;

use std::collections::BTreeSet;

use self::{
    rules::{Breach, Rule},
    world::{Flaw, World},
};

/// As many as run in a few seconds without optimisation.
const SEEDS: u64 = 10_000;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn run(seed: u64, flaw: Option<Flaw>) -> Vec<Breach> {
    let mut world = World::new(seed, flaw);
    world.run();
    world.breaches()
}

fn seeds() -> std::ops::Range<u64> {
    match from_environment("COPROC_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..from_environment("COPROC_SEEDS").unwrap_or(SEEDS),
    }
}

#[test]
fn every_call_has_its_one_outcome_whatever_happens() {
    for seed in seeds() {
        let breaches = run(seed, None);
        assert!(breaches.is_empty(), "COPROC_SEED={seed} breaks rules:\n{breaches:#?}");
    }
}

/// Runs as they should be are of all kinds: what the rules speak of does occur.
#[test]
fn all_that_can_happen_happens() {
    let mut seen = BTreeSet::new();
    for seed in 0..2_000 {
        let mut world = World::new(seed, None);
        world.run();
        seen.extend(world.kinds_of_outcomes());
    }
    let all = [
        "answered Closed",
        "answered Dropped",
        "answered Error",
        "answered Panicked",
        "answered Value",
        "dropped by its caller",
        "given up in doubt",
        "given up, begun",
        "given up, not known to be begun",
        "lost",
        "refused as closed",
        "refused by the worker as Cancelled",
        "refused by the worker as Closed",
        "refused by the worker as Expired",
        "refused while waiting for room",
        "told and begun",
        "unstarted",
        "waited for room",
    ];
    assert_eq!(seen, all.map(str::to_owned).into_iter().collect());
}

#[test]
fn a_seed_is_one_run() {
    let story = |seed| {
        let mut world = World::new(seed, None);
        world.run();
        format!("{:?}", world.stories)
    };
    assert_eq!(story(5), story(5));
    assert_ne!(story(5), story(6));
}

/// The rule that a worker with `flaw` breaks first, over many seeds.
#[track_caller]
fn breaks(flaw: Flaw, rule: Rule) {
    let found: BTreeSet<Rule> =
        (0..400).flat_map(|seed| run(seed, Some(flaw))).map(|breach| breach.rule).collect();
    assert!(found.contains(&rule), "{flaw:?} broke {found:?} only");
}

#[test]
fn a_worker_that_answers_twice_is_found() {
    breaks(Flaw::AnswersTwice, Rule::Protocol);
}

#[test]
fn a_worker_that_mistakes_one_call_for_another_is_found() {
    breaks(Flaw::AnswersAnother, Rule::OwnOutcome);
}

#[test]
fn a_worker_that_never_answers_some_calls_is_found() {
    breaks(Flaw::ForgetsAnswers, Rule::UnstartedNeverRan);
}

#[test]
fn a_worker_that_does_not_note_what_it_does_is_found() {
    breaks(Flaw::ForgetsTheNote, Rule::UnstartedNeverRan);
}

#[test]
fn a_worker_that_notes_what_it_does_too_late_is_found() {
    breaks(Flaw::NotesTooLate, Rule::UnstartedNeverRan);
}

#[test]
fn a_worker_that_does_not_say_that_it_answers_later_is_found() {
    breaks(Flaw::HidesThatItAnswersLater, Rule::UnstartedNeverRan);
}

#[test]
fn a_worker_that_runs_what_it_refused_is_found() {
    breaks(Flaw::RunsWhatItRefused, Rule::UnstartedNeverRan);
}

#[test]
fn a_worker_that_runs_a_call_twice_is_found() {
    breaks(Flaw::RunsTwice, Rule::RanOnce);
}

#[test]
fn a_worker_that_keeps_silent_about_room_is_found() {
    breaks(Flaw::KeepsSilentAboutRoom, Rule::Released);
}

#[test]
fn a_worker_that_closes_before_it_has_handled_all_is_found() {
    breaks(Flaw::ClosesAtOnce, Rule::Drained);
}

#[test]
fn a_host_that_does_not_count_is_found() {
    breaks(Flaw::DoesNotCount, Rule::Capacity);
}

#[test]
fn a_host_that_does_not_read_to_the_end_is_found() {
    breaks(Flaw::DoesNotReadToTheEnd, Rule::UnstartedNeverRan);
}

#[test]
fn a_host_that_wakes_nobody_at_the_end_is_found() {
    breaks(Flaw::WakesNobodyAtTheEnd, Rule::OneOutcome);
}
