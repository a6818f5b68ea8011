//! What coproc is measured beside.

pub mod actor;
pub mod ipc;
pub mod pipes;
pub mod python;
pub mod raw;
pub mod threads;

use std::{
    env, io,
    process::{Child, Command, ExitCode, Stdio, exit},
};

/// Says what this process is to be; the value is a role, then what the role needs to know.
const VARIABLE: &str = "COPROC_BENCH_PEER";

/// A peer's process, which ends by itself when the links to it are gone.
#[derive(Debug)]
struct Process(Child);

impl Process {
    /// Starts this program as a peer.
    fn start(role: &str, told: &str, stdin: Stdio) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        let command = command.env(VARIABLE, format!("{role} {told}")).stdin(stdin);
        command.stdout(Stdio::null()).spawn().map(Self)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.wait();
    }
}

/// In a process that was started as a peer this never returns; in others nothing happens.
///
/// To be called after `coproc::init`, which must be first.
pub fn serve_if_asked() {
    let Ok(asked) = env::var(VARIABLE) else { return };
    let (role, told) = asked.split_once(' ').unwrap_or((&asked, ""));
    let served = match role {
        raw::ROLE => raw::serve(),
        raw::WATCH => raw::watch(),
        pipes::ROLE => pipes::serve(told),
        _ => ipc::serve(role, told.to_owned()),
    };
    // The links to a peer end at any time; that is how it is told to end.
    exit(i32::from(served.is_err_and(|error| error.kind() == io::ErrorKind::InvalidInput)))
}

/// For `main` of a program that found no fault, or did.
#[must_use]
pub fn verdict(passed: bool) -> ExitCode {
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
