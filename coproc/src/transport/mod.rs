//! How frames travel: in this process, or over a socket between two.

mod ledger;
mod local;
#[cfg(feature = "process")]
mod pair;
#[cfg(feature = "process")]
pub(crate) mod reactor;
#[cfg(feature = "process")]
mod sealed;
#[cfg(feature = "process")]
mod shared;
#[cfg(feature = "process")]
pub(crate) mod socket;

use std::time::Instant;

#[cfg(feature = "process")]
use crate::codec::Attachments;
use crate::{
    codec::Frame,
    sync::{Arc, Weak, now},
};

#[cfg(feature = "process")]
pub(crate) use ledger::file::File as LedgerFile;
pub(crate) use ledger::{Activity, Ledger, Note};
pub(crate) use local::{Drive, Inline, Local, Progress};
#[cfg(feature = "process")]
pub(crate) use pair::Pair;
#[cfg(feature = "process")]
pub(crate) use sealed::Sealed;
#[cfg(feature = "process")]
pub(crate) use socket::Socket;

/// How many bytes may wait at one end to be taken over by the other before a sender must wait too.
pub(crate) const UNREAD_MOST: usize = 64 << 20;

/// How long an operation may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Not at all, nor for more than what was there when something else was last waited for.
    Buffered,
    /// Not at all.
    No,
    /// Until then.
    Until(Instant),
    /// As long as it takes.
    Forever,
}

impl Wait {
    /// Waits until `until`, or as long as it takes.
    pub(crate) fn until(until: Option<Instant>) -> Self {
        until.map_or(Self::Forever, Self::Until)
    }

    /// The point in time after which there is no more waiting; `None`: there is none.
    pub(crate) fn deadline(self) -> Option<Instant> {
        match self {
            Self::Buffered | Self::No => Some(now()),
            Self::Until(until) => Some(until),
            Self::Forever => None,
        }
    }
}

/// Why nothing travels any more, or not now.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The other end is gone, or this one was closed.
    Ended,
    /// The other end sent what is no frame.
    Protocol(String),
    /// There was no room within the time given.
    Full,
}

/// Whoever is to be told that frames have come while nobody waits for them.
pub(crate) trait Attend: Send + Sync {
    /// Frames have come, or the other end is gone.
    fn attend(&self);
}

/// One end of a link: takes frames to the other end, in order.
///
/// Sending never waits for the peer to read while there is room for [`UNREAD_MOST`] bytes.
/// Receiving never waits for a send to get through.
pub(crate) trait Transport {
    /// Waits until there is room to send; `Full` if there was none in time.
    fn room(&self, wait: Wait) -> Result<(), Broken>;

    /// Hands a frame over, even where there is no room. An error means that nothing goes any more.
    fn send(&self, frame: Frame) -> Result<(), Broken>;

    /// Takes the next frame; `None` if none came in time or the link was interrupted. Only one
    /// thread at a time may receive.
    fn recv(&self, wait: Wait) -> Result<Option<Frame>, Broken>;

    /// Nothing more is sent; what has come can still be received.
    fn close(&self);
}

/// The transports that there are.
#[derive(Debug)]
pub(crate) enum AnyTransport {
    Local(Local),
    Inline(Inline),
    #[cfg(feature = "process")]
    Pair(Pair),
    #[cfg(feature = "process")]
    Socket(Arc<Socket>),
}

/// Why an end stays where it is.
#[cfg(feature = "process")]
const OF_WORKER: &str = "it belongs to a worker";

/// An end that has left this process, with what the kernel does not keep of it.
#[cfg(feature = "process")]
pub(crate) struct Departed {
    pub(crate) end: std::os::fd::OwnedFd,
    /// What came and was not received: frames, the last of them perhaps not whole.
    pub(crate) unread: Vec<u8>,
    /// What was sent and not yet written, from anywhere in a frame on.
    pub(crate) unsent: Vec<u8>,
}

impl AnyTransport {
    /// From now on, calls `attend` once when something comes.
    pub(crate) fn attend(&self, who: &Weak<dyn Attend>) {
        match self {
            Self::Local(local) => local.attend(who),
            Self::Inline(inline) => inline.attend(who),
            #[cfg(feature = "process")]
            Self::Pair(pair) => pair.attend(who),
            #[cfg(feature = "process")]
            Self::Socket(socket) => socket.attend(who),
        }
    }

    /// Takes [`attend`](Self::attend) back: somebody waits now.
    pub(crate) fn leave(&self) {
        match self {
            Self::Local(local) => local.leave(),
            Self::Inline(inline) => inline.leave(),
            #[cfg(feature = "process")]
            Self::Pair(pair) => pair.leave(),
            #[cfg(feature = "process")]
            Self::Socket(socket) => socket.leave(),
        }
    }

    /// Makes a `recv` that waits, or else the next one, return early.
    pub(crate) fn interrupt(&self) {
        match self {
            Self::Local(local) => local.interrupt(),
            Self::Inline(inline) => inline.interrupt(),
            #[cfg(feature = "process")]
            // Only workers are.
            Self::Pair(_) => {}
            #[cfg(feature = "process")]
            Self::Socket(socket) => socket.interrupt(),
        }
    }

