//! One channel of a messenger, as its user sees it.

mod receiving;

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{
    hand::Messenger,
    received::{Received, RecvError, RemoteError, SendError},
};
use crate::{
    codec::{Body, Draft},
    link::by_hand::Counters,
    protocol::{Channel, Envelope, Kind, Message, Priority, Status},
    transport::{Broken, Transport, Wait},
};

/// A [`Messenger`] with a channel, or a priority, that its methods are about. They are those of the
/// messenger.
pub struct Lane<'a, S, R, C> {
    messenger: &'a Messenger<S, R, C>,
    /// The channel; without it, what is sent goes where its type says.
    channel: Option<u16>,
    priority: Option<Priority>,
}

/// Where to take a message from.
#[derive(Clone, Copy)]
pub(super) enum Taken {
    Any,
    From(u16),
}

impl<'a, S: Message, R: Message, C: Channel> Lane<'a, S, R, C> {
    pub(super) fn new(
        messenger: &'a Messenger<S, R, C>,
        channel: Option<u16>,
        priority: Option<Priority>,
    ) -> Self {
        Self { messenger, channel, priority }
    }

    /// The same with this priority for what is sent.
    #[must_use]
    pub fn priority(self, priority: Priority) -> Self {
        Self { priority: Some(priority), ..self }
    }

