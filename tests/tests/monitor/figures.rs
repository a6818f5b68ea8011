//! What a monitor has seen, as files.

use std::{fs, path::Path, thread};

use coproc::{Monitor, prelude::*};
use coproc_tests::Watch;

use super::{Folder, Subject, last, seen};

fn svg(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a picture");
    assert!(text.starts_with("<svg") && text.trim_end().ends_with("</svg>"), "{text}");
    text
}

/// Whoever looks at it sees a whole picture, also while it is drawn anew.
#[coproc::test]
fn the_figure_is_saved_again_and_again_and_at_the_end() {
    let _watch = Watch::set();
    let folder = Folder::new("figure");
    let file = folder.file("run.svg");
    let builder = Monitor::builder().every(ms(5)).plot(&file).plot_every(2);
    let monitor = builder.spawn().unwrap();
    let subject = Subject::on(Process::new().name("watched")).spawn().unwrap();
    let pid = subject.worker().pid().unwrap();
    while !file.exists() || !svg(&file).contains(&format!("watched {pid}")) {
        // sleeps because a monitor tells nobody that it has drawn
        thread::sleep(ms(5));
    }
    monitor.note("the last word").tell().unwrap();
    monitor.note("unlabelled").label(false).tell().unwrap();
    monitor.worker().join().unwrap();
    let text = svg(&file);
    assert!(text.contains("the last word") && !text.contains("unlabelled"), "{text}");
    // Nothing is left of the steps on the way.
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
}

#[coproc::test]
fn a_figure_that_cannot_be_saved_stops_nothing() {
    let _watch = Watch::set();
    let folder = Folder::new("gone");
    let inner = folder.file("inner");
    fs::create_dir(&inner).unwrap();
    let builder = Monitor::builder().every(ms(1)).plot(inner.join("run.svg")).plot_every(1);
    let monitor = builder.spawn().unwrap();
    // The figure may be written into it at this very moment.
    while fs::remove_dir_all(&inner).is_err() {}
    let own = std::process::id();
    let now = seen(&monitor, |stats| last(stats, own).map(|sample| sample.at));
    seen(&monitor, |stats| (last(stats, own)?.at > now).then_some(()));
    match monitor.worker().join() {
        Err(CallError::Handler(error)) => {
            assert!(error.to_string().contains("there is no folder"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[coproc::test]
fn stats_are_saved_in_every_form() {
    let _watch = Watch::set();
    let folder = Folder::new("forms");
    let monitor = Monitor::builder().every(ms(5)).spawn().unwrap();
    monitor.note("a \"note\", with everything").wait().unwrap();
    let stats = monitor.stats().wait().unwrap();

    let file = folder.file("memory.csv");
    stats.to_csv(&file).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("at,pid,name,rss,anon,peak,cpu"));
    for (line, sample) in lines.by_ref().zip(&stats.samples) {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields[1].parse(), Ok(sample.pid));
        assert_eq!(
            fields[3..6].join(","),
            format!("{},{},{}", sample.rss, sample.anon, sample.peak)
        );
        assert_eq!(fields[0].parse(), Ok(sample.at.as_secs_f64()));
    }
    assert_eq!(text.lines().count(), stats.samples.len() + 1);

    stats.to_json(folder.file("memory.json")).unwrap();
    let text = fs::read_to_string(folder.file("memory.json")).unwrap();
    assert!(text.contains(r#""text":"a \"note\", with everything""#), "{text}");
    stats.plot(folder.file("memory.svg")).unwrap();
    assert!(svg(&folder.file("memory.svg")).contains("with everything"));
    stats.plot(folder.file("memory.png")).unwrap();
    assert!(fs::read(folder.file("memory.png")).unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));

    let nowhere = folder.file("no folder/memory.svg");
    let error = stats.plot(&nowhere).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    let text = format!("cannot write `{}`: there is no folder `", nowhere.display());
    assert!(error.to_string().starts_with(&text), "{error}");
}
