//! The end that faces a worker without a thread: the thread that waits there runs the worker.

use std::{fmt, time::Instant};

use super::{Broken, Doorbell, Local, Transport, Wait};
use crate::{
    codec::Frame,
    sync::{AtomicBool, Mutex, Ordering, Weak, now},
};

/// How far a worker came in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It did something; there may be more to do.
    Worked,
    /// It has nothing to do until a message comes, or until then.
    Resting(Option<Instant>),
    /// It has ended.
    Ended,
}

/// A worker that runs in the thread that waits for it.
pub(crate) trait Drive {
    /// Does the worker's next step. If there is none, blocks until there is one if `wait`.
    fn step(&mut self, wait: bool) -> Progress;
}

/// The caller's end of a worker that runs inside its callers.
pub(crate) struct InlineCaller {
    local: Local,
    worker: Mutex<Option<Box<dyn Drive + Send>>>,
    /// A thread waits here with nothing to run; the next `send` interrupts it.
    waits: AtomicBool,
}

impl InlineCaller {
    /// The end of `local` that faces a worker; the worker is [set](Self::set) when it has started.
    pub(crate) fn new(local: Local) -> Self {
        Self { local, worker: Mutex::new(None), waits: AtomicBool::new(false) }
    }

    pub(crate) fn set(&self, worker: Box<dyn Drive + Send>) {
        *self.worker.lock() = Some(worker);
    }

    /// One step of the worker, if it is not already in one.
    fn step(&self) -> Progress {
        let Some(mut worker) = self.worker.try_lock() else { return Progress::Resting(None) };
        let Some(driven) = worker.as_mut() else { return Progress::Ended };
        let progress = driven.step(false);
        if progress == Progress::Ended {
            *worker = None;
        }
        progress
    }
}

impl Transport for InlineCaller {
    fn room(&self, wait: Wait) -> Result<(), Broken> {
        self.local.room(wait)
    }

    fn send(&self, frame: Frame) -> Result<(), Broken> {
        self.local.send(frame)?;
        if self.waits.swap(false, Ordering::SeqCst) {
            self.local.interrupt();
        }
        Ok(())
    }

    fn recv(&self, wait: Wait) -> Result<Option<Frame>, Broken> {
        loop {
            if wait == Wait::Buffered {
                return self.local.recv(wait);
            }
            if let Some(frame) = self.local.recv(Wait::No)? {
                return Ok(Some(frame));
            }
            let rest = match self.step() {
                Progress::Worked => continue,
                Progress::Ended => return self.local.recv(Wait::No),
                Progress::Resting(until) => until,
            };
            let limit = match wait {
                Wait::Buffered | Wait::No => return Ok(None),
                Wait::Until(until) => Some(until),
                Wait::Forever => None,
            };
            if !self.waits.swap(true, Ordering::SeqCst) {
                // Something may have been sent before this was known.
                continue;
            }
            // Nothing is due before `until`, unless an answer comes from another thread.
            let until = [rest, limit].into_iter().flatten().min();
            match self.local.recv(Wait::until(until))? {
                Some(frame) => return Ok(Some(frame)),
                None if limit.is_some_and(|limit| limit <= now()) => {
                    return Ok(None);
                }
                None => {}
            }
        }
    }

    fn close(&self) {
        self.local.close();
    }

    fn arm(&self, doorbell: &Weak<dyn Doorbell>) {
        self.local.arm(doorbell);
    }

    fn disarm(&self) {
        self.local.disarm();
    }

    fn interrupt(&self) {
        self.local.interrupt();
    }

    fn is_inline(&self) -> bool {
        true
    }
}

impl fmt::Debug for InlineCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InlineCaller")
    }
}