    /// As [`Messenger::send`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn send(&self, message: S) -> Result<(), SendError> {
        self.put(Kind::Tell, &message, Wait::Forever)
    }

    /// As [`Messenger::try_send`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn try_send(&self, message: S) -> Result<(), SendError> {
        self.put(Kind::Tell, &message, Wait::No)
    }

    /// As [`Messenger::send_timeout`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn send_timeout(&self, message: S, timeout: Duration) -> Result<(), SendError> {
        let wait = Wait::until(Instant::now().checked_add(timeout));
        self.put(Kind::Tell, &message, wait)
    }

    /// As [`Messenger::send_request`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn send_request(&self, message: S) -> Result<(), SendError> {
        self.put(Kind::Call, &message, Wait::Forever)
    }

    /// As [`Messenger::try_send_request`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn try_send_request(&self, message: S) -> Result<(), SendError> {
        self.put(Kind::Call, &message, Wait::No)
    }

    /// As [`Messenger::send_request_timeout`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn send_request_timeout(&self, message: S, timeout: Duration) -> Result<(), SendError> {
        let wait = Wait::until(Instant::now().checked_add(timeout));
        self.put(Kind::Call, &message, wait)
    }

    /// As [`Messenger::send_requests`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn send_requests(&self, messages: impl IntoIterator<Item = S>) -> Result<(), SendError> {
        messages.into_iter().try_for_each(|message| self.send_request(message))
    }

    /// As [`Messenger::reply`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn reply(&self, message: S) -> Result<(), SendError> {
        self.put(Kind::Answer(Status::Value), &message, Wait::Forever)
    }

    /// As [`Messenger::try_reply`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn try_reply(&self, message: S) -> Result<(), SendError> {
        self.put(Kind::Answer(Status::Value), &message, Wait::No)
    }

    /// As [`Messenger::reply_timeout`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn reply_timeout(&self, message: S, timeout: Duration) -> Result<(), SendError> {
        let wait = Wait::until(Instant::now().checked_add(timeout));
        self.put(Kind::Answer(Status::Value), &message, wait)
    }

    /// As [`Messenger::send_error`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn send_error<E: std::error::Error + Message>(&self, error: E) -> Result<(), SendError> {
        let mut draft = Draft::new(self.messenger.max_message);
        RemoteError::write(&error, &mut draft);
        let body = draft.finish()?;
        self.await_room(Wait::Forever)?;
        let channel = self.channel.unwrap_or(0);
        let id = self.messenger.endpoint.state().by_hand.take_unanswered(channel).unwrap_or(0);
        self.dispatch(Envelope { channel, id, ..Envelope::new(Kind::Failure) }, body)
    }

    /// As [`Messenger::send_close_request`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn send_close_request(&self) -> Result<(), SendError> {
        self.await_room(Wait::Forever)?;
        self.dispatch(Envelope::new(Kind::Close), Body::empty())
    }

    /// As [`Messenger::recv`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn recv(&self) -> Result<R, RecvError> {
        Ok(self.recv_message()?.value)
    }

    /// As [`Messenger::try_recv`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn try_recv(&self) -> Result<R, RecvError> {
        self.messenger.endpoint.drain();
        let taken = self.look(self.from(), &mut self.messenger.endpoint.state());
        Ok(taken.unwrap_or(Err(RecvError::Empty)).and_then(|arrived| self.open(arrived))?.value)
    }

    /// As [`Messenger::recv_timeout`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn recv_timeout(&self, timeout: Duration) -> Result<R, RecvError> {
        Ok(self.take(self.from(), Instant::now().checked_add(timeout))?.value)
    }

    /// As [`Messenger::recv_deadline`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn recv_deadline(&self, deadline: Instant) -> Result<R, RecvError> {
        Ok(self.take(self.from(), Some(deadline))?.value)
    }

    /// As [`Messenger::recv_message`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn recv_message(&self) -> Result<Received<R, C>, RecvError> {
        self.take(self.from(), None)
    }

    /// As [`Messenger::recv_available`].
    pub fn recv_available(&self) -> Vec<Result<R, RecvError>> {
        let mut over = false;
        let next = || match self.try_recv() {
            _ if over => None,
            Err(RecvError::Empty | RecvError::Closed) => None,
            other => {
                // An owner's request to close comes last, and is repeated for whoever asks again.
                over = self.is_closing() && matches!(other, Err(RecvError::CloseRequested));
                Some(other)
            }
        };
        std::iter::from_fn(next).collect()
    }

    /// As [`Messenger::recv_remaining`].
    pub fn recv_remaining(self) -> impl Iterator<Item = Result<R, RecvError>> + use<'a, S, R, C> {
        let mut closed = false;
        std::iter::from_fn(move || {
            if closed || self.remaining() == 0 {
                return None;
            }
            let received = self.recv();
            closed = match received {
                Err(RecvError::Closed | RecvError::Protocol(_)) => true,
                Err(RecvError::CloseRequested) => self.is_closing(),
                _ => false,
            };
            Some(received)
        })
    }

    fn is_closing(&self) -> bool {
        let state = self.messenger.endpoint.state();
        state.by_hand.closing && !state.by_hand.has_signal()
    }

    /// As [`Messenger::available`].
    #[must_use]
    pub fn available(&self) -> usize {
        self.messenger.endpoint.drain();
        self.queued()
    }

    /// As [`Messenger::remaining`].
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.messenger.endpoint.state().by_hand.remaining(self.channel.unwrap_or(0))
    }

    /// As [`Messenger::counters`].
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.messenger.endpoint.state().by_hand.counters(self.channel.unwrap_or(0))
    }

    /// As [`Messenger::queued`].
    #[must_use]
    pub fn queued(&self) -> usize {
        self.messenger.endpoint.state().inbox.len_of(self.channel.unwrap_or(0))
    }

    fn from(&self) -> Taken {
        Taken::From(self.channel.unwrap_or(0))
    }

    fn put(&self, kind: Kind, message: &S, wait: Wait) -> Result<(), SendError> {
        let mut draft = Draft::new(self.messenger.max_message);
        draft.put(message);
        let mut body = draft.finish()?;
        self.messenger.endpoint.pack(&mut body).map_err(SendError::Encode)?;
        let urgency = self.messenger.urgency.as_ref();
        let by_type = match kind {
            // A reply goes where its request came from.
            Kind::Answer(_) => None,
            _ => urgency.and_then(|urgency| urgency.lane),
        };
        let channel = self.channel.or(by_type).unwrap_or(0);
        let by_type = || urgency.map_or(0, |urgency| (urgency.priority)(message));
        let priority = self.priority.unwrap_or_else(by_type);
        let mut envelope = Envelope { channel, priority, ..Envelope::new(kind) };
        self.await_room(wait)?;
        {
            let mut state = self.messenger.endpoint.state();
            envelope.priority = if state.flat { 0 } else { priority };
            envelope.id = match kind {
                Kind::Call => state.next_id(),
                Kind::Answer(_) => {
                    let request = state.by_hand.take_unanswered(channel);
                    request.ok_or(SendError::NoRequest)?
                }
                _ => 0,
            };
        }
        self.dispatch(envelope, body)
    }

    /// To be asked before a request counts as answered: without room it is still to be.
    fn await_room(&self, wait: Wait) -> Result<(), SendError> {
        if self.messenger.has_moved() {
            return Err(SendError::Moved);
        }
        self.messenger.endpoint.link().room(wait).map_err(|broken| match broken {
            Broken::Full => SendError::Full,
            Broken::Ended | Broken::Protocol(_) => SendError::Closed,
        })
    }

    fn dispatch(&self, envelope: Envelope, body: Body) -> Result<(), SendError> {
        let endpoint = &self.messenger.endpoint;
        // The request is counted before it is out, since its reply may be here before this returns.
        endpoint.state().by_hand.sent(&envelope);
        endpoint.send(envelope, body).map_err(|_| SendError::Closed)
    }
}

impl<S, R, C> fmt::Debug for Lane<'_, S, R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("channel", &self.channel)
            .field("priority", &self.priority)
            .finish_non_exhaustive()
    }
}
