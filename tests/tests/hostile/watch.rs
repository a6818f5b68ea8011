//! Ends a test that hangs.

use std::{
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

/// Far more than any test takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Aborts the process if it is not dropped in time: a test that hangs can not be ended otherwise.
pub(crate) struct Watch(#[expect(dead_code, reason = "its drop is what counts")] Sender<()>);

impl Watch {
    pub(crate) fn set() -> Self {
        let (alive, gone) = channel::<()>();
        let test = thread::current().name().unwrap_or("a test").to_owned();
        thread::spawn(move || {
            if gone.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("{test} hangs");
                std::process::abort();
            }
        });
        Self(alive)
    }
}
