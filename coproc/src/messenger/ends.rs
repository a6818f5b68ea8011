//! [`Messenger`] and [`MultiMessenger`].

use std::{fmt, ops::Deref};

use super::{lane::Lane, received::Received, recv_error::RecvError};
use crate::{
    link::{Endpoint, Role},
    protocol::{Channel, Message},
    sync::Arc,
};

#[cfg(not(feature = "process"))]
use crate::transport::Local;
#[cfg(feature = "process")]
use crate::transport::Pair;

/// The greatest size of a message between the ends of a pair, in bytes.
pub(super) const MAX_MESSAGE: usize = 64 << 20;

/// One end of a conversation: sends `S`, receives `R`, over the channels `C`.
///
/// The most urgent message is received first; within one priority, the first that was sent. Both ends may
/// send before they receive: up to 64 MiB wait for the peer; then a send blocks until the peer receives.
/// An end can be used from many threads.
///
/// An end of a [`pair`](Self::pair) can be part of a message: an argument, an `#[init]` argument, a reply
/// or a field of any of these. It takes along its unread messages, its unanswered requests and its
/// counts, and the two ends are connected directly, in whichever processes they are. The sender's end
/// then gives [`SendError::Moved`](super::SendError::Moved) and [`RecvError::Moved`], unless the message
/// is not sent. An end can be serialized only as part of a message; a message holds at most 126. An end
/// that has arrived from another process cannot leave again while its unread messages hold handles.
///
/// ```
/// use coproc::{Messenger, Thread, prelude::*};
///
/// struct Doubling {
///     end: Messenger<u32, u32>,
/// }
///
/// #[worker]
/// impl Doubling {
///     #[init]
///     fn new(end: Messenger<u32, u32>) -> Self {
///         Self { end }
///     }
///
///     #[message]
///     fn double_one(&self) -> coproc::Result<()> {
///         Ok(self.end.send(2 * self.end.recv()?)?)
///     }
/// }
///
/// let (near, far) = Messenger::pair();
/// near.send(4)?;
/// let doubling = Doubling::on(Thread).spawn(far)?;
/// doubling.double_one().wait()?;
/// assert_eq!(near.recv()?, 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Its methods are those of [`Lane`], for the default channel; [`on`](Lane::on) selects another one.
///
/// ```
/// use coproc::Messenger;
///
/// let (left, right) = Messenger::<String, u32>::pair();
/// left.send_request("seven".to_string())?;
/// assert_eq!(right.recv()?, "seven");
/// right.reply(7)?;
/// assert_eq!((left.recv()?, left.remaining()), (7, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Messenger<S, R, C = ()> {
    pub(super) lane: Lane<S, R, C>,
    /// Whether it can be part of a message: it is an end of a pair.
    pub(super) travels: bool,
}

impl<S: Message, R: Message, C: Channel> Messenger<S, R, C> {
    /// Two connected ends in this process.
    #[must_use]
    pub fn pair() -> (Self, Messenger<R, S, C>) {
        #[cfg(feature = "process")]
        let (left, right) = Pair::new(MAX_MESSAGE);
        #[cfg(not(feature = "process"))]
        let (left, right) = Local::pair();
        let endpoint = |end| {
            let capacities = vec![usize::MAX; C::NAMES.len()];
            Endpoint::new(Arc::new(end), Role::Peer, capacities, None)
        };
        (Self::free(endpoint(left)), Messenger::free(endpoint(right)))
    }

    /// An end of a pair, which can be part of a message.
    pub(super) fn free(endpoint: Arc<Endpoint>) -> Self {
        Self { travels: true, ..Self::new(endpoint, MAX_MESSAGE) }
    }

    pub(crate) fn new(endpoint: Arc<Endpoint>, max_message: usize) -> Self {
        Self { lane: Lane::new(endpoint, max_message), travels: false }
    }

    /// Blocks until a message has arrived on any channel; returns the most urgent.
    ///
    /// # Errors
    ///
    /// As [`recv`](Lane::recv).
    pub fn recv_any(&self) -> Result<Received<R, C>, RecvError> {
        self.take(None, None).unwrap_or(Err(RecvError::Closed))
    }

    /// Blocks until a message, an error or a close request has arrived on any channel.
    ///
    /// # Errors
    ///
    /// [`RecvError::Closed`] if the peer is gone and all its messages are received, and [`RecvError::Moved`].
    pub fn await_available(&self) -> Result<(), RecvError> {
        let found = self.endpoint.wait_for(None, None, |state| {
            if self.has_moved() {
                return Some(Err(RecvError::Moved));
            }
            let told = state.by_hand.has_signal() || state.by_hand.closing;
            if state.inbox.len() > 0 || told {
                return Some(Ok(()));
            }
            state.ended.then_some(Err(RecvError::Closed))
        });
        found.unwrap_or(Err(RecvError::Closed))
    }
}

impl<S, R, C> Deref for Messenger<S, R, C> {
    type Target = Lane<S, R, C>;

    fn deref(&self) -> &Self::Target {
        &self.lane
    }
}

impl<S, R, C> fmt::Debug for Messenger<S, R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messenger").field("queued", &self.endpoint.state().inbox.len()).finish()
    }
}

/// A [`Messenger`] without priorities: messages are received in the order in which they were sent.
///
/// ```
/// use coproc::messenger::MultiMessenger;
///
/// let (left, right) = MultiMessenger::<u8, u8>::pair();
/// left.send(1)?;
/// left.priority(-5).send(2)?;
/// assert_eq!((right.recv()?, right.recv()?), (1, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MultiMessenger<S, R, C = ()>(pub(super) Messenger<S, R, C>);

impl<S: Message, R: Message, C: Channel> MultiMessenger<S, R, C> {
    /// Two connected ends in this process.
    #[must_use]
    pub fn pair() -> (Self, MultiMessenger<R, S, C>) {
        let (left, right) = Messenger::pair();
        left.endpoint.state().flat = true;
        right.endpoint.state().flat = true;
        (Self(left), MultiMessenger(right))
    }
}

impl<S, R, C> Deref for MultiMessenger<S, R, C> {
    type Target = Messenger<S, R, C>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
