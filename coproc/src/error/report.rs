//! How a worker ended: reports of panics and of crashes.

use std::{borrow::Cow, fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// A panic of a handler: its message and its source location, as the worker sent them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanicReport {
    pub(crate) message: String,
    pub(crate) location: String,
    pub(crate) handler: String,
}

/// The length limit of a text that a worker sends in place of a value, in bytes. A receiver accepts
/// that much even if its own limit for messages is smaller.
const TEXT_MOST: usize = 16 * 1024;

/// Cuts off what is over the length limit of a text that is sent in place of a value.
pub(crate) fn shorten(mut text: String) -> String {
    if text.len() > TEXT_MOST {
        let mut end = TEXT_MOST;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

impl PanicReport {
    /// The message of the panic, or a note that its payload was not text.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// `file:line:column` of the panic; empty if it is unknown.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.location
    }

    /// The name of the method that panicked.
    #[must_use]
    pub fn handler(&self) -> &str {
        &self.handler
    }
}

impl fmt::Display for PanicReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` panicked", self.handler)?;
        if !self.location.is_empty() {
            write!(f, " at {}", self.location)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// How a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Exit {
    /// It closed in order: it was asked to, or its work was done.
    Closed,
    /// A handler, `#[init]` or `#[close]` panicked.
    Panicked,
    /// Its process ended with this exit code, although it was not asked to.
    Code(i32),
    /// This signal ended its process.
    Signal(i32),
    /// Its owner killed it, or gave up its thread.
    Killed,
    /// The system did not tell: another `wait` in this process took the exit status.
    Unknown,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Exit::Closed => f.write_str("closed in order"),
            Exit::Panicked => f.write_str("panicked"),
            Exit::Code(code) => write!(f, "exited with code {code}"),
            Exit::Signal(signal) => match signal_name(signal) {
                Some(name) => write!(f, "was killed by {name} ({signal})"),
                None => write!(f, "was killed by signal {signal}"),
            },
            Exit::Killed => f.write_str("was killed by its owner"),
            Exit::Unknown => f.write_str("ended in an unknown way"),
        }
    }
}

/// The death of a worker's process: which it was, how it ended, and what it was doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrashReport(Box<Crash>);

/// The facts of a [`CrashReport`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Crash {
    pub(crate) worker: String,
    pub(crate) pid: u32,
    pub(crate) exit: Exit,
    pub(crate) handler: Option<String>,
    pub(crate) elapsed: Duration,
    pub(crate) stderr_tail: String,
    /// What the worker's panic hook recorded, if the panic itself ended the process.
    pub(crate) panic: Option<String>,
    /// The likely cause of a signal that has several causes.
    pub(crate) cause: Option<Cow<'static, str>>,
}

impl From<Crash> for CrashReport {
    fn from(crash: Crash) -> Self {
        Self(Box::new(crash))
    }
}

impl CrashReport {
    /// The same report with this name for the handler that was running.
    pub(crate) fn in_handler(mut self, handler: &str) -> Self {
        self.0.handler = self.0.handler.map(|_| handler.to_owned());
        self
    }

    /// The worker's name: the one given with `.name(…)`, else that of its type.
    #[must_use]
    pub fn worker(&self) -> &str {
        &self.0.worker
    }

    /// The id that its process had.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.0.pid
    }

    /// How it ended.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.0.exit
    }

    /// The number of the signal that ended it, if one did.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        match self.0.exit {
            Exit::Signal(signal) => Some(signal),
            _ => None,
        }
    }

    /// Its exit code, if it ended with one.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        match self.0.exit {
            Exit::Code(code) => Some(code),
            _ => None,
        }
    }

    /// The name of the method that was running, if one was.
    #[must_use]
    pub fn handler(&self) -> Option<&str> {
        self.0.handler.as_deref()
    }

    /// For how long that method had been running.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// The last 4 KiB that the worker wrote to its standard error, if that was captured.
    #[must_use]
    pub fn stderr_tail(&self) -> &str {
        &self.0.stderr_tail
    }

    /// The panic that ended the process, if one did: in a build with `panic = "abort"`, or in the
    /// unwinding of another panic, whose message then comes first.
    #[must_use]
    pub fn panic(&self) -> Option<&str> {
        self.0.panic.as_deref()
    }
}

impl fmt::Display for CrashReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let crash = &*self.0;
        write!(f, "worker `{}` (pid {}) {}", crash.worker, crash.pid, crash.exit)?;
        if let Some(cause) = &crash.cause {
            write!(f, " ({cause})")?;
        }
        if let Some(handler) = &crash.handler {
            write!(f, " after {:.3?} in `{handler}`", crash.elapsed)?;
        }
        if let Some(panic) = &crash.panic {
            write!(f, "; it panicked: {panic}")?;
        }
        let tail = crash.stderr_tail.trim_end();
        if !tail.is_empty() {
            write!(f, "; it last wrote to standard error:\n{tail}")?;
        }
        Ok(())
    }
}

/// The name of a signal that has one on every architecture of Linux.
fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        10 => "SIGUSR1",
        11 => "SIGSEGV",
        12 => "SIGUSR2",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 => "SIGSYS",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_tells_all_of_it() {
        let report = CrashReport::from(Crash {
            worker: "decoder".into(),
            pid: 17,
            exit: Exit::Signal(6),
            handler: Some("decode".into()),
            elapsed: Duration::from_millis(1500),
            stderr_tail: "thread 'main' has overflowed its stack\n".into(),
            panic: None,
            cause: Some("stack overflow".into()),
        });
        let text = report.to_string();
        for part in ["`decoder`", "pid 17", "SIGABRT (6)", "(stack overflow)", "1.500s", "`decode`"]
        {
            assert!(text.contains(part), "{part} is missing in: {text}");
        }
        assert_eq!((report.signal(), report.code()), (Some(6), None));
    }
}
