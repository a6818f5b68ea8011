//! The report of a process that died.

use std::time::Duration;

use super::stderr;
use crate::{
    error::{Crash, CrashReport, Exit},
    link::{Connection, LinkState},
    protocol::Plan,
    transport::{Activity, Record},
};

/// What is known of a worker whose process died: by what its ledger notes, and what it left and
/// `said` on standard error before.
pub(in crate::spawn) fn report(
    connection: &Connection,
    state: &LinkState,
    note: &Record,
    (pid, exit): (u32, Exit),
    panic: Option<String>,
    said: &str,
) -> CrashReport {
    // A call whose answer has come was not what it died of.
    let busy =
        note.activity != Activity::Rest && (note.call == 0 || state.requests.is_owed(note.call));
    let handler = if busy { doing(connection.plan, note) } else { None };
    let elapsed = note.since.map_or(Duration::ZERO, |since| since.elapsed());
    CrashReport::from(Crash {
        cause: cause(exit, said).map(Into::into),
        stderr_tail: stderr::end(said).to_owned(),
        worker: connection.name.clone(),
        pid,
        exit,
        elapsed: if handler.is_some() { elapsed } else { Duration::ZERO },
        handler,
        panic,
    })
}

/// The name of what a note says a worker was doing.
fn doing(plan: &Plan, note: &Record) -> Option<String> {
    let name = match note.activity {
        Activity::Rest => return None,
        Activity::Init if plan.init.is_empty() => "init",
        Activity::Init => plan.init,
        Activity::Handler(number) => plan.handler(number)?.name,
        Activity::Tick(number) => plan.ticks.get(number as usize)?,
        Activity::Idle => "idle",
        Activity::Gone => "gone",
        Activity::Close if plan.close.is_empty() => "drop",
        Activity::Close => plan.close,
    };
    Some(name.to_owned())
}

/// The best guess at what is behind a signal that has several causes, by what the worker `said`.
fn cause(exit: Exit, said: &str) -> Option<&'static str> {
    let Exit::Signal(signal) = exit else { return None };
    match signal {
        6 if said.contains("has overflowed its stack") => Some("stack overflow"),
        6 if said.contains("memory allocation of") => Some("out of memory"),
        24 => Some("its CPU limit"),
        _ => None,
    }
}
