//! What the program around it, or the system, does to its children and descriptors.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use coproc::{Process, SpawnError, error::Exit, prelude::*};
use coproc_tests::{Census, Watch};
use rustix::process::{Resource, Rlimit, WaitOptions, getrlimit, setrlimit, wait};

/// Ends as it is told to.
pub(crate) struct Short;

#[worker(pub(crate))]
impl Short {
    #[init]
    fn new() -> Self {
        Self
    }

    #[message]
    fn ping(&self) -> u32 {
        7
    }

    #[message]
    fn echo(&self, text: &str) -> String {
        text.to_owned()
    }

    /// Takes its time.
    #[message]
    fn pause(&self, millis: u64) {
        // sleeps because whoever waits is to be interrupted meanwhile
        thread::sleep(ms(millis));
    }

    #[message]
    fn exit(&self) {
        std::process::exit(3);
    }
}

/// Starts workers that end in every way; gives how one that dies is told to have ended.
fn live_and_die() -> Exit {
    let short = Short::spawn().expect("a worker");
    assert_eq!(short.ping().wait(), Ok(7));
    assert_eq!(short.worker().join(), Ok(()));
    drop(short);
    let short = Short::spawn().expect("a worker");
    short.worker().kill();
    assert!(matches!(short.worker().join(), Err(CallError::Closed(_))));
    assert_eq!(short.worker().exit(), Some(Exit::Killed));
    let short = Short::spawn().expect("a worker");
    match short.exit().wait() {
        Err(CallError::Crashed(report)) => {
            assert_eq!(report.handler(), Some("exit"));
            report.exit()
        }
        other => panic!("expected a crash, got {other:?}"),
    }
}

unsafe extern "C" {
    fn siginterrupt(number: i32, interrupts: i32) -> i32;
    fn pthread_self() -> usize;
    fn pthread_kill(thread: usize, number: i32) -> i32;
    fn signal(number: i32, handler: usize) -> usize;
}

/// In a program that ignores what becomes of its children.
#[worker]
fn ignore_children() {
    const SIGCHLD: i32 = 17;
    const SIG_IGN: usize = 1;
    // SAFETY: it sets how a signal is treated, to a treatment that runs no code.
    assert_ne!(unsafe { signal(SIGCHLD, SIG_IGN) }, usize::MAX);
    for _ in 0..10 {
        assert_eq!(live_and_die(), Exit::Unknown);
    }
}

#[coproc::test]
fn its_host_ignores_its_children() {
    let _watch = Watch::set();
    let host = IgnoreChildren::spawn().expect("a host");
    assert_eq!(host.worker().join(), Ok(()));
}

/// In a program that waits for every child there is.
#[worker]
fn wait_for_children() {
    static OVER: AtomicBool = AtomicBool::new(false);
    let waiting = thread::spawn(|| {
        let mut waited = 0;
        while !OVER.load(Ordering::Relaxed) {
            match wait(WaitOptions::NOHANG) {
                Ok(Some(_)) => waited += 1,
                _ => thread::yield_now(),
            }
        }
        waited
    });
    for _ in 0..10 {
        let exit = live_and_die();
        assert!(matches!(exit, Exit::Unknown | Exit::Code(3)), "{exit:?}");
    }
    OVER.store(true, Ordering::Relaxed);
    println!("{} were waited for by somebody else", waiting.join().expect("it ends"));
}

#[coproc::test]
fn its_host_waits_for_it_itself() {
    let _watch = Watch::set();
    let host = WaitForChildren::spawn().expect("a host");
    assert_eq!(host.worker().join(), Ok(()));
}

