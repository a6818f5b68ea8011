//! A process that sees what another sets.

use coproc::{prelude::*, state::StateError, State};

use crate::clocks::now;

/// The name that is watched: when it was set.
pub const MOMENT: &str = "moment";

/// The name under which a [`Watcher`] tells how many it has seen.
pub const SEEN: &str = "seen";

/// Sees moments that are set, and tells how long ago they were.
pub struct Watcher {
    state: State,
}

#[worker]
impl Watcher {
    #[init]
    fn new(state: State) -> Self {
        Self { state }
    }

    /// How long ago so many moments were together, in nanoseconds, by watching.
    #[message]
    fn watch(&self, count: u64) -> Result<u64, StateError> {
        let mut updates = self.state.watch([MOMENT]);
        self.see(count, || {
            let update = updates.next().unwrap_or(Err(StateError::Timeout))?;
            Ok(update.after()?.unwrap_or_default())
        })
    }

    /// The same by waiting for another value than the last.
    #[message]
    fn wait(&self, count: u64) -> Result<u64, StateError> {
        let moment = self.state.key::<u64>(MOMENT);
        let mut last = moment.get()?.unwrap_or_default();
        self.see(count, || {
            last = moment.wait_not_equal(&last)?;
            Ok(last)
        })
    }

    fn see(
        &self,
        count: u64,
        mut next: impl FnMut() -> Result<u64, StateError>,
    ) -> Result<u64, StateError> {
        let mut sum = 0;
        for seen in 0..count {
            self.state.set(SEEN, &seen)?;
            let moment = next()?;
            sum += now() - moment;
        }
        Ok(sum)
    }
}
