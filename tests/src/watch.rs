//! A test that hangs ends, and says so.

use std::{
    io::Write,
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

/// How long a test may take. It is a bound for hangs only: no test comes near it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ends the whole test program, with a message, if it is not dropped within a minute.
///
/// ```
/// let _watch = coproc_tests::Watch::set();
/// ```
#[derive(Debug)]
#[must_use = "the watch lasts as long as this value"]
pub struct Watch {
    /// Dropped with this, which ends the watching thread.
    _over: Sender<()>,
}

impl Watch {
    /// Watches the test that runs on this thread.
    pub fn set() -> Self {
        let (over, watched) = channel();
        let name = thread::current().name().unwrap_or("a test").to_owned();
        thread::spawn(move || {
            if watched.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                // Not `eprintln!`, which the test harness captures and never shows.
                let text = format!("`{name}` hangs: it was not over after {PATIENCE:?}\n");
                let _ = std::io::stderr().write_all(text.as_bytes());
                // There is no other way to end a thread that waits for something else.
                std::process::abort();
            }
        });
        Self { _over: over }
    }
}