/// In a program that may open `more` descriptors than it has, at first; gives how many failed.
#[worker]
fn run_out_of_descriptors(prepared: bool) -> usize {
    let all = getrlimit(Resource::Nofile);
    if prepared {
        live_and_die();
    }
    let mut failed = 0;
    for more in 0..16 {
        let before = Census::take();
        let open: usize = before.descriptors.values().sum();
        let current = Some((open + more) as u64);
        setrlimit(Resource::Nofile, Rlimit { current, ..all }).expect("it is lowered");
        let spawned = Short::spawn();
        setrlimit(Resource::Nofile, all).expect("it is raised");
        match spawned {
            Ok(short) => assert_eq!(short.ping().wait(), Ok(7)),
            Err(SpawnError::Os(error)) => {
                assert_eq!(error.raw_os_error(), Some(24), "{error}");
                failed += 1;
                if prepared {
                    assert_eq!(Census::take(), before, "with {more} more");
                }
            }
            Err(other) => panic!("with {more} more: {other}"),
        }
    }
    assert_eq!(live_and_die(), Exit::Code(3));
    failed
}

/// There is an error, nothing is left of the attempt, and the next one succeeds.
#[coproc::test]
fn its_host_runs_out_of_descriptors() {
    let _watch = Watch::set();
    for prepared in [true, false] {
        let host = RunOutOfDescriptors::spawn(prepared).expect("a host");
        let failed = host.worker().join().expect("no assertion fails");
        assert!((1..16).contains(&failed), "{failed} failed");
    }
}

/// In a program that is interrupted again and again, in whatever it does.
#[worker]
fn be_interrupted() {
    extern "C" fn nothing(_: i32) {}
    const SIGALRM: i32 = 14;
    // SAFETY: the handler does nothing, which is safe at any point of any program.
    assert_ne!(unsafe { signal(SIGALRM, nothing as extern "C" fn(i32) as usize) }, usize::MAX);
    // SAFETY: it sets that system calls are not taken up again after that signal.
    assert_eq!(unsafe { siginterrupt(SIGALRM, 1) }, 0);
    // SAFETY: it has no condition.
    let interrupted = unsafe { pthread_self() };
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                // SAFETY: the thread is alive, since it waits for this one before it ends, and the
                // signal is handled as set above.
                assert_eq!(unsafe { pthread_kill(interrupted, SIGALRM) }, 0);
                // sleeps because a thread that is interrupted all the time gets nowhere
                thread::sleep(Duration::from_micros(100));
            }
        });
        let _over = SetOnDrop(&over);
        use_workers();
    });
}

/// Also where an assertion fails.
struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn use_workers() {
    for _ in 0..20 {
        assert_eq!(live_and_die(), Exit::Code(3));
    }
    let short = Short::spawn().expect("a worker");
    for size in [0, 100, 10_000_000].repeat(5) {
        let text = "x".repeat(size);
        assert_eq!(short.echo(&text).wait().as_ref(), Ok(&text));
        let mut pending = short.pause(20).send().expect("sent");
        assert_eq!(pending.wait_timeout(secs(50)), Some(Ok(())));
    }
}

#[coproc::test]
fn its_host_is_interrupted() {
    let _watch = Watch::set();
    let host = BeInterrupted::spawn().expect("a host");
    assert_eq!(host.worker().join(), Ok(()));
}

/// In a program whose directory is gone.
#[worker]
fn be_nowhere(dir: &std::path::Path) {
    std::env::set_current_dir(dir).expect("it is there");
    std::fs::remove_dir(dir).expect("it is empty");
    assert!(std::env::current_dir().is_err());
    assert_eq!(live_and_die(), Exit::Code(3));
}

#[coproc::test]
fn its_host_is_nowhere() {
    let _watch = Watch::set();
    let dir = std::env::temp_dir().join(format!("coproc-nowhere-{}", std::process::id()));
    std::fs::create_dir(&dir).expect("a new directory");
    let place = Process::new().env_clear().env("TMPDIR", "/there/is/none");
    let host = BeNowhere::on(place).spawn(&dir).expect("a host");
    assert_eq!(host.worker().join(), Ok(()));
}
