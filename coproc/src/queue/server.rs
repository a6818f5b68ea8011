//! The worker that keeps the items.

use std::time::{Duration, Instant};

use super::{
    core::{Ask, Content, Core, Cursor, Dead, Handed, Item, Limits, Reply},
    watch::Watches,
};
use crate::{
    error::QueueError,
    worker::{Context, Idle, Later, LaterAnswer, Peer},
};

/// How many bytes of dead letters go into one answer, about.
const LETTERS: usize = 8 << 20;

type Answer = LaterAnswer<Reply, QueueError>;

/// Keeps the items of a queue.
pub(super) struct Server {
    core: Core<Answer>,
    watches: Watches,
    ending: bool,
}

#[crate::worker(pub(super), name = "coproc::Queue")]
impl Server {
    #[init]
    fn new(limits: Limits) -> Self {
        Self { core: Core::new(limits), watches: Watches::default(), ending: false }
    }

    #[message]
    fn send(
        &mut self,
        cx: &mut Context<Self>,
        ticket: u64,
        content: Content,
        recipient: Option<u32>,
        patience: Option<Duration>,
    ) -> Later<Reply, QueueError> {
        let item = Item::new(content, cx.peer().pid(), recipient);
        self.ask(cx, ticket, patience, |core, ask| core.send(ask, item))
    }

    #[message]
    fn receive(
        &mut self,
        cx: &mut Context<Self>,
        ticket: u64,
        patience: Option<Duration>,
    ) -> Later<Reply, QueueError> {
        self.ask(cx, ticket, patience, Core::receive)
    }

    /// Shows what there is behind a cursor, or what comes.
    #[message]
    fn look(
        &mut self,
        cx: &mut Context<Self>,
        ticket: u64,
        cursor: Cursor,
        patience: Option<Duration>,
    ) -> Later<Reply, QueueError> {
        self.ask(cx, ticket, patience, |core, ask| core.look(ask, cursor))
    }

    /// Answers when everything is acknowledged, or when this much time has passed.
    #[message]
    fn join(
        &mut self,
        cx: &mut Context<Self>,
        ticket: u64,
        resigns: bool,
        patience: Duration,
    ) -> Later<Reply, QueueError> {
        let links = cx.links() - self.watches.links();
        self.ask(cx, ticket, Some(patience), |core, ask| core.join(ask, resigns, links))
    }

    /// Takes an item that was shown, unless it is gone.
    #[message]
    fn take(&mut self, cx: &mut Context<Self>, place: u64) -> Option<Handed> {
        let peer = cx.peer();
        let handed = self.core.take(peer.id(), peer.pid(), place);
        self.done(cx);
        handed
    }

    #[message(oneway)]
    fn acknowledge(&mut self, cx: &mut Context<Self>, number: u64) {
        self.core.acknowledge(cx.peer().id(), number);
        self.done(cx);
    }

    #[message(oneway)]
    fn give_back(&mut self, cx: &mut Context<Self>, number: u64) {
        self.core.give_back(cx.peer().id(), number);
        self.done(cx);
    }

    #[message(oneway)]
    fn reject(&mut self, cx: &mut Context<Self>, number: u64) {
        self.core.reject(cx.peer().id(), number);
        self.done(cx);
    }

    /// Whoever asked with this ticket has stopped waiting.
    #[message(oneway)]
    fn withdraw(&mut self, cx: &mut Context<Self>, ticket: u64) {
        self.core.withdraw(cx.peer().id(), ticket);
        self.done(cx);
    }

    /// How many items wait for a receiver, and whether there is no room for more.
    #[message]
    fn level(&self) -> (usize, bool) {
        (self.core.len(), self.core.is_full())
    }

    /// Some of the dead letters.
    #[message]
    fn letters(&mut self, cx: &mut Context<Self>) -> Vec<Dead> {
        let letters = self.core.letters(LETTERS);
        self.done(cx);
        letters
    }

    /// A process is gone.
    #[message(oneway)]
    fn died(&mut self, cx: &mut Context<Self>, pid: u32) {
        self.watches.forget(pid);
        self.core.died(pid);
        self.done(cx);
    }

    /// Nobody waits any longer: the owner is about to end this worker.
    #[message(oneway, priority = i32::MIN)]
    fn end(&mut self) {
        self.ending = true;
        self.core.release();
    }

    #[gone]
    fn gone(&mut self, peer: Peer) {
        self.core.gone(peer.id());
        self.settle();
    }

    #[idle]
    fn rest(&mut self, cx: &mut Context<Self>) -> Idle {
        self.core.expire(Instant::now());
        self.done(cx);
        match self.core.next_expiry() {
            Some(until) => Idle::After(until.saturating_duration_since(Instant::now())),
            None => Idle::Wait,
        }
    }

    fn ask(
        &mut self,
        cx: &mut Context<Self>,
        ticket: u64,
        patience: Option<Duration>,
        put: impl FnOnce(&mut Core<Answer>, Ask<Answer>),
    ) -> Later<Reply, QueueError> {
        let (later, answer) = cx.later();
        if self.ending {
            return later;
        }
        let now = Instant::now();
        let until = patience.and_then(|patience| now.checked_add(patience));
        let peer = cx.peer();
        put(&mut self.core, Ask { link: peer.id(), pid: peer.pid(), ticket, until, answer });
        self.core.expire(now);
        self.done(cx);
        later
    }

    /// After something has happened: who is to be answered is, and who is to be watched, too.
    fn done(&mut self, cx: &mut Context<Self>) {
        if self.core.has_to_watch() {
            self.watches.prepare(cx);
        }
        self.settle();
    }

    fn settle(&mut self) {
        while let Some(pid) = self.core.next_to_watch() {
            if self.watches.watch(pid).is_gone() {
                self.core.died(pid);
            }
        }
        for (answer, result) in self.core.answers() {
            match result {
                Ok(reply) => answer.ok(reply),
                Err(error) => answer.err(error),
            }
        }
    }
}
