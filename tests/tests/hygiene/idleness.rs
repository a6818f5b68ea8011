//! Who has nothing to do sleeps in the kernel.

use std::{collections::BTreeMap, fs, thread};

use coproc::{Monitor, Process, Queue, State, prelude::*, queue::QueueError, state::StateError};
use coproc_tests::Watch;

/// Rests.
pub(crate) struct Sleeper;

#[worker(pub(crate))]
impl Sleeper {
    #[init]
    fn new() -> Self {
        Self
    }

    #[message]
    fn ping(&self) -> u32 {
        std::process::id()
    }

    /// Waits for what never comes.
    #[message]
    fn watch(&self, state: State) -> Result<u32, StateError> {
        state.key("n").wait_until(|n| *n > 1)
    }

    /// The same, while something else is there.
    #[message]
    fn look(&self, queue: Queue<u32>) -> Result<u32, QueueError> {
        Ok(queue.recv_if(|n| *n > 1)?.into_inner())
    }
}

/// A host that waits for something else, after it has used workers.
#[worker]
fn host_sleepers(messenger: coproc::Messenger<Vec<u32>, ()>) {
    let sleepers: Vec<_> =
        (0..3).map(|_| Sleeper::on(Process::new()).spawn().expect("a sleeper")).collect();
    let mut pids: Vec<u32> =
        sleepers.iter().map(|sleeper| sleeper.ping().wait().expect("a pid")).collect();
    let state = State::spawn().expect("a state");
    let queue = Queue::builder().timeout(secs(3600)).spawn().expect("a queue");
    state.set("n", &1_u32).expect("it is set");
    queue.send(1).expect("it is sent");
    let waits = sleepers[0].watch(state.clone()).send().expect("it is sent");
    let looks = sleepers[1].look(queue.clone()).send().expect("it is sent");
    // Between two looks, that is.
    let monitor = Monitor::builder().every(secs(3600)).spawn().expect("a monitor");
    pids.extend(monitor.worker().pid());
    messenger.send(pids).expect("it is sent");
    // Asked to close, it is told so here.
    let _ = messenger.recv();
    drop((waits, looks));
}

/// By thread, how often it has gone to sleep: every wake-up is followed by one.
fn sleeps(pid: u32) -> BTreeMap<String, u64> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("its threads").flatten();
    let sleeps = |status: &str| {
        let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    tasks
        .filter_map(|task| {
            let status = fs::read_to_string(task.path().join("status")).ok()?;
            Some((task.file_name().to_string_lossy().into_owned(), sleeps(&status)?))
        })
        .collect()
}

/// Once what was begun is over, no thread of these processes wakes up any more.
#[coproc::test]
fn idle_hosts_workers_and_monitors_do_not_wake_up() {
    let _watch = Watch::set();
    let host = HostSleepers::spawn().expect("a host");
    let mut pids = host.messenger().recv().expect("the pids of its workers");
    pids.push(host.worker().pid().expect("a process"));
    let count = || pids.iter().map(|pid| sleeps(*pid)).collect::<Vec<_>>();
    let still = (0..50).any(|_| {
        let before = count();
        assert!(before.iter().all(|threads| threads.len() > 1), "{before:?}");
        // sleeps because that something does not happen can only be seen over a time
        thread::sleep(ms(300));
        before == count()
    });
    assert!(still, "somebody wakes up again and again: {:?}", count());
}
