//! Messengers that are worked by hand.

use std::{
    fmt,
    marker::PhantomData,
    ops::Deref,
    time::{Duration, Instant},
};

use super::{
    lane::{Lane, Taken},
    received::{Received, RecvError, SendError},
};
use crate::{
    link::{Endpoint, Role, by_hand::Counters},
    protocol::{Channel, Message, Priority, Registry, Urgency},
    sync::{Arc, AtomicBool, Ordering},
    transport::AnyTransport,
};

#[cfg(not(feature = "process"))]
use crate::transport::Local;
#[cfg(feature = "process")]
use crate::transport::Pair;

/// How large a message may be unless something else is said, in bytes.
pub(super) const MESSAGE_MOST: usize = 64 << 20;

/// One end of a conversation: sends `S`, receives `R`, over the channels `C`.
///
/// The most urgent message is received first; within one priority, the first sent. Both ends may
/// send as much as they like before they receive: up to 64 MiB wait for the other end, then a send
/// waits for it to receive. An end can be used from many threads.
///
/// An end of a [`pair`](Self::pair) is also a value that messages can hold: as an argument, an
/// `#[init]` value, a reply or a field of any of these. Whoever receives it goes on where the sender
/// was: what came and was not received, the requests that are to be answered and the counts go with
/// it, and the two ends talk directly, whichever processes they are in. What was the end before is
/// none any more ([`SendError::Moved`], [`RecvError::Moved`]), unless the message does not go out.
/// An end can be serialized only as part of a message; at most 126 go into one. An end that has come
/// from another process cannot go on while messages wait at it that hold handles themselves.
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
/// A messenger on its own:
///
/// Its methods are about the default channel; [`on`](Self::on) gives the same for a named one.
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
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) max_message: usize,
    /// What the type of what is sent says about how urgent it is.
    pub(super) urgency: Option<Urgency>,
    /// It is an end of a pair, which can leave with a message.
    pub(super) travels: bool,
    /// It has done so.
    pub(super) moved: Arc<AtomicBool>,
    types: PhantomData<fn(S) -> (R, C)>,
}

impl<S: Message, R: Message, C: Channel> Messenger<S, R, C> {
    /// Two connected ends in this process.
    #[must_use]
    pub fn pair() -> (Self, Messenger<R, S, C>) {
        #[cfg(feature = "process")]
        let [left, right] = <[_; 2]>::from(Pair::new(MESSAGE_MOST)).map(AnyTransport::Pair);
        #[cfg(not(feature = "process"))]
        let [left, right] = <[_; 2]>::from(Local::pair()).map(AnyTransport::Local);
        let endpoint = |end| {
            let capacities = vec![usize::MAX; C::NAMES.len()];
            Endpoint::new(end, Role::Peer, capacities, None)
        };
        (Self::free(endpoint(left)), Messenger::free(endpoint(right)))
    }

    /// An end that belongs to nobody but who has it.
    pub(super) fn free(endpoint: Arc<Endpoint>) -> Self {
        Self { travels: true, ..Self::new(endpoint, MESSAGE_MOST) }
    }

    pub(crate) fn new(endpoint: Arc<Endpoint>, max_message: usize) -> Self {
        let urgency = Registry::urgency_of::<S, C>();
        let (travels, moved) = (false, Arc::default());
        Self { endpoint, max_message, urgency, travels, moved, types: PhantomData }
    }

    pub(super) fn has_moved(&self) -> bool {
        self.moved.load(Ordering::SeqCst)
    }

