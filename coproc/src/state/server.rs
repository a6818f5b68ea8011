//! The worker that keeps the values.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::core::{Change, Core, Seen, Stored, Versioned};
use crate::{
    error::StateError,
    worker::{Context, Idle, Later, LaterAnswer},
};

/// How long a question waits at most; whoever still wants to know asks again.
const PATIENCE_MOST: Duration = Duration::from_secs(3600);

/// Keeps the values of a state.
pub(super) struct Server {
    core: Core<LaterAnswer<(), StateError>>,
    ending: bool,
}

#[crate::worker(pub(super), name = "coproc::State")]
impl Server {
    #[init]
    fn new() -> Self {
        Self { core: Core::new(), ending: false }
    }

    /// A value, unless what was seen before has changed.
    #[message]
    fn read(&self, space: &str, name: &str, seen: &Seen) -> Option<Versioned> {
        self.core.holds(space, seen).then(|| self.core.read(space, name))
    }

    /// All names, unless what was seen before has changed.
    #[message]
    fn names(&self, space: &str, seen: &Seen) -> Option<(u64, Vec<String>)> {
        self.core.holds(space, seen).then(|| self.core.names(space))
    }

    #[message]
    fn all(&self, space: &str) -> BTreeMap<String, Stored> {
        self.core.all(space)
    }

    #[message]
    fn len(&self, space: &str) -> usize {
        self.core.len(space)
    }

    /// Makes a change and says `true`, unless what was seen has changed.
    #[message]
    fn commit(&mut self, space: &str, seen: &Seen, change: Change) -> bool {
        let woken = self.core.commit(space, seen, change);
        let done = woken.is_some();
        for answer in woken.into_iter().flatten() {
            answer.ok(());
        }
        done
    }

    /// Answers when what was seen has changed, or when this much time has passed.
    #[message]
    fn changed(
        &mut self,
        cx: &mut Context<Self>,
        space: &str,
        seen: Seen,
        patience: Duration,
    ) -> Later<(), StateError> {
        self.expire();
        let (later, answer) = cx.later();
        if self.ending {
            return later;
        }
        let until = Instant::now() + patience.min(PATIENCE_MOST);
        if let Some(answer) = self.core.wait(space, seen, until, answer) {
            answer.ok(());
        }
        later
    }

    #[message]
    fn ping(&self) -> u32 {
        std::process::id()
    }

    /// Nobody waits any longer: the owner is about to end this worker.
    #[message(oneway, priority = i32::MIN)]
    fn end(&mut self) {
        self.ending = true;
        self.core.release();
    }

    #[idle]
    fn rest(&mut self) -> Idle {
        self.expire();
        match self.core.next_expiry() {
            Some(until) => Idle::After(until.saturating_duration_since(Instant::now())),
            None => Idle::Wait,
        }
    }

    fn expire(&mut self) {
        for answer in self.core.expired(Instant::now()) {
            answer.ok(());
        }
    }
}
