//! A monitor sees what there is to see, says when, and neither disturbs nor needs what it watches.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio, id},
    thread,
    time::Duration,
};

use coproc::{
    Monitor, Process, SpawnError,
    monitor::{Sample, Stats},
    prelude::*,
    spawn::WorkerResource,
};
use coproc_tests::Watch;

#[path = "monitor/figures.rs"]
mod figures;
#[path = "monitor/notes.rs"]
mod notes;

/// Has memory, uses the processor, starts others.
pub(crate) struct Subject {
    data: Vec<u8>,
    others: Vec<WorkerResource<Subject>>,
}

#[worker(pub(crate))]
impl Subject {
    #[init]
    fn new() -> Self {
        Self { data: Vec::new(), others: Vec::new() }
    }

    #[message]
    fn allocate(&mut self, bytes: usize) {
        self.data = vec![1; bytes];
    }

    /// Uses this much time of the processor.
    #[message]
    fn burn(&self, time: Duration) -> u64 {
        let used = || rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        let used = || Duration::new(used().tv_sec.unsigned_abs(), used().tv_nsec as u32);
        let until = used() + time;
        let mut turns = 0;
        while used() < until {
            turns += 1;
        }
        turns
    }

    /// Starts one more, and gives its pid.
    #[message]
    fn bear(&mut self) -> Option<u32> {
        let other = Subject::spawn().ok()?;
        let pid = other.worker().pid();
        self.others.push(other);
        pid
    }

    #[message]
    fn ping(&self) -> u32 {
        7
    }
}

/// A folder that is removed with this value.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("coproc-monitor-{name}-{}", id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Asks until what was seen is `enough`.
pub(crate) fn seen<T>(monitor: &Monitor, enough: impl Fn(&Stats) -> Option<T>) -> T {
    loop {
        let stats = monitor.stats().wait().expect("stats");
        if let Some(found) = enough(&stats) {
            return found;
        }
        // sleeps because a monitor tells nobody that it has looked
        thread::sleep(ms(5));
    }
}

/// The youngest sample of a process.
pub(crate) fn last(stats: &Stats, pid: u32) -> Option<&Sample> {
    stats.samples.iter().rev().find(|sample| sample.pid == pid)
}

/// A process that is no worker and does nothing, and ends with this one.
fn bystander() -> Child {
    Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("cat(1)")
}

fn end(mut child: Child) {
    child.kill().expect("it is killed");
    child.wait().expect("it has ended");
}

#[coproc::test]
fn descendants_are_found_by_themselves_and_the_monitor_is_aside() {
    let _watch = Watch::set();
    let before = Subject::spawn().unwrap();
    let monitor = Monitor::builder().every(ms(5)).spawn().unwrap();
    let after = Subject::on(Process::new().name("after")).spawn().unwrap();
    let grandchild = after.bear().wait().unwrap().unwrap();
    let other = bystander();
    let own = monitor.worker().pid().unwrap();
    let pids = [id(), before.worker().pid().unwrap(), after.worker().pid().unwrap(), grandchild];
    for pid in pids.into_iter().chain([other.id()]) {
        seen(&monitor, |stats| last(stats, pid).map(drop));
    }
    let after = after.worker().pid().unwrap();
    seen(&monitor, |stats| (last(stats, after)?.name == "after").then_some(()));
    end(other);
    let stats = monitor.stats().wait().unwrap();
    assert!(stats.samples.iter().all(|sample| sample.pid != own));
}

#[coproc::test]
fn memory_and_cpu_are_those_of_the_process() {
    let _watch = Watch::set();
    let subject = Subject::spawn().unwrap();
    let pid = subject.worker().pid().unwrap();
    let monitor = Monitor::builder().every(ms(20)).pid(pid).spawn().unwrap();
    let some = 64 << 20;
    subject.allocate(some).wait().unwrap();
    let some = some as u64;
    let large = |stats: &Stats| last(stats, pid).filter(|last| last.anon >= some).cloned();
    let large = seen(&monitor, large);
    assert!(large.anon <= large.rss && large.rss <= large.peak, "{large:?}");
    assert!(large.rss < 4 * some, "{large:?}");

    subject.allocate(0).wait().unwrap();
    let small = |stats: &Stats| last(stats, pid).filter(|last| last.rss < some).cloned();
    let small = seen(&monitor, small);
    assert!(small.peak >= some, "{small:?}");

    // What was burnt is in the samples that were taken while it was: cores times time.
    subject.burn(ms(300)).wait().unwrap();
    let used = |stats: &Stats| {
        let pairs = stats.samples.windows(2);
        pairs.map(|pair| pair[1].cpu * (pair[1].at - pair[0].at).as_secs_f64()).sum::<f64>()
    };
    seen(&monitor, |stats| (used(stats) > 0.2).then_some(()));
}