    /// The same methods for a named channel.
    pub fn on(&self, channel: C) -> Lane<'_, S, R, C> {
        Lane::new(self, Some(channel.index() as u16), None)
    }

    /// The same methods with this priority for what is sent.
    pub fn priority(&self, priority: Priority) -> Lane<'_, S, R, C> {
        Lane::new(self, None, Some(priority))
    }

    fn lane(&self) -> Lane<'_, S, R, C> {
        Lane::new(self, None, None)
    }

    /// Sends a message that wants no reply. Waits while 64 MiB wait for the other end.
    ///
    /// # Errors
    ///
    /// [`SendError::Closed`], [`TooLarge`](SendError::TooLarge) or
    /// [`Encode`](SendError::Encode).
    pub fn send(&self, message: S) -> Result<(), SendError> {
        self.lane().send(message)
    }

    /// The same without waiting.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`SendError::Full`].
    pub fn try_send(&self, message: S) -> Result<(), SendError> {
        self.lane().try_send(message)
    }

    /// The same, waiting for room for `timeout` at most.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`SendError::Full`].
    pub fn send_timeout(&self, message: S, timeout: Duration) -> Result<(), SendError> {
        self.lane().send_timeout(message, timeout)
    }

    /// Sends a message that wants a reply; the reply is then received as any message.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_request(&self, message: S) -> Result<(), SendError> {
        self.lane().send_request(message)
    }

    /// The same without waiting for room.
    ///
    /// # Errors
    ///
    /// As [`try_send`](Self::try_send).
    pub fn try_send_request(&self, message: S) -> Result<(), SendError> {
        self.lane().try_send_request(message)
    }

    /// The same, waiting for room for `timeout` at most.
    ///
    /// # Errors
    ///
    /// As [`send_timeout`](Self::send_timeout).
    pub fn send_request_timeout(&self, message: S, timeout: Duration) -> Result<(), SendError> {
        self.lane().send_request_timeout(message, timeout)
    }

    /// Sends many requests.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); those before the one that failed are sent.
    pub fn send_requests(&self, messages: impl IntoIterator<Item = S>) -> Result<(), SendError> {
        self.lane().send_requests(messages)
    }

    /// Replies to the oldest request that was received on this channel and not answered.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`SendError::NoRequest`].
    pub fn reply(&self, message: S) -> Result<(), SendError> {
        self.lane().reply(message)
    }

    /// The same without waiting for room. If there is none, the request is still to be answered.
    ///
    /// # Errors
    ///
    /// As [`try_send`](Self::try_send), and [`SendError::NoRequest`].
    pub fn try_reply(&self, message: S) -> Result<(), SendError> {
        self.lane().try_reply(message)
    }

    /// The same, waiting for room for `timeout` at most.
    ///
    /// # Errors
    ///
    /// As [`send_timeout`](Self::send_timeout), and [`SendError::NoRequest`].
    pub fn reply_timeout(&self, message: S, timeout: Duration) -> Result<(), SendError> {
        self.lane().reply_timeout(message, timeout)
    }

    /// Makes the peer's next receive return [`RecvError::Remote`] with this error. It answers the
    /// oldest request that was received and not answered, if there is one.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_error<E: std::error::Error + Message>(&self, error: E) -> Result<(), SendError> {
        self.lane().send_error(error)
    }

    /// Makes the peer's next receive return [`RecvError::CloseRequested`].
    ///
    /// # Errors
    ///
    /// [`SendError::Closed`].
    pub fn send_close_request(&self) -> Result<(), SendError> {
        self.lane().send_close_request()
    }

    /// Waits for the next message.
    ///
    /// # Errors
    ///
    /// [`RecvError::Remote`], [`CloseRequested`](RecvError::CloseRequested),
    /// [`Closed`](RecvError::Closed) or [`Protocol`](RecvError::Protocol).
    pub fn recv(&self) -> Result<R, RecvError> {
        self.lane().recv()
    }

    /// The next message if it is there.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv), and [`RecvError::Empty`].
    pub fn try_recv(&self) -> Result<R, RecvError> {
        self.lane().try_recv()
    }

    /// Waits for the next message for `timeout` at most.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv), and [`RecvError::Timeout`].
    pub fn recv_timeout(&self, timeout: Duration) -> Result<R, RecvError> {
        self.lane().recv_timeout(timeout)
    }

    /// Waits for the next message until `deadline` at most.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv), and [`RecvError::Timeout`].
    pub fn recv_deadline(&self, deadline: Instant) -> Result<R, RecvError> {
        self.lane().recv_deadline(deadline)
    }

    /// Waits for the next message and gives it with what stood on its outside.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn recv_message(&self) -> Result<Received<R, C>, RecvError> {
        self.lane().recv_message()
    }

    /// Waits for the most urgent message over all channels.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn recv_any(&self) -> Result<Received<R, C>, RecvError> {
        self.lane().take(Taken::Any, None)
    }

    /// All messages that are there now, and errors in their place.
    pub fn recv_available(&self) -> Vec<Result<R, RecvError>> {
        self.lane().recv_available()
    }

    /// Receives until every request that was sent has its reply, or the peer is gone.
    pub fn recv_remaining(&self) -> impl Iterator<Item = Result<R, RecvError>> + '_ {
        self.lane().recv_remaining()
    }

    /// How many messages are there now.
    #[must_use]
    pub fn available(&self) -> usize {
        self.lane().available()
    }

    /// Waits until a message, an error or a close request is there, on any channel.
    ///
    /// # Errors
    ///
    /// [`RecvError::Closed`] if the peer is gone and left nothing.
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
        found.unwrap_or(Err(RecvError::Timeout))
    }

    /// How many requests were sent whose reply was not received.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.lane().remaining()
    }

    /// How many messages went through so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.lane().counters()
    }

    /// How many messages were taken in and not received; unlike [`available`](Self::available) it
    /// does not look for more.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.lane().queued()
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
