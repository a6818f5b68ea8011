//! An end that leaves: for another process, or for good.

use super::Endpoint;
#[cfg(feature = "process")]
use crate::{codec::Frame, transport::Broken};

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.link.linger();
    }
}

#[cfg(feature = "process")]
impl Endpoint {
    /// Calls `act`; no other thread receives at this end meanwhile.
    ///
    /// # Errors
    ///
    /// Those of `act`, or that another thread receives.
    pub(crate) fn alone<T>(&self, act: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
        let leader = self.leader.try_lock().ok_or("another thread receives from it")?;
        let done = act();
        drop(leader);
        self.promote_next();
        done
    }

    /// Nothing more comes here: this end has left the process.
    pub(crate) fn end(&self) {
        self.broken(Broken::Ended);
    }

    /// What has come is there again.
    pub(crate) fn put_back(&self, frame: Frame) {
        // It was accepted once.
        let _ = self.state().deliver(frame, self.role);
    }
}