#[coproc::test]
fn samples_of_one_round_bear_one_time() {
    let _watch = Watch::set();
    let subjects: Vec<_> = (0..5).map(|_| Subject::spawn().unwrap()).collect();
    let monitor = Monitor::builder().every(ms(5)).spawn().unwrap();
    let pids: Vec<u32> = subjects.iter().filter_map(|subject| subject.worker().pid()).collect();
    let enough = |stats: &Stats| {
        pids.iter()
            .all(|pid| last(stats, *pid).is_some_and(|last| !last.at.is_zero()))
            .then_some(())
    };
    seen(&monitor, enough);
    let stats = monitor.stats().wait().unwrap();
    assert!(stats.samples.is_sorted_by_key(|sample| sample.at));
    for round in stats.samples.chunk_by(|a, b| a.at == b.at) {
        let found = pids.iter().filter(|pid| round.iter().any(|sample| sample.pid == **pid));
        assert_eq!(found.count(), pids.len(), "{round:?}");
    }
}

/// Its period is an hour: whatever it answers, it answers between two looks.
#[coproc::test]
fn questions_do_not_wait_for_the_next_look() {
    let _watch = Watch::set();
    let _subjects: Vec<_> = (0..5).map(|_| Subject::spawn().unwrap()).collect();
    let monitor = Monitor::builder().every(secs(3600)).spawn().unwrap();
    for number in 0..100 {
        monitor.note(number.to_string()).wait().unwrap();
        assert_eq!(monitor.stats().wait().unwrap().notes.len(), number + 1);
    }
    // It looked as it started.
    assert!(last(&monitor.stats().wait().unwrap(), id()).is_some());
}

#[coproc::test]
fn it_watches_what_it_is_told_to() {
    let _watch = Watch::set();
    let subject = Subject::spawn().unwrap();
    let pid = subject.worker().pid().unwrap();
    let child = subject.bear().wait().unwrap().unwrap();
    let alone = Monitor::builder().every(ms(5)).pid(pid).children(false).spawn().unwrap();
    let family = Monitor::builder().every(ms(5)).pid(pid).spawn().unwrap();
    let looks = |stats: &Stats| (last(stats, pid)?.at > Duration::ZERO).then_some(());
    seen(&family, |stats| last(stats, child).map(drop));
    seen(&alone, looks);
    let pids = |monitor: &Monitor| {
        let stats = monitor.stats().wait().unwrap();
        let mut pids: Vec<u32> = stats.samples.iter().map(|sample| sample.pid).collect();
        pids.sort_unstable();
        pids.dedup();
        pids
    };
    assert_eq!(pids(&alone), [pid]);
    let mut both = [pid, child];
    both.sort_unstable();
    assert_eq!(pids(&family), both);
}

#[coproc::test]
fn it_survives_the_end_of_what_it_watches() {
    let _watch = Watch::set();
    let subject = Subject::spawn().unwrap();
    let pid = subject.worker().pid().unwrap();
    let monitor = Monitor::builder().every(ms(1)).pid(pid).spawn().unwrap();
    for _ in 0..20 {
        subject.bear().wait().unwrap().unwrap();
    }
    subject.worker().kill();
    drop(subject);
    monitor.note("it has ended").wait().unwrap();
    // Nothing is left to look at, and what was seen is still there.
    let ended = monitor.stats().wait().unwrap();
    assert!(last(&ended, pid).is_some());
    assert_eq!(ended.notes[0].text, "it has ended");
    monitor.worker().join().unwrap();
}

#[coproc::test]
fn processes_that_come_and_go_are_no_error() {
    let _watch = Watch::set();
    let monitor = Monitor::builder().every(ms(1)).spawn().unwrap();
    for _ in 0..200 {
        let mut short = Command::new("true").spawn().expect("true(1)");
        short.wait().expect("it has ended");
    }
    assert!(last(&monitor.stats().wait().unwrap(), id()).is_some());
    monitor.worker().join().unwrap();
}

#[coproc::test]
fn its_end_disturbs_no_process() {
    let _watch = Watch::set();
    let subject = Subject::spawn().unwrap();
    for _ in 0..20 {
        let monitor = Monitor::builder().every(ms(1)).spawn().unwrap();
        let pending = subject.burn(ms(2)).send().unwrap();
        monitor.worker().kill();
        assert!(pending.wait().unwrap() > 0);
        assert!(matches!(monitor.stats().wait(), Err(CallError::Closed(_))));
        assert!(matches!(monitor.note("late").wait(), Err(CallError::Closed(_))));
    }
    assert_eq!(subject.ping().wait(), Ok(7));
}

#[coproc::test]
fn what_cannot_be_watched_or_written_is_said_at_once() {
    let _watch = Watch::set();
    let mut ended = bystander();
    ended.kill().expect("it is killed");
    ended.wait().expect("it has ended");
    let refused = |builder: coproc::monitor::MonitorBuilder| match builder.spawn() {
        Err(SpawnError::Init(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let text = refused(Monitor::builder().pid(ended.id()));
    assert_eq!(text, format!("there is no process {} to watch", ended.id()));
    let nowhere = Path::new("/proc/nowhere/run.log");
    let text = refused(Monitor::builder().log(nowhere));
    let folder = "there is no folder `/proc/nowhere`";
    assert_eq!(text, format!("cannot write `/proc/nowhere/run.log`: {folder}"));
    let text = refused(Monitor::builder().plot(nowhere.with_extension("svg")));
    assert_eq!(text, format!("cannot write `/proc/nowhere/run.svg`: {folder}"));
    let text = refused(Monitor::builder().plot("run.gif"));
    assert!(text.ends_with("run.gif`: let it end in `.svg` or `.png`"), "{text}");
}
