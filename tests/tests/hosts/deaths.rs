//! The host dies: nothing of what it started is left, busy or not, and nothing of what that
//! started.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::Instant,
};

use coproc_tests::Watch;
use rustix::{
    event::{PollFd, PollFlags, poll},
    process::{Pid, PidfdFlags, pidfd_open},
};

/// One that rests and one that never stops, with one and two workers below them.
const WORKERS: usize = 5;

/// Starts a host, has it end, and waits until all its workers have.
#[track_caller]
fn end(how: &str) -> ExitStatus {
    let _watch = Watch::set();
    let mut host = Command::new(env!("CARGO_BIN_EXE_host"))
        .arg(how)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a host");
    let mut pids = String::new();
    let output = host.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut pids).expect("the pids of its workers");
    // Opened while they are alive, these lead to them and to nobody who gets their pid later.
    let pidfds: Vec<_> = pids
        .split_whitespace()
        .map(|pid| Pid::from_raw(pid.parse().expect("a pid")).expect("a pid"))
        .map(|pid| pidfd_open(pid, PidfdFlags::empty()).expect("it is alive"))
        .collect();
    assert_eq!(pidfds.len(), WORKERS, "{pids}");
    let began = Instant::now();
    // A copy that a host leaves of itself ends when this is dropped.
    let mut input = host.stdin.take().expect("its input");
    match how {
        "kill" => host.kill().expect("it is there"),
        _ => input.write_all(b"\n").expect("it reads"),
    }
    let status = host.wait().expect("how it ended");
    for pidfd in &pidfds {
        let mut polled = [PollFd::new(pidfd, PollFlags::IN)];
        while poll(&mut polled, None).is_err() {}
        assert!(polled[0].revents().contains(PollFlags::IN));
    }
    println!("`{how}`: all workers were gone after {:?}", began.elapsed());
    status
}

#[test]
fn it_is_killed() {
    use std::os::unix::process::ExitStatusExt;
    for _ in 0..10 {
        assert_eq!(end("kill").signal(), Some(9));
    }
}

#[test]
fn it_exits() {
    assert_eq!(end("exit").code(), Some(3));
}

#[test]
fn it_aborts() {
    use std::os::unix::process::ExitStatusExt;
    assert_eq!(end("abort").signal(), Some(6));
}

/// Whatever the kernel would do is called off, and a copy of the host holds its end of every link.
#[test]
fn it_ends_and_a_copy_of_it_does_not() {
    use std::os::unix::process::ExitStatusExt;
    assert_eq!(end("copy").signal(), Some(6));
}

#[test]
fn it_panics() {
    assert_eq!(end("panic").code(), Some(101));
}

#[test]
fn it_returns() {
    assert!(end("return").success());
}

#[test]
fn it_forgets_its_workers() {
    assert!(end("forget").success());
}

#[test]
fn it_detaches_its_workers() {
    assert!(end("detach").success());
}

/// Whether a process is there that was started with this variable.
fn is_anybody_there(variable: &str) -> bool {
    let processes = fs::read_dir("/proc").expect("the processes").flatten();
    let environments = processes.filter_map(|entry| fs::read(entry.path().join("environ")).ok());
    environments.into_iter().any(|environment| {
        environment.split(|byte| *byte == 0).any(|other| other == variable.as_bytes())
    })
}

/// What it has only just begun to start ends, too, at whatever point it is, and does not take itself
/// for the program.
#[test]
fn it_is_killed_while_it_starts_workers() {
    let _watch = Watch::set();
    let log = std::env::temp_dir().join(format!("coproc-started-{}", std::process::id()));
    fs::write(&log, "").expect("an empty log");
    let variable = format!("COPROC_TESTS_STARTED={}", log.display());
    for round in 1..=40 {
        let mut host = Command::new(env!("CARGO_BIN_EXE_host"))
            .env("COPROC_TESTS_STARTED", &log)
            .stdin(Stdio::null())
            .spawn()
            .expect("a host");
        while fs::metadata(&log).expect("a log").len() < round * 8 {
            thread::yield_now();
        }
        // Every round at another point of what it does.
        (0..round * 20_000).for_each(|_| std::hint::spin_loop());
        host.kill().expect("it is there");
        host.wait().expect("its end");
        while is_anybody_there(&variable) {
            thread::yield_now();
        }
        let started = fs::read_to_string(&log).expect("a log");
        assert_eq!(started.lines().count() as u64, round, "a worker ran `main`");
    }
    fs::remove_file(&log).expect("it is removed");
}
