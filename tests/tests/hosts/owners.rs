//! What an owner does with its worker.

use std::{
    fs::File,
    path::{Path, PathBuf},
    thread,
};

use coproc::{Process, error::Exit, prelude::*};
use coproc_tests::{Gate, Watch, gate};
use rustix::{
    process::{Pid, Signal, WaitOptions, kill_process, waitpid},
    thread::gettid,
};

/// Counts what it has handled.
pub(crate) struct Tenant {
    handled: u64,
    at_the_end: Option<PathBuf>,
}

#[worker(pub(crate))]
impl Tenant {
    #[init]
    fn new(at_the_end: Option<PathBuf>) -> Self {
        Self { handled: 0, at_the_end }
    }

    #[message]
    fn ping(&mut self) -> u64 {
        self.handled += 1;
        self.handled
    }

    /// Says that it has begun, and waits at a gate.
    #[message]
    fn stay(&mut self, begun: &Path, gate: &Path) {
        gate::open(begun);
        gate::pass(gate);
        self.handled += 1;
    }

    #[close]
    fn finish(self) -> u64 {
        if let Some(path) = self.at_the_end {
            File::create_new(path).expect("a new file");
        }
        self.handled
    }
}

fn tenant() -> coproc::spawn::WorkerResource<Tenant> {
    Tenant::spawn(None).expect("a tenant")
}

/// Has it begun a call that waits at the gate.
fn occupy(tenant: &TenantController, gate: &Gate) -> coproc::Pending<()> {
    let entry = Gate::new();
    let pending = tenant.stay(&entry, gate).send().expect("sent");
    gate::pass(&entry);
    pending
}

/// Waits until no thread of this process has this id, and the kernel has done what it does then.
fn wait_gone(thread: rustix::thread::Pid) {
    let task = format!("/proc/self/task/{}", thread.as_raw_nonzero());
    while Path::new(&task).exists() {
        thread::yield_now();
    }
}

/// The kernel ends a process with the thread that started it, if the process asked for that.
#[coproc::test]
fn the_thread_that_started_it_ends() {
    let _watch = Watch::set();
    // `coproc` is what the thread is called that starts processes.
    for name in ["any", "coproc"] {
        let thread = thread::Builder::new().name(name.into());
        let thread = thread.spawn(|| (tenant(), gettid())).expect("a thread");
        let (tenant, id) = thread.join().expect("a tenant");
        wait_gone(id);
        for n in 1..100 {
            assert_eq!(tenant.ping().wait(), Ok(n), "the thread was called `{name}`");
        }
        assert_eq!(tenant.worker().join(), Ok(99));
    }
}

#[coproc::test]
fn it_is_dropped_and_finishes_what_is_queued() {
    let _watch = Watch::set();
    let gate = Gate::new();
    let end = std::env::temp_dir().join(format!("coproc-end-{}", std::process::id()));
    let tenant = Tenant::on(Process::new().grace(secs(50))).spawn(Some(end.clone()));
    let tenant = tenant.expect("a tenant");
    let controller = (*tenant).clone();
    let begun = occupy(&tenant, &gate);
    let queued = tenant.ping().send().expect("sent");
    gate.open();
    drop(tenant);
    assert_eq!(controller.worker().exit(), Some(Exit::Closed));
    assert_eq!((begun.wait(), queued.wait()), (Ok(()), Ok(2)));
    assert_eq!(controller.worker().join(), Ok(2));
    std::fs::remove_file(end).expect("`#[close]` has run");
}

#[coproc::test]
fn it_is_dropped_and_does_not_end() {
    let _watch = Watch::set();
    let gate = Gate::new();
    let tenant = Tenant::on(Process::new().grace(ms(20))).spawn(None).expect("a tenant");
    let controller = (*tenant).clone();
    let begun = occupy(&tenant, &gate);
    let queued = tenant.ping().send().expect("sent");
    drop(tenant);
    assert_eq!(controller.worker().exit(), Some(Exit::Killed));
    let error = begun.wait().expect_err("it was killed");
    assert!(matches!(error, CallError::Closed(_)) && !error.is_unstarted(), "{error:?}");
    assert!(queued.wait().expect_err("it was killed").is_unstarted());
}

#[coproc::test]
fn it_is_detached() {
    let _watch = Watch::set();
    let tenant = tenant();
    let controller = (*tenant).clone();
    tenant.worker().detach();
    drop(tenant);
    assert_eq!(controller.ping().wait(), Ok(1));
    assert!(controller.worker().is_alive());
    assert_eq!(controller.worker().join(), Ok(1));
}

#[coproc::test]
fn it_is_terminated() {
    let _watch = Watch::set();
    let willing = tenant();
    willing.worker().terminate(secs(50));
    assert_eq!(willing.worker().exit(), Some(Exit::Closed));
    assert_eq!(willing.worker().join(), Ok(0));

    let gate = Gate::new();
    let busy = tenant();
    let begun = occupy(&busy, &gate);
    busy.worker().terminate(ms(20));
    assert_eq!(busy.worker().exit(), Some(Exit::Killed));
    assert!(!begun.wait().expect_err("it was killed").is_unstarted());
    busy.worker().terminate(ms(20));
}

#[coproc::test]
fn it_is_killed() {
    let _watch = Watch::set();
    let gate = Gate::new();
    let tenant = tenant();
    let begun = occupy(&tenant, &gate);
    let queued = tenant.ping().send().expect("sent");
    tenant.worker().kill();
    let error = begun.wait().expect_err("it was killed");
    assert!(error.to_string().contains("killed by its owner"), "{error}");
    assert!(!error.is_unstarted());
    assert!(queued.wait().expect_err("it was killed").is_unstarted());
    for _ in 0..2 {
        let error = tenant.worker().join().expect_err("it was killed");
        assert!(error.to_string().contains("killed by its owner"), "{error}");
    }
    assert_eq!(tenant.worker().exit(), Some(Exit::Killed));
    tenant.worker().kill();
}

#[coproc::test]
fn it_is_joined_for_a_while() {
    let _watch = Watch::set();
    let gate = Gate::new();
    let tenant = tenant();
    let begun = occupy(&tenant, &gate);
    assert_eq!(tenant.worker().join_timeout(ms(20)), None);
    assert!(tenant.ping().wait().expect_err("it is closing").is_unstarted());
    gate.open();
    assert_eq!(tenant.worker().join_timeout(secs(50)), Some(Ok(1)));
    assert_eq!(begun.wait(), Ok(()));
    assert_eq!(tenant.worker().join(), Ok(1));
}

/// It does not answer, and cannot be asked to end; it can be given up and got rid of.
#[coproc::test]
fn it_is_stopped() {
    let _watch = Watch::set();
    let tenant = Tenant::on(Process::new().grace(ms(20))).spawn(None).expect("a tenant");
    let controller = (*tenant).clone();
    let pid = Pid::from_raw(tenant.worker().pid().expect("a process").cast_signed());
    kill_process(pid.expect("a process"), Signal::STOP).expect("it is to stop");
    let (_, status) = waitpid(pid, WaitOptions::UNTRACED).expect("a child").expect("it stops");
    assert!(status.stopped());
    let outcome = tenant.ping().deadline(ms(20)).wait();
    assert!(matches!(outcome, Err(CallError::Deadline { .. })), "{outcome:?}");
    let pending = tenant.ping().send().expect("sent");
    drop(tenant);
    assert_eq!(controller.worker().exit(), Some(Exit::Killed));
    assert!(pending.wait().expect_err("it was killed").is_unstarted());
}
