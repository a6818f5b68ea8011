//! An end that leaves: for another process, or for good.

use super::Port;
#[cfg(feature = "process")]
use crate::{codec::Frame, transport::Broken};

impl Drop for Port {
    fn drop(&mut self) {
        self.link.linger();
    }
}

#[cfg(feature = "process")]
impl Port {
    /// Has this end, at which nobody may receive meanwhile, leave the process. Once it has, nothing
    /// more comes here.
    ///
    /// # Errors
    ///
    /// Those of `leave`, or that somebody receives.
    pub(in crate::messenger) fn alone<T>(
        &self,
        leave: impl FnOnce() -> Result<T, String>,
    ) -> Result<T, String> {
        let lead = self.lead.try_lock().ok_or("another thread receives from it")?;
        let left = leave();
        if left.is_ok() {
            self.broken(Broken::Ended);
        }
        drop(lead);
        self.hand_on();
        left
    }

    /// What has come is there again.
    pub(in crate::messenger) fn put_back(&self, frame: Frame) {
        // It was accepted once.
        let _ = self.state().deliver(frame, self.role);
    }
}
