//! Which programs become workers, and which do not.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    os::{fd::OwnedFd, unix::net::UnixStream},
    path::Path,
    process::{Command, Stdio},
};

use coproc::{SpawnError, prelude::*};
use coproc_tests::Watch;

const HOST: &str = env!("CARGO_BIN_EXE_host");

/// It says what is missing, and does not start itself over and over.
#[test]
fn a_program_that_is_not_prepared_is_told_so() {
    let _watch = Watch::set();
    for variable in ["NOT_COPROC", "COPROC_WORKER"] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_unprepared"));
        let output = program.env(variable, "1").output().expect("it runs");
        let text = String::from_utf8(output.stdout).expect("text");
        let (first, rest) = text.split_once('\n').expect("two lines");
        assert_eq!(first, "main runs");
        assert!(rest.contains("put `#[coproc::main]` on `main`"), "{rest}");
        assert!(!rest.contains("runs"), "{rest}");
        assert!(output.status.success());
    }
}

/// Starts the program and has it start workers again after `meanwhile`.
#[track_caller]
fn start_again(program: &Path, meanwhile: impl FnOnce()) {
    let mut host = Command::new(program)
        .arg("again")
        .env("COPROC_WORKER", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a host");
    let mut output = BufReader::new(host.stdout.take().expect("its output"));
    let mut line = String::new();
    output.read_line(&mut line).expect("the pids of its workers");
    assert_eq!(line.split_whitespace().count(), 5, "{line}");
    meanwhile();
    host.stdin.take().expect("its input").write_all(b"\n").expect("it reads");
    line.clear();
    output.read_line(&mut line).expect("how many more");
    assert_eq!(line, "2 more\n");
    assert!(host.wait().expect("its end").success());
}

/// The variable alone says nothing: whoever sets it by hand gets the program as it always is.
#[test]
fn a_variable_makes_no_worker() {
    let _watch = Watch::set();
    start_again(Path::new(HOST), || {});
}

/// Nor does a socket: what comes over it has to be what a parent says.
#[test]
fn a_socket_makes_no_worker() {
    let _watch = Watch::set();
    let (mut ours, theirs) = UnixStream::pair().expect("two sockets");
    ours.write_all(b"run as me\n").expect("it is sent");
    let output = Command::new(HOST)
        .arg("exit")
        .env("COPROC_WORKER", "1")
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .output()
        .expect("it runs");
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(text, "coproc: this process cannot be a worker: its parent sent no ledger\n");
    assert_eq!(output.status.code(), Some(70));
}

/// A worker whose parent ended before it was spoken to is nobody's worker, and not the program
/// either: that has run already.
#[test]
fn a_worker_without_its_parent_is_nothing() {
    let _watch = Watch::set();
    let (_ours, theirs) = UnixStream::pair().expect("two sockets");
    let output = Command::new("sh")
        .args(["-c", "\"$0\" exit; echo it ended with $?", HOST])
        .env("COPROC_WORKER", "1")
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .output()
        .expect("it runs");
    assert_eq!(String::from_utf8(output.stdout).as_deref(), Ok("it ended with 70\n"));
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(text, "coproc: this process cannot be a worker: its parent is gone\n");
}

/// In a process of its own: what this one has open for writing, a program that another test starts
/// at the same time has open for a moment, too, and then it cannot be executed.
fn copy(from: &str, to: &Path) {
    assert!(Command::new("cp").arg(from).arg(to).status().expect("it is copied").success());
}

/// The workers of a program are that program, whatever lies at its path by then.
#[test]
fn a_program_that_is_replaced_starts_itself() {
    let _watch = Watch::set();
    let dir = std::env::temp_dir().join(format!("coproc-replaced-{}", std::process::id()));
    fs::create_dir(&dir).expect("a new directory");
    let program = dir.join("host");
    copy(HOST, &program);
    start_again(&program, || fs::remove_file(&program).expect("it is removed"));
    copy(HOST, &program);
    start_again(&program, || {
        fs::remove_file(&program).expect("it is removed");
        let mut other = File::create_new(&program).expect("another in its place");
        other.write_all(b"#!/bin/false\n").expect("it is written");
    });
    fs::remove_dir_all(&dir).expect("it is removed");
}

/// Starts one of its own kind.
pub(crate) struct Doll;

#[worker(pub(crate))]
impl Doll {
    #[init]
    fn new() -> Self {
        Self
    }

    /// How many can stand in one another, and why not one more.
    #[message]
    fn deeper(&self) -> Result<(u32, String), String> {
        match Self::spawn() {
            Ok(inner) => {
                let (count, why) = inner.deeper().wait().map_err(|error| error.to_string())?;
                Ok((count + 1, why))
            }
            Err(error @ SpawnError::Nested) => Ok((1, error.to_string())),
            Err(other) => Err(other.to_string()),
        }
    }
}

#[coproc::test]
fn workers_start_workers_to_a_depth() {
    let _watch = Watch::set();
    let doll = Doll::spawn().expect("the outermost");
    let (count, why) = doll.deeper().wait().expect("all of them");
    assert_eq!(count, 16);
    assert!(why.contains("more than 16 deep"), "{why}");
}
