//! The worker that keeps the values.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    core::{Batch, Capacity, Change, Client, Core, Interest, Seen, Versioned, Woken},
    value::Stored,
};
use crate::{
    error::StateError,
    worker::{Context, Idle, Later, LaterAnswer, Peer},
};

/// How long a question waits at most; whoever still wants to know asks again.
const PATIENCE_MOST: Duration = Duration::from_secs(3600);

/// Keeps the values of a state.
pub(super) struct Server {
    core: Core<Answer>,
    ending: bool,
}

type Answer = LaterAnswer<Batch, StateError>;

fn answer(woken: Woken<Answer>) {
    for (answer, batch) in woken {
        answer.ok(batch);
    }
}

#[crate::worker(pub(super), name = "coproc::State")]
impl Server {
    #[init]
    fn new(updates: usize, bytes: usize) -> Self {
        Self { core: Core::new(Capacity { updates, bytes }), ending: false }
    }

    /// The version of the namespace and a value, unless what was seen before has changed.
    #[message]
    fn read(&mut self, space: &str, name: &str, seen: &Seen) -> Option<(u64, Versioned)> {
        self.expire();
        let core = &self.core;
        core.holds(space, seen).then(|| (core.version(space), core.read(space, name)))
    }

    /// The version of the namespace and all names in it, unless what was seen before has changed.
    #[message]
    fn names(&mut self, space: &str, seen: &Seen) -> Option<(u64, Vec<String>)> {
        self.expire();
        let core = &self.core;
        core.holds(space, seen).then(|| (core.version(space), core.names(space)))
    }

    #[message]
    fn version(&mut self, space: &str) -> u64 {
        self.expire();
        self.core.version(space)
    }

    #[message]
    fn all(&mut self, space: &str) -> BTreeMap<String, Stored> {
        self.expire();
        self.core.all(space)
    }

    #[message]
    fn len(&mut self, space: &str) -> usize {
        self.expire();
        self.core.len(space)
    }

    /// Makes a change and says `true`, unless what was seen has changed.
    #[message]
    fn commit(
        &mut self,
        cx: &mut Context<Self>,
        handle: u64,
        space: &str,
        seen: &Seen,
        change: Change,
    ) -> bool {
        self.expire();
        let client = client(cx, handle);
        let (done, woken) = self.core.commit(client, space, seen, change, Instant::now());
        answer(woken);
        done
    }

    #[message]
    fn pop_any(
        &mut self,
        cx: &mut Context<Self>,
        handle: u64,
        space: &str,
    ) -> Option<(String, Stored)> {
        self.expire();
        let (name, stored, woken) = self.core.pop_any(client(cx, handle), space)?;
        answer(woken);
        Some((name, stored))
    }

    /// Answers when what is waited for is there, or with nothing when this much time has passed.
    #[message]
    fn wait(
        &mut self,
        cx: &mut Context<Self>,
        handle: u64,
        space: &str,
        interest: Interest,
        patience: Duration,
    ) -> Later<Batch, StateError> {
        self.expire();
        let (later, answer) = cx.later();
        if self.ending {
            return later;
        }
        let now = Instant::now();
        let times = (now, now + patience.min(PATIENCE_MOST));
        let client = client(cx, handle);
        if let Some((answer, batch)) = self.core.wait(client, space, interest, times, answer) {
            answer.ok(batch);
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

    /// Nobody is left to be answered over that link.
    #[gone]
    fn gone(&mut self, peer: Peer) {
        answer(self.core.forget(peer.id(), Instant::now()));
    }

    #[idle]
    fn rest(&mut self) -> Idle {
        self.expire();
        match self.core.next_expiry() {
            Some(until) => Idle::After(until.saturating_duration_since(Instant::now())),
            None => Idle::Wait,
        }
    }

    /// Every message looks after those who have waited long enough: while many come, this worker
    /// does not rest.
    fn expire(&mut self) {
        answer(self.core.expired(Instant::now()));
    }
}

fn client(cx: &Context<Server>, handle: u64) -> Client {
    Client { peer: cx.peer().id(), handle }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        spawn::Inline,
        state::{core::Wish, value::store},
    };

    /// The worker runs inside its callers, and does not rest before both messages are handled.
    #[test]
    fn who_has_waited_long_enough_is_told_while_others_write() {
        let server = Server::on(Inline).spawn(10, 1000).unwrap();
        let interest = Interest::Updates(None, Wish::default());
        let waits = server.wait(0, "default", interest, Duration::ZERO).send().unwrap();
        let writes = [("a".to_owned(), Some(store(&1_u32).unwrap()))].into();
        let change = Change { clear: false, writes };
        let _sets = server.commit(0, "default", &Seen::default(), change).send().unwrap();
        assert_eq!(waits.wait().unwrap(), Batch::default());
    }
}