    /// From now on [`interrupt`](Self::interrupt) works. Not to be called during a `recv`.
    pub(crate) fn allow_interrupts(&self) -> std::io::Result<()> {
        match self {
            Self::Local(_) | Self::Inline(_) => Ok(()),
            #[cfg(feature = "process")]
            Self::Pair(_) => Ok(()),
            #[cfg(feature = "process")]
            Self::Socket(socket) => socket.allow_interrupts(),
        }
    }

    /// Whether the peer can read all that was sent.
    pub(crate) fn is_flushed(&self) -> bool {
        match self {
            Self::Local(_) | Self::Inline(_) => true,
            #[cfg(feature = "process")]
            Self::Pair(_) => true,
            #[cfg(feature = "process")]
            Self::Socket(socket) => socket.is_flushed(),
        }
    }

    /// Whether the far end is driven by whoever waits at this one.
    pub(crate) fn is_inline(&self) -> bool {
        matches!(self, Self::Inline(_))
    }

    /// Whether what is sent goes to another process.
    pub(crate) fn leaves_process(&self) -> bool {
        match self {
            Self::Local(_) | Self::Inline(_) => false,
            #[cfg(feature = "process")]
            Self::Pair(pair) => pair.leaves_process(),
            #[cfg(feature = "process")]
            Self::Socket(_) => true,
        }
    }

    /// Whether it is coproc's own thread that [attends](Self::attend) to it.
    pub(crate) fn is_watched_by_reactor(&self) -> bool {
        match self {
            Self::Local(_) | Self::Inline(_) => false,
            #[cfg(feature = "process")]
            Self::Pair(pair) => pair.is_watched_by_reactor(),
            #[cfg(feature = "process")]
            Self::Socket(_) => true,
        }
    }

    /// Waits until all that was sent has left this process, reading meanwhile.
    pub(crate) fn flush(&self) {
        match self {
            Self::Local(_) | Self::Inline(_) => {}
            #[cfg(feature = "process")]
            Self::Pair(_) => {}
            #[cfg(feature = "process")]
            Self::Socket(socket) => socket.flush(),
        }
    }

    /// This end goes away, and what was sent is still to get to the other.
    pub(crate) fn linger(&self) {
        match self {
            Self::Local(_) | Self::Inline(_) => {}
            #[cfg(feature = "process")]
            Self::Pair(pair) => pair.linger(),
            #[cfg(feature = "process")]
            Self::Socket(socket) => socket.linger(),
        }
    }

    /// Whether this end may leave for another process while what has come to it and was taken by
    /// nobody carries this; as far as is known before it does. Nobody else may receive meanwhile.
    ///
    /// # Errors
    ///
    /// Why it may not.
    #[cfg(feature = "process")]
    pub(crate) fn check(&self, carried: Vec<Attachments>) -> Result<(), String> {
        match self {
            Self::Local(_) | Self::Inline(_) => Err(OF_WORKER.into()),
            Self::Pair(pair) => pair.check(carried),
            Self::Socket(socket) => socket.check(&carried),
        }
    }

    /// Lets this end leave for another process, together with `queued`, which was received from it
    /// and taken by nobody. Nobody else may receive meanwhile; here, it is of no use afterwards.
    ///
    /// # Errors
    ///
    /// Why it cannot; `queued` then holds what is to be put back.
    #[cfg(feature = "process")]
    pub(crate) fn depart(&self, queued: &mut Vec<Frame>) -> Result<Departed, String> {
        match self {
            Self::Local(_) | Self::Inline(_) => Err(OF_WORKER.into()),
            Self::Pair(pair) => pair.depart(queued),
            Self::Socket(socket) => socket.depart(queued),
        }
    }
}

impl Transport for AnyTransport {
    fn room(&self, wait: Wait) -> Result<(), Broken> {
        match self {
            Self::Local(local) => local.room(wait),
            Self::Inline(inline) => inline.room(wait),
            #[cfg(feature = "process")]
            Self::Pair(pair) => pair.room(wait),
            #[cfg(feature = "process")]
            Self::Socket(socket) => socket.room(wait),
        }
    }

    fn send(&self, frame: Frame) -> Result<(), Broken> {
        match self {
            Self::Local(local) => local.send(frame),
            Self::Inline(inline) => inline.send(frame),
            #[cfg(feature = "process")]
            Self::Pair(pair) => pair.send(frame),
            #[cfg(feature = "process")]
            Self::Socket(socket) => socket.send(frame),
        }
    }

    fn recv(&self, wait: Wait) -> Result<Option<Frame>, Broken> {
        match self {
            Self::Local(local) => local.recv(wait),
            Self::Inline(inline) => inline.recv(wait),
            #[cfg(feature = "process")]
            Self::Pair(pair) => pair.recv(wait),
            #[cfg(feature = "process")]
            Self::Socket(socket) => socket.recv(wait),
        }
    }

    fn close(&self) {
        match self {
            Self::Local(local) => local.close(),
            Self::Inline(inline) => inline.close(),
            #[cfg(feature = "process")]
            Self::Pair(pair) => pair.close(),
            #[cfg(feature = "process")]
            Self::Socket(socket) => socket.close(),
        }
    }
}
