//! [`Lane`]: a messenger for one channel and one priority.

mod receiving;

use std::{fmt, marker::PhantomData, time::Duration};

use super::{Counters, received::ReceivedKind, recv_error::RemoteError, send_error::SendError};
use crate::{
    codec::{Body, Draft},
    link::Endpoint,
    protocol::{Channel, Envelope, Message, MessageDefaults, Packet, Priority, Registry},
    sync::{Arc, AtomicBool, Ordering, now},
    transport::{Broken, Wait},
};

/// The methods of a [`Messenger`](super::Messenger), which derefs to this. They use the default channel, or
/// the channel and the priority that [`on`](Self::on) and [`priority`](Self::priority) set.
///
/// A lane shares its messenger's end, which stays open until the messenger and all its lanes are dropped.
pub struct Lane<S, R, C> {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) max_message: usize,
    /// The priority and channel of the type `S`.
    defaults: Option<MessageDefaults>,
    /// This end has left with a message.
    pub(super) moved: Arc<AtomicBool>,
    /// The channel; by default that of the message's type.
    channel: Option<u16>,
    priority: Option<Priority>,
    types: PhantomData<fn(S) -> (R, C)>,
}

impl<S: Message, R: Message, C: Channel> Lane<S, R, C> {
    pub(super) fn new(endpoint: Arc<Endpoint>, max_message: usize) -> Self {
        Self {
            endpoint,
            max_message,
            defaults: Registry::defaults_of::<S, C>(),
            moved: Arc::default(),
            channel: None,
            priority: None,
            types: PhantomData,
        }
    }

    /// A lane for this channel.
    pub fn on(&self, channel: C) -> Self {
        Self { channel: Some(channel.index() as u16), ..self.clone() }
    }

    /// A lane that sends with this priority.
    pub fn priority(&self, priority: Priority) -> Self {
        Self { priority: Some(priority), ..self.clone() }
    }

    /// Sends a message without a reply. Blocks while 64 MiB wait for the peer to receive them.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message: [`Closed`](SendError::Closed),
    /// [`TooLarge`](SendError::TooLarge), [`Encode`](SendError::Encode) or
    /// [`Moved`](SendError::Moved).
    pub fn send(&self, message: S) -> Result<(), SendError<S>> {
        self.put(ReceivedKind::Message, message, Wait::Forever)
    }

    /// The same without blocking.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`SendError::Full`].
    pub fn try_send(&self, message: S) -> Result<(), SendError<S>> {
        self.put(ReceivedKind::Message, message, Wait::No)
    }

    /// The same, blocking for `timeout` at most.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`SendError::Full`].
    pub fn send_timeout(&self, message: S, timeout: Duration) -> Result<(), SendError<S>> {
        self.put(ReceivedKind::Message, message, within(timeout))
    }

    /// Sends a request. Its reply is received as any message. Blocks as [`send`](Self::send).
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_request(&self, message: S) -> Result<(), SendError<S>> {
        self.put(ReceivedKind::Request, message, Wait::Forever)
    }

    /// The same without blocking.
    ///
    /// # Errors
    ///
    /// As [`try_send`](Self::try_send).
    pub fn try_send_request(&self, message: S) -> Result<(), SendError<S>> {
        self.put(ReceivedKind::Request, message, Wait::No)
    }

    /// The same, blocking for `timeout` at most.
    ///
    /// # Errors
    ///
    /// As [`send_timeout`](Self::send_timeout).
    pub fn send_request_timeout(&self, message: S, timeout: Duration) -> Result<(), SendError<S>> {
        self.put(ReceivedKind::Request, message, within(timeout))
    }

