//! Where the values of a state are kept: its core, behind a lock.

use std::time::Instant;

use super::core::{Core, Wake, Woken};
use crate::{
    error::StateError,
    spawn::Hosted,
    sync::{Arc, Mutex},
    worker::LaterAnswer,
};

pub(super) type Answer = LaterAnswer<Wake, StateError>;

/// Where the values of a state are kept.
pub(super) struct Store {
    core: Mutex<Core<Answer>>,
}

impl Store {
    pub(super) fn new(core: Core<Answer>) -> Arc<Self> {
        Arc::new(Self { core: Mutex::new(core) })
    }

    /// Runs `act` on the values at a moment, then answers the waits that it has ended. The waits
    /// whose time is over by then are answered first: while calls keep coming, the worker does not
    /// rest.
    pub(super) fn act<R>(
        &self,
        act: impl FnOnce(&mut Core<Answer>, Instant) -> (R, Woken<Answer>),
    ) -> R {
        let mut core = self.core.lock();
        let now = Instant::now();
        let expired = core.expired(now);
        let (result, woken) = act(&mut core, now);
        // To answer takes longer than to decide.
        drop(core);
        for (answer, wake) in expired.into_iter().chain(woken) {
            answer.ok(wake);
        }
        result
    }

    /// What `read` finds in the values.
    pub(super) fn look<R>(&self, read: impl FnOnce(&Core<Answer>) -> R) -> R {
        self.act(|core, _| (read(core), Vec::new()))
    }
}

impl Hosted for Store {
    const NAME: &'static str = "where a state is kept";

    fn end(self: &Arc<Self>) {
        let unanswered = self.core.lock().end();
        // Their callers are told as they are dropped, while the core is not locked.
        drop(unanswered);
    }
}
