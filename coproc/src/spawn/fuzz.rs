//! Ends of links whose other end is in the hands of a test: it can write to it what no peer of this
//! library would. Compiled with the feature `fuzz`, for tests and fuzzing; no part of what the library
//! promises.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    marker::PhantomData,
    os::{fd::OwnedFd, unix::net::UnixStream},
    process,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{MESSAGE_MOST, WorkerResource, here::Here};
use crate::{
    call::Pending,
    codec::{Arguments, Bytes},
    link::{Connection, Identity},
    link::{Endpoint, Role},
    messenger::{Messenger, RecvError},
    protocol::{Channel, Message},
    sync::{Arc, Weak, thread},
    transport::{Ledger, Socket},
    worker::{Context, Engine, Later, LaterAnswer, Peer, StartParameters, Worker, registry::plan},
};

/// The owner of a worker; the holder of the other end of `socket` acts as that worker.
///
/// # Errors
///
/// There is no thread to be had for coproc's own.
pub fn caller<W: Worker>(socket: OwnedFd, max_message: usize) -> io::Result<WorkerResource<W>> {
    let plan = plan::<W>();
    let socket = Socket::new(socket, max_message);
    socket.register()?;
    let endpoint = Endpoint::new(socket, Role::ends(plan).0, plan.capacities(), None);
    let ledger = Ledger::memory(plan.channels.len());
    let name = plan.name.to_owned();
    let connection = Connection::new(endpoint, ledger, plan, name, max_message, Identity::new());
    Here::watch(&connection, Weak::new());
    Ok(WorkerResource::new(connection, Duration::ZERO))
}

/// Runs a worker, whose `#[init]` has no arguments, for the holder of the other end of `socket`, until the
/// link ends. Gives how the other end broke the protocol, if it did.
pub fn serve<W: Worker>(socket: OwnedFd) -> Option<String> {
    let plan = plan::<W>();
    let link = Socket::new(socket, MESSAGE_MOST);
    let endpoint = Endpoint::new(link, Role::ends(plan).1, plan.capacities(), plan.aging);
    let parameters = StartParameters {
        endpoint: Arc::clone(&endpoint),
        ledger: Ledger::memory(plan.channels.len()),
        peer: Peer { id: 0, pid: process::id() },
        name: plan.name.to_owned(),
        identity: Identity::new(),
        max_message: MESSAGE_MOST,
        hello: 0,
        plan,
        worker: PhantomData,
    };
    if let Ok(engine) = W::start(parameters, Arguments::new(&[])) {
        engine.run();
    }
    endpoint.state().violation.clone()
}

/// A messenger that is worked by hand, over `socket`.
pub fn messenger<S: Message, R: Message, C: Channel>(socket: OwnedFd) -> Messenger<S, R, C> {
    Messenger::new(by_hand(socket, C::NAMES.len()), MESSAGE_MOST)
}

fn by_hand(socket: OwnedFd, channels: usize) -> Arc<Endpoint> {
    let link = Socket::new(socket, MESSAGE_MOST);
    Endpoint::new(link, Role::Peer, vec![usize::MAX; channels], None)
}

/// Sends these bytes to an end of each kind, with requests open, and goes on until it has ended.
///
/// # Panics
///
/// If there is no thread or socket to be had.
pub fn frames(bytes: &[u8]) {
    said_to(bytes, said_to_a_caller);
    said_to(bytes, |socket| drop(serve::<FuzzTarget>(socket)));
    said_to(bytes, said_to_a_messenger);
}

/// Runs `end` with one end of a link whose other end says these bytes and goes.
fn said_to(bytes: &[u8], end: impl FnOnce(OwnedFd)) {
    let (near, mut far) = UnixStream::pair().expect("a socketpair can be had");
    thread::scope(|scope| {
        // It fails when the end has had enough.
        scope.spawn(move || drop(far.write_all(bytes)));
        end(near.into());
    });
}

fn said_to_a_caller(socket: OwnedFd) {
    let target = caller::<FuzzTarget>(socket, MESSAGE_MOST).expect("the reactor can be had");
    let text = target.text("a").send();
    let tree = target.tree(Tree::default()).send();
    let units = target.units(1).send();
    let piece = target.piece(Bytes::from(vec![1])).send();
    drop(target.later().send());
    let _ = target.bytes(&[1]).tell();
    target.worker().events().for_each(drop);
    drop((text.map(Pending::wait), tree.map(Pending::wait)));
    drop((units.map(Pending::wait), piece.map(Pending::wait)));
    let _ = (target.worker().stats(), target.worker().join(), target.worker().exit());
}

fn said_to_a_messenger(socket: OwnedFd) {
    let endpoint = by_hand(socket, 2);
    let messenger = Messenger::<u64, Tree, FuzzLane>::new(Arc::clone(&endpoint), MESSAGE_MOST);
    let _ = messenger.send_requests(0..4);
    let _ = messenger.on(FuzzLane::Second).send_request(4);
    while !matches!(messenger.recv_any(), Err(RecvError::Closed)) {
        let _ = messenger.reply(0);
        let state = endpoint.state();
        if state.ended && state.inbox.len() == 0 && !state.by_hand.has_signal() {
            break;
        }
    }
}

/// A value of many shapes, and as deep as it likes.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tree {
    text: String,
    below: Option<Box<Tree>>,
    beside: Vec<Tree>,
    table: BTreeMap<u8, ()>,
}

#[derive(Clone, Copy)]
enum FuzzLane {
    First,
    Second,
}

impl Channel for FuzzLane {
    const NAMES: &'static [&'static str] = &["first", "second"];

    fn index(self) -> usize {
        self as usize
    }

    fn from_index(index: usize) -> Option<Self> {
        [Self::First, Self::Second].get(index).copied()
    }
}

/// What [`frames`] talks to, and as.
struct FuzzTarget {
    later: Vec<LaterAnswer<u8, Tree>>,
}

#[crate::worker(channels(first(capacity = 4), second(capacity = 1, overflow = reject)), event = Tree)]
impl FuzzTarget {
    #[init]
    fn new() -> Self {
        Self { later: Vec::new() }
    }

    #[message]
    fn text(&mut self, text: &str) -> String {
        text.to_owned()
    }

    #[message(channel = second, priority = -1)]
    fn tree(&mut self, tree: Tree) -> Result<Tree, Tree> {
        if tree.text.is_empty() { Err(tree) } else { Ok(tree) }
    }

    #[message]
    fn units(&mut self, count: u16) -> Vec<()> {
        vec![(); usize::from(count)]
    }

    #[message(oneway)]
    fn bytes(&mut self, cx: &mut Context<Self>, bytes: &[u8]) {
        cx.emit(Tree { text: format!("{}", bytes.len()), ..Tree::default() });
    }

    #[message]
    fn piece(&mut self, piece: Bytes) -> Bytes {
        piece
    }

    #[message]
    fn later(&mut self, cx: &mut Context<Self>) -> Later<u8, Tree> {
        let (later, answer) = cx.later();
        self.later.push(answer);
        later
    }
}