    /// Sends many requests. Blocks as [`send`](Self::send).
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), with the message that failed. The messages before it are sent; those after
    /// it are not taken from `messages`.
    pub fn send_requests(&self, messages: impl IntoIterator<Item = S>) -> Result<(), SendError<S>> {
        messages.into_iter().try_for_each(|message| self.send_request(message))
    }

    /// Replies to the oldest unanswered request of this channel. Blocks as [`send`](Self::send).
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`SendError::NoRequest`].
    pub fn reply(&self, message: S) -> Result<(), SendError<S>> {
        self.put(ReceivedKind::Reply, message, Wait::Forever)
    }

    /// The same without blocking. If there is no room, the request stays unanswered.
    ///
    /// # Errors
    ///
    /// As [`try_send`](Self::try_send), and [`SendError::NoRequest`].
    pub fn try_reply(&self, message: S) -> Result<(), SendError<S>> {
        self.put(ReceivedKind::Reply, message, Wait::No)
    }

    /// The same, blocking for `timeout` at most.
    ///
    /// # Errors
    ///
    /// As [`send_timeout`](Self::send_timeout), and [`SendError::NoRequest`].
    pub fn reply_timeout(&self, message: S, timeout: Duration) -> Result<(), SendError<S>> {
        self.put(ReceivedKind::Reply, message, within(timeout))
    }

    /// Makes the peer's next receive return [`RecvError::Remote`](super::RecvError::Remote) with this error.
    /// It answers the oldest unanswered request, if there is one. Blocks as [`send`](Self::send).
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), with the error.
    pub fn send_error<E>(&self, error: E) -> Result<(), SendError<E>>
    where
        E: std::error::Error + Message,
    {
        let mut draft = Draft::new(self.max_message);
        RemoteError::write(&error, &mut draft);
        self.put_error(draft).map_err(|failed| failed.of(error))
    }

    fn put_error(&self, draft: Draft) -> Result<(), SendError<()>> {
        let body = draft.finish()?;
        self.await_room(Wait::Forever)?;
        let channel = self.index();
        let id = self.endpoint.state().by_hand.take_unanswered(channel);
        self.dispatch(Packet::Failure { id, channel }, body)
    }

    /// Makes the peer's next receive return
    /// [`RecvError::CloseRequested`](super::RecvError::CloseRequested). Blocks as
    /// [`send`](Self::send).
    ///
    /// # Errors
    ///
    /// [`SendError::Closed`] or [`SendError::Moved`].
    pub fn send_close_request(&self) -> Result<(), SendError<()>> {
        self.await_room(Wait::Forever)?;
        self.dispatch(Packet::CloseRequest, Body::empty())
    }

    /// The number of requests whose reply was not received.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.endpoint.state().by_hand.remaining(self.index())
    }

    /// The numbers of messages so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.endpoint.state().by_hand.counters(self.index())
    }

    /// The channel that this lane receives from.
    fn index(&self) -> u16 {
        self.channel.unwrap_or(0)
    }

    fn put(&self, kind: ReceivedKind, message: S, wait: Wait) -> Result<(), SendError<S>> {
        self.put_encoded(kind, &message, wait).map_err(|failed| failed.of(message))
    }

    fn put_encoded(
        &self,
        kind: ReceivedKind,
        message: &S,
        wait: Wait,
    ) -> Result<(), SendError<()>> {
        let mut draft = Draft::new(self.max_message);
        draft.put(message);
        let mut body = draft.finish()?;
        let packed = self.endpoint.pack(&mut body);
        packed.map_err(|text| SendError::Encode { message: (), text })?;
        let by_type = match kind {
            // A reply goes to the channel of its request.
            ReceivedKind::Reply => None,
            _ => self.defaults.and_then(|defaults| defaults.channel),
        };
        let channel = self.channel.or(by_type).unwrap_or(0);
        let by_type = || self.defaults.map_or(0, |defaults| (defaults.priority)(message));
        let priority = self.priority.unwrap_or_else(by_type);
        self.await_room(wait)?;
        let packet = {
            let mut state = self.endpoint.state();
            let priority = if state.flat { 0 } else { priority };
            let envelope = Envelope { channel, priority, ..Envelope::default() };
            match kind {
                ReceivedKind::Message => Packet::Tell(envelope),
                ReceivedKind::Request => {
                    Packet::Call { id: state.next_id(), nested: false, envelope }
                }
                ReceivedKind::Reply => {
                    let request = state.by_hand.take_unanswered(channel);
                    let id = request.ok_or(SendError::NoRequest(()))?;
                    Packet::Reply { id, channel, priority }
                }
            }
        };
        self.dispatch(packet, body)
    }

    /// Waits for room. This comes before a request counts as answered, since it stays unanswered without room.
    fn await_room(&self, wait: Wait) -> Result<(), SendError<()>> {
        if self.has_moved() {
            return Err(SendError::Moved(()));
        }
        self.endpoint.link().room(wait).map_err(|broken| match broken {
            Broken::Full => SendError::Full(()),
            Broken::Ended | Broken::Protocol(_) => SendError::Closed(()),
        })
    }

    fn dispatch(&self, packet: Packet, body: Body) -> Result<(), SendError<()>> {
        let (channel, request) = match packet {
            Packet::Call { id, ref envelope, .. } => (envelope.channel, Some(id)),
            Packet::Tell(ref envelope) => (envelope.channel, None),
            Packet::Reply { channel, .. } | Packet::Failure { channel, .. } => (channel, None),
            _ => (0, None),
        };
        // The request is counted before it is sent, since its reply may arrive before `send` returns.
        self.endpoint.state().by_hand.sent(channel, request);
        self.endpoint.send(packet, body).map_err(|_| SendError::Closed(()))
    }

    pub(super) fn has_moved(&self) -> bool {
        self.moved.load(Ordering::SeqCst)
    }
}

fn within(timeout: Duration) -> Wait {
    Wait::until(now().checked_add(timeout))
}

impl<S, R, C> Clone for Lane<S, R, C> {
    fn clone(&self) -> Self {
        Self { endpoint: Arc::clone(&self.endpoint), moved: Arc::clone(&self.moved), ..*self }
    }
}

impl<S, R, C> fmt::Debug for Lane<S, R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("channel", &self.channel)
            .field("priority", &self.priority)
            .finish_non_exhaustive()
    }
}
