//! The worker that answers handles over their links.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    core::{Change, Client, Interest, Seen, Versioned, Wake},
    store::Store,
    value::Stored,
};
use crate::{
    error::StateError,
    spawn::Lent,
    sync::{Arc, Own},
    worker::{Context, Idle, Later, Peer},
};

/// Answers handles over their links.
pub(super) struct Server {
    store: Arc<Store>,
    _own: Own,
}

#[crate::worker(pub(super), name = "coproc::State")]
impl Server {
    #[init]
    fn new(store: Lent<Store>) -> Self {
        Self { store: store.0, _own: Own::mark() }
    }

    /// The version of the namespace and a value, unless what was seen before has changed.
    #[message]
    fn read(&self, space: &str, name: &str, seen: &Seen) -> Option<(u64, Versioned)> {
        self.store.look(|core| {
            core.holds(space, seen).then(|| (core.version(space), core.read(space, name)))
        })
    }

    /// The version of the namespace and all names in it, unless what was seen before has changed.
    #[message]
    fn names(&self, space: &str, seen: &Seen) -> Option<(u64, Vec<String>)> {
        self.store
            .look(|core| core.holds(space, seen).then(|| (core.version(space), core.names(space))))
    }

    #[message]
    fn version(&self, space: &str) -> u64 {
        self.store.look(|core| core.version(space))
    }

    #[message]
    fn all(&self, space: &str) -> BTreeMap<String, Stored> {
        self.store.look(|core| core.all(space))
    }

    #[message]
    fn len(&self, space: &str) -> usize {
        self.store.look(|core| core.len(space))
    }

    /// Makes a change and says `true`, unless what was seen has changed.
    #[message]
    fn commit(
        &self,
        cx: &mut Context<Self>,
        handle: u64,
        space: &str,
        seen: &Seen,
        change: Change,
    ) -> bool {
        self.store.act(|core, now| core.commit(client(cx, handle), space, seen, change, now))
    }

    #[message]
    fn pop_any(
        &self,
        cx: &mut Context<Self>,
        handle: u64,
        space: &str,
    ) -> Option<(String, Stored)> {
        self.store.act(|core, _| match core.pop_any(client(cx, handle), space) {
            Some((name, stored, woken)) => (Some((name, stored)), woken),
            None => (None, Vec::new()),
        })
    }

    /// Answers when what is waited for is there, or with nothing once `patience` has passed.
    #[message]
    fn wait(
        &self,
        cx: &mut Context<Self>,
        handle: u64,
        space: &str,
        interest: Interest,
        patience: Option<Duration>,
    ) -> Later<Wake, StateError> {
        let (later, answer) = cx.later();
        let client = client(cx, handle);
        self.store.act(|core, now| {
            let times = (now, patience.and_then(|patience| now.checked_add(patience)));
            ((), core.wait(client, space, interest, times, answer).into_iter().collect())
        });
        later
    }

    #[message]
    fn ping(&self) -> u32 {
        std::process::id()
    }

    /// Nobody is left to be answered over that link.
    #[gone]
    fn gone(&self, peer: Peer) {
        self.store.act(|core, now| ((), core.forget(peer.id(), now)));
    }

    #[idle]
    fn rest(&self) -> Idle {
        match self.store.look(|core| core.next_expiry()) {
            Some(until) => Idle::After(until.saturating_duration_since(Instant::now())),
            None => Idle::Wait,
        }
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
        state::{
            core::{Capacity, Core, Wish},
            value::store,
        },
    };

    /// The worker runs inside its callers, and does not rest before both messages are handled.
    #[test]
    fn who_has_waited_long_enough_is_told_while_others_write() {
        let kept = Store::new(Core::new(Capacity { updates: 10, bytes: 1000 }));
        let server = Server::on(Inline).spawn(Lent(kept)).unwrap();
        let interest = Interest::Updates(None, Wish::default());
        let patience = Some(Duration::from_nanos(1));
        let waits = server.wait(0, "default", interest, patience).send().unwrap();
        let writes = [("a".to_owned(), Some(store(&1_u32).unwrap()))].into();
        let change = Change { clear: false, writes };
        let _sets = server.commit(0, "default", &Seen::default(), change).send().unwrap();
        assert_eq!(waits.wait().unwrap(), Wake::Nothing(0));
    }
}
