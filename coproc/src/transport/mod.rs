//! How frames travel: in this process, or over a socket between two.

mod inline;
mod ledger;
mod local;
#[cfg(feature = "process")]
mod pair;
#[cfg(feature = "process")]
mod polling;
#[cfg(feature = "process")]
pub(crate) mod reactor;
#[cfg(feature = "process")]
mod sealed;
#[cfg(feature = "process")]
mod shared;
#[cfg(feature = "process")]
pub(crate) mod socket;

use std::{fmt, time::Instant};

#[cfg(feature = "process")]
use crate::codec::Attachments;
use crate::{
    codec::Frame,
    sync::{Weak, now},
};

#[cfg(feature = "process")]
use crate::sync::Arc;

pub(crate) use inline::{Drive, InlineCaller, Progress};
#[cfg(feature = "process")]
pub(crate) use ledger::file::File as LedgerFile;
pub(crate) use ledger::{Activity, Ledger, Record};
pub(crate) use local::Local;
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

/// A descriptor that can be read when something has come; open for as long as this is held.
#[cfg(feature = "process")]
pub(crate) type PollTarget = Arc<dyn std::os::fd::AsFd + Send + Sync>;

/// Is rung when frames have come while no thread waits for them, or when the other end is gone.
pub(crate) trait Doorbell: Send + Sync {
    fn ring(&self);
}

/// One end of a link: takes frames to the other end, in order.
///
/// Sending never waits for the peer to read while there is room for [`UNREAD_MOST`] bytes.
/// Receiving never waits for a send to get through.
pub(crate) trait Transport: fmt::Debug + Send + Sync {
    /// Waits until there is room to send; `Full` if there was none in time.
    fn room(&self, wait: Wait) -> Result<(), Broken>;

    /// Hands a frame over, even where there is no room. An error means that nothing goes any more.
    fn send(&self, frame: Frame) -> Result<(), Broken>;

    /// Takes the next frame; `None` if none came in time or the link was interrupted. Only one
    /// thread at a time may receive.
    fn recv(&self, wait: Wait) -> Result<Option<Frame>, Broken>;

    /// Nothing more is sent; what has come can still be received.
    fn close(&self);

    /// From now on, rings `doorbell` once when something comes.
    fn arm(&self, doorbell: &Weak<dyn Doorbell>);

    /// Takes [`arm`](Self::arm) back: a thread waits now.
    fn disarm(&self);

    /// Makes a `recv` that waits, or else the next one, return early. Only ends of workers can be
    /// interrupted.
    fn interrupt(&self) {}

    /// From now on [`interrupt`](Self::interrupt) works. Not to be called during a `recv`.
    fn allow_interrupts(&self) -> std::io::Result<()> {
        Ok(())
    }

    /// Whether the peer can read all that was sent.
    fn is_flushed(&self) -> bool {
        true
    }

    /// Waits until all that was sent has left this process, reading meanwhile.
    fn flush(&self) {}

    /// This end goes away, and what was sent is still to get to the other.
    fn linger(&self) {}

    /// Whether the thread that waits at this end runs the far one.
    fn is_inline(&self) -> bool {
        false
    }

    /// Whether what is sent goes to another process.
    fn leaves_process(&self) -> bool {
        false
    }

    /// The descriptor that can be read when something comes, if there is one.
    #[cfg(feature = "process")]
    fn descriptor(&self) -> Option<PollTarget> {
        None
    }

    /// Blocks until something comes at this end, one of `others` can be read, or an interruption,
    /// until `until` at the latest; may return early. `false` if this end cannot wait so.
    #[cfg(feature = "process")]
    fn wait_beside(&self, others: &[PollTarget], until: Option<Instant>) -> bool {
        let _ = (others, until);
        false
    }

    /// Whether it is the reactor's thread that rings the doorbell.
    fn is_watched_by_reactor(&self) -> bool {
        false
    }

    /// Whether this end may leave for another process while what has come to it and was not
    /// received carries `carried`, as far as is known before it does. No thread may receive
    /// meanwhile.
    ///
    /// # Errors
    ///
    /// Why it may not.
    #[cfg(feature = "process")]
    fn check(&self, carried: Vec<Attachments>) -> Result<(), String> {
        let _ = carried;
        Err(OF_WORKER.into())
    }

    /// Lets this end leave for another process, together with `queued`, which was taken from it and
    /// not received. No thread may receive meanwhile; here, it is of no use afterwards.
    ///
    /// # Errors
    ///
    /// Why it cannot; `queued` then holds what is to be put back.
    #[cfg(feature = "process")]
    fn depart(&self, queued: &mut Vec<Frame>) -> Result<Departed, String> {
        let _ = queued;
        Err(OF_WORKER.into())
    }
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
