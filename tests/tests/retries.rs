//! Functions that are run again when they fail.

use std::{fs, io::Write, path::Path, path::PathBuf, time::Duration};

use coproc::prelude::*;
use coproc_tests::{Census, Gate, Watch, gate};

/// A file with a line for each run.
struct Diary(PathBuf);

impl Diary {
    fn new(name: &str) -> Self {
        let file = format!("coproc-retries-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(file);
        // A process that was killed, and had this one's number, may have left it.
        let _ = fs::remove_file(&path);
        Self(path)
    }

    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for Diary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Notes its run; gives how many there have been.
fn note(diary: &Path, text: &str) -> usize {
    let mut file = fs::File::options().append(true).create(true).open(diary).unwrap();
    writeln!(file, "{text}").unwrap();
    fs::read_to_string(diary).unwrap().lines().count()
}

/// Fails until it has been run so often.
#[worker]
fn attempt(diary: &Path, text: &str, needed: usize) -> Result<usize, String> {
    let runs = note(diary, text);
    if runs < needed { Err(format!("run {runs}")) } else { Ok(runs) }
}

/// Ends in another way each time, and in the fourth with a value.
#[worker]
fn stumble(diary: &Path) -> Result<u32, String> {
    match note(diary, "run") {
        1 => Err("an error".into()),
        2 => panic!("a panic"),
        3 => std::process::abort(),
        _ => Ok(std::process::id()),
    }
}

#[worker]
fn exit(code: i32) {
    std::process::exit(code)
}

/// Fails once, and opens the gate when it is run again; then waits at the other.
#[worker]
fn meet(diary: &Path, begun: &Path, until: &Path) -> Result<(), String> {
    if note(diary, "run") == 1 {
        return Err("once".into());
    }
    gate::open(begun);
    gate::pass(until);
    Ok(())
}

#[coproc::test]
fn five_retries_are_six_runs_and_the_last_error_is_told() {
    let _watch = Watch::set();
    let diary = Diary::new("six");
    let place = Process::new();
    let worker =
        Attempt::on(place.retry(5).retry_delay(ms(5))).spawn(&diary.0, "a", usize::MAX).unwrap();
    let error = CallError::Handler("run 6".to_owned());
    assert_eq!(worker.worker().join(), Err(error.clone()));
    assert_eq!(worker.worker().runs(), 6);
    assert_eq!(diary.lines(), ["a"; 6]);
    assert_eq!(worker.worker().join_timeout(Duration::ZERO), Some(Err(error)), "it stays so");
    assert!(!worker.worker().is_alive());
}

#[coproc::test]
fn later_runs_have_the_other_arguments_and_none_follows_success() {
    let _watch = Watch::set();
    let diary = Diary::new("other");
    let on = Attempt::on(Process::new().retry(5)).retry_with(&diary.0, "later", 3);
    let worker = on.spawn(&diary.0, "first", 10).unwrap();
    assert_eq!(worker.worker().join(), Ok(3));
    assert_eq!(worker.worker().join(), Ok(3));
    assert_eq!(diary.lines(), ["first", "later", "later"]);
}

/// The fourth run would give a value.
#[coproc::test]
fn no_run_follows_an_error_that_is_not_to_be_retried() {
    let _watch = Watch::set();
    let diary = Diary::new("which");
    let is_wanted = |error: &CallError<String>| match error {
        CallError::Handler(text) => text == "an error",
        error => matches!(error, CallError::Panicked(_)),
    };
    let worker = Stumble::on(Process::new().retry(9).retry_if(is_wanted)).spawn(&diary.0).unwrap();
    let outcome = worker.worker().join();
    assert!(matches!(outcome, Err(CallError::Crashed(_))), "{outcome:?}");
    assert_eq!(worker.worker().runs(), 3);
    assert_eq!(diary.lines().len(), 3);
}

/// Nobody knows then whether it is to be run again.
#[coproc::test]
fn a_panic_while_it_is_decided_ends_the_retries() {
    let _watch = Watch::set();
    let diary = Diary::new("undecided");
    let undecided = |_: &CallError<String>| panic!("undecided");
    let on = Attempt::on(Process::new().retry(9).retry_if(undecided));
    let worker = on.spawn(&diary.0, "a", usize::MAX).unwrap();
    assert_eq!(worker.worker().join(), Err(CallError::Handler("run 1".to_owned())));
    assert_eq!((worker.worker().runs(), diary.lines().len()), (1, 1));
}

#[test]
fn retries_are_the_same_on_a_thread_and_inline() {
    let _watch = Watch::set();
    for times in 0..3 {
        let (thread, inline) = (Diary::new("thread"), Diary::new("inline"));
        let expected = if times == 0 { Err("run 1".to_owned()) } else { Ok(2) };
        let expected = expected.map_err(CallError::Handler);
        let worker = Attempt::on(Thread.retry(times)).spawn(&thread.0, "a", 2).unwrap();
        assert_eq!(worker.worker().join(), expected);
        let worker = Attempt::on(Inline.retry(times)).spawn(&inline.0, "a", 2).unwrap();
        assert_eq!(worker.worker().join(), expected);
    }
}

#[coproc::test]
fn errors_panics_and_crashes_are_failures() {
    let _watch = Watch::set();
    let diary = Diary::new("stumble");
    let worker = Stumble::on(Process::new().retry(3)).spawn(&diary.0).unwrap();
    let pid = worker.worker().join().unwrap();
    assert_eq!(worker.worker().pid(), Some(pid), "the last run's");
    assert_eq!(worker.worker().runs(), 4);
}

/// A crash is told with what it ended with.
#[coproc::test]
fn the_last_crash_keeps_its_exit_code() {
    let _watch = Watch::set();
    let worker = Exit::on(Process::new().retry(2)).retry_with(4).spawn(3).unwrap();
    let Err(CallError::Crashed(report)) = worker.worker().join() else { panic!("it exits") };
    assert_eq!(report.code(), Some(4));
    assert_eq!(worker.worker().runs(), 3);
}

/// The next run begins by itself.
#[coproc::test]
fn nobody_has_to_wait_for_it() {
    let _watch = Watch::set();
    let (diary, begun, until) = (Diary::new("alone"), Gate::new(), Gate::new());
    let worker = Meet::on(Process::new().retry(1)).spawn(&diary.0, &begun, &until).unwrap();
    gate::pass(&begun);
    assert_eq!(worker.worker().join_timeout(ms(1)), None);
    assert!(worker.worker().is_alive());
    until.open();
    assert_eq!(worker.worker().join(), Ok(()));
}

/// In its delay and in a run, and nothing is left of it.
#[coproc::test]
fn what_is_killed_or_dropped_is_not_run_again() {
    let _watch = Watch::set();
    let (diary, begun, until) = (Diary::new("killed"), Gate::new(), Gate::new());
    let place = Process::new().name("retried");
    let meet = Meet::on(place.clone().retry(u32::MAX));
    let running = meet.spawn(&diary.0, &begun, &until).unwrap();
    gate::pass(&begun);
    running.worker().kill();
    assert!(matches!(running.worker().join(), Err(CallError::Closed(_))));
    assert_eq!((running.worker().runs(), diary.lines().len()), (2, 2));

    let failing = Diary::new("failing");
    let patient = place.clone().retry(u32::MAX).retry_delay(secs(600));
    let delayed = Attempt::on(patient.clone()).spawn(&failing.0, "a", 2).unwrap();
    assert_eq!(delayed.worker().join_timeout(ms(1)), None);
    delayed.worker().kill();
    assert!(delayed.worker().join().is_err());
    drop(Attempt::on(patient).spawn(&failing.0, "a", usize::MAX).unwrap());

    // Again and again, without a delay, until it is dropped.
    let endless = Exit::on(place.retry(u32::MAX)).spawn(1).unwrap();
    while endless.worker().runs() < 4 {
        assert_eq!(endless.worker().join_timeout(ms(1)), None);
    }
    drop(endless);
    let name_of = |pid: u32| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let children = Census::take().children;
    assert!(children.into_iter().all(|pid| name_of(pid).trim() != "retried"));
}

/// A run in a thread is given up when its time to close is over, and not waited for.
#[coproc::test]
fn a_run_in_a_thread_that_does_not_end_is_given_up() {
    let _watch = Watch::set();
    let (diary, begun, until) = (Diary::new("given-up"), Gate::new(), Gate::new());
    let meet = Meet::on(Thread.retry(1)).spawn(&diary.0, &begun, &until).unwrap();
    gate::pass(&begun);
    while meet.worker().runs() < 2 {
        assert_eq!(meet.worker().join_timeout(ms(1)), None);
    }
    drop(meet);
    until.open();
}

#[coproc::test]
fn arguments_that_cannot_be_sent_are_spawns_error() {
    let _watch = Watch::set();
    let diary = Diary::new("large");
    let long = "x".repeat(4096);
    let place = Process::new().max_message(1024);
    let on = Attempt::on(place.retry(5)).retry_with(&diary.0, &long, 3);
    let error = on.spawn(&diary.0, "short", 3).unwrap_err();
    assert!(matches!(error, SpawnError::TooLarge { limit: 1024, .. }), "{error}");
    assert!(diary.lines().is_empty(), "nothing was started");
}
