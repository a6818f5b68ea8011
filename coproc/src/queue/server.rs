//! The worker that answers other processes.

use std::time::Duration;

use super::{
    core::{Ask, Content, Core, Cursor, Dead, Handed, Item, Reply},
    desk::{Answer, Desk},
};
use crate::{
    error::QueueError,
    spawn::{Lent, ReplyTo},
    sync::{Arc, now},
    worker::{Context, Idle, Later, Peer},
};

/// How many bytes of dead letters go into one answer, unless one alone has more.
const LETTERS: usize = 8 << 20;

/// Answers other processes.
pub(super) struct Server {
    desk: Arc<Desk>,
}

#[crate::worker(pub(super), name = "coproc::Queue")]
impl Server {
    #[init]
    fn new(desk: Lent<Desk>) -> Self {
        Self { desk: desk.0 }
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
        most: usize,
        patience: Option<Duration>,
    ) -> Later<Reply, QueueError> {
        self.ask(cx, ticket, patience, |core, ask| core.receive(ask, most))
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

    /// Answers when everything is acknowledged.
    #[message]
    fn join(&mut self, cx: &mut Context<Self>, ticket: u64) -> Later<Reply, QueueError> {
        self.ask(cx, ticket, None, Core::join)
    }

    /// Over the caller's link no handle and no delivery is left, but for joins.
    #[message(oneway)]
    fn abandon(&mut self, cx: &mut Context<Self>) {
        self.desk.act(|core| core.abandon(cx.peer().id()));
    }

    /// Over the caller's link there is a handle again.
    #[message(oneway)]
    fn resume(&mut self, cx: &mut Context<Self>) {
        self.desk.act(|core| core.resume(cx.peer().id()));
    }

    /// Takes an item that was shown, unless it is gone.
    #[message]
    fn take(&mut self, cx: &mut Context<Self>, ticket: u64, place: u64) -> Option<Handed> {
        let peer = cx.peer();
        self.desk.act(|core| core.take(peer.id(), peer.pid(), ticket, place))
    }

    #[message(oneway)]
    fn acknowledge(&mut self, cx: &mut Context<Self>, numbers: &[u64]) {
        self.desk.act(|core| {
            numbers.iter().for_each(|number| core.acknowledge(cx.peer().id(), *number));
        });
    }

    #[message(oneway)]
    fn give_back(&mut self, cx: &mut Context<Self>, number: u64) {
        self.desk.act(|core| core.give_back(cx.peer().id(), number));
    }

    #[message(oneway)]
    fn reject(&mut self, cx: &mut Context<Self>, number: u64) {
        self.desk.act(|core| core.reject(cx.peer().id(), number));
    }

    /// Whoever asked with this ticket has stopped waiting.
    #[message(oneway)]
    fn withdraw(&mut self, cx: &mut Context<Self>, ticket: u64) {
        self.desk.act(|core| core.withdraw(cx.peer().id(), ticket));
    }

    /// How many items wait for a receiver, and whether there is no room for more.
    #[message]
    fn level(&self) -> (usize, bool) {
        self.desk.act(|core| core.level())
    }

    /// The first dead letters that nobody was given.
    #[message]
    fn letters(&mut self, cx: &mut Context<Self>, ticket: u64) -> Vec<Dead> {
        self.desk.act(|core| core.letters(cx.peer().id(), ticket, LETTERS))
    }

    /// Whoever asked with this ticket has all letters that were given for it.
    #[message(oneway)]
    fn keep_letters(&mut self, cx: &mut Context<Self>, ticket: u64) {
        self.desk.act(|core| core.keep_letters(cx.peer().id(), ticket));
    }

    #[gone]
    fn gone(&mut self, peer: Peer) {
        self.desk.act(|core| core.gone(peer.id()));
    }

    /// A link that was handed on before another was abandoned is counted when this runs.
    #[idle]
    fn rest(&mut self, cx: &mut Context<Self>) -> Idle {
        let next = self.desk.act(|core| {
            core.expire(now());
            core.desert(cx.links());
            core.next_expiry()
        });
        match next {
            Some(until) => Idle::After(until.saturating_duration_since(now())),
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
        let now = patience.map(|_| now());
        let until = now.and_then(|now| now.checked_add(patience?));
        let peer = cx.peer();
        let (link, pid, answer) = (peer.id(), peer.pid(), ReplyTo::Link(answer));
        self.desk.act(|core| {
            put(core, Ask { link, pid, ticket, until, answer });
            // Those who are not to wait at all, above all.
            now.into_iter().for_each(|now| core.expire(now));
        });
        later
    }
}
