//! Notes: when they were made, and where they show.

use std::{fs, thread, time::Duration};

use coproc::{Monitor, monitor::Stats, prelude::*};
use coproc_tests::Watch;

use super::{Folder, last, seen};

/// Between two samples of which one was seen before and the other after.
#[coproc::test]
fn notes_and_samples_share_a_clock() {
    let _watch = Watch::set();
    let monitor = Monitor::builder().every(ms(5)).spawn().unwrap();
    let own = std::process::id();
    let latest = |stats: &Stats| last(stats, own).map(|sample| sample.at);
    for number in 0..10 {
        let before = seen(&monitor, latest);
        let note = monitor.note("now");
        let after = seen(&monitor, |stats| latest(stats).filter(|at| *at > before));
        let later = seen(&monitor, |stats| latest(stats).filter(|at| *at > after));
        // It is of when it was made, not of when it is sent.
        note.wait().unwrap();
        let at = monitor.stats().wait().unwrap().notes[number].at;
        assert!(before <= at && at <= later, "{before:?} {at:?} {later:?}");
    }
    let stats = monitor.stats().wait().unwrap();
    assert!(stats.notes.is_sorted_by_key(|note| note.at));
    assert!(stats.notes.iter().all(|note| note.pid == own && note.at > Duration::ZERO));
}

#[coproc::test]
fn many_threads_note_and_none_is_lost() {
    let _watch = Watch::set();
    let monitor = Monitor::builder().every(ms(1)).spawn().unwrap();
    thread::scope(|scope| {
        for number in 0..4 {
            let monitor = &monitor;
            scope.spawn(move || {
                for round in 0..100 {
                    monitor.note(format!("{number} {round}")).tell().unwrap();
                }
            });
        }
    });
    let notes = monitor.stats().wait().unwrap().notes;
    assert_eq!(notes.len(), 400);
    assert!(notes.is_sorted_by_key(|note| note.at));
    for number in 0..4 {
        let of = notes.iter().filter_map(|note| note.text.strip_prefix(&format!("{number} ")));
        assert!(of.eq((0..100).map(|round| round.to_string())));
    }
}

#[coproc::test]
fn only_what_is_for_the_log_is_in_it() {
    let _watch = Watch::set();
    let folder = Folder::new("log");
    let file = folder.file("run.log");
    for _ in 0..2 {
        let monitor = Monitor::builder().every(secs(3600)).log(&file).spawn().unwrap();
        monitor.note("loaded").details("3 files\nand a line").wait().unwrap();
        monitor.note("not this").log(false).print(true).wait().unwrap();
        monitor.note("plain").label(false).tell().unwrap();
        monitor.worker().join().unwrap();
    }
    // Nothing is lost when the same file is used again.
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 6, "{text}");
    let own = std::process::id();
    for run in lines.chunks(3) {
        let ends = format!(": watching process {own} every 3600s");
        assert!(run[0].starts_with("# 20") && run[0].ends_with(&ends), "{text}");
        let fields: Vec<&str> = run[1].split("  ").collect();
        assert_eq!(fields.len(), 4, "{text}");
        assert!(fields[0].ends_with(" s") && fields[2].ends_with(" MiB"), "{text}");
        assert_eq!(fields[1], own.to_string());
        assert_eq!(fields[3], "loaded: 3 files\\nand a line");
        assert!(run[2].ends_with("  plain"), "{text}");
    }
}

/// Has a monitor print some of its notes.
#[worker]
fn print_notes() {
    let monitor = Monitor::builder().every(secs(3600)).spawn().expect("a monitor");
    monitor.note("unprinted").wait().expect("it is noted");
    monitor.note("printed").details("to be read").print(true).wait().expect("it is noted");
    monitor.note("too").log(false).label(false).print(true).wait().expect("it is noted");
}

/// By the monitor, to where its host's output goes.
#[coproc::test]
fn only_what_is_to_be_printed_is() {
    let _watch = Watch::set();
    let folder = Folder::new("print");
    let file = folder.file("output");
    let output = fs::File::create(&file).unwrap();
    let host = PrintNotes::on(Process::new().stdout(output)).spawn().unwrap();
    host.worker().join().unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let [printed, too] = &*text.lines().collect::<Vec<_>>() else { panic!("{text}") };
    assert!(printed.ends_with("  printed: to be read") && too.ends_with("  too"), "{text}");
}

#[coproc::test]
fn a_log_that_cannot_be_written_is_told_to_who_waits() {
    let _watch = Watch::set();
    // Opening it works, and every write finds the device full; the first is of the log itself.
    match Monitor::builder().log("/dev/full").spawn() {
        Err(coproc::SpawnError::Init(error)) => {
            assert!(error.to_string().starts_with("cannot write `/dev/full`"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}
