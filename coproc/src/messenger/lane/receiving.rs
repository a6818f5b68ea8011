//! The receives of a lane.

use std::{
    iter,
    time::{Duration, Instant},
};

use super::Lane;
use crate::{
    codec::Body,
    link::{
        DisconnectCause, LinkState,
        by_hand::Signal,
        inbox::{Arrived, Purpose},
    },
    messenger::{
        received::{Received, ReceivedKind},
        recv_error::{RecvError, RecvTimeoutError, RemoteError, TryRecvError},
    },
    protocol::{Channel, Message},
    sync::now,
};

impl<S: Message, R: Message, C: Channel> Lane<S, R, C> {
    /// Blocks until the next message has arrived.
    ///
    /// # Errors
    ///
    /// [`RecvError`].
    pub fn recv(&self) -> Result<R, RecvError> {
        Ok(self.recv_message()?.value)
    }

    /// The next message, if it has arrived.
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if none has arrived, and as [`recv`](Self::recv).
    pub fn try_recv(&self) -> Result<R, TryRecvError> {
        self.endpoint.drain();
        let taken = self.look(Some(self.index()), &mut self.endpoint.state());
        Ok(self.open(taken.ok_or(TryRecvError::Empty)??)?.value)
    }

    /// Blocks until the next message has arrived, for `timeout` at most.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError::Timeout`] if it did not come in time, and as [`recv`](Self::recv).
    pub fn recv_timeout(&self, timeout: Duration) -> Result<R, RecvTimeoutError> {
        self.recv_until(now().checked_add(timeout))
    }

    /// Blocks until the next message has arrived, at most until `deadline`.
    ///
    /// # Errors
    ///
    /// As [`recv_timeout`](Self::recv_timeout).
    pub fn recv_deadline(&self, deadline: Instant) -> Result<R, RecvTimeoutError> {
        self.recv_until(Some(deadline))
    }

    fn recv_until(&self, until: Option<Instant>) -> Result<R, RecvTimeoutError> {
        let taken = self.take(Some(self.index()), until);
        Ok(taken.ok_or(RecvTimeoutError::Timeout)??.value)
    }

    /// Blocks until the next message has arrived; returns it with its priority, channel and kind.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn recv_message(&self) -> Result<Received<R, C>, RecvError> {
        self.take(Some(self.index()), None).unwrap_or(Err(RecvError::Closed))
    }

    /// All messages and errors that have arrived, in order.
    pub fn recv_available(&self) -> Vec<Result<R, RecvError>> {
        let mut over = false;
        let next = || match self.try_recv() {
            _ if over => None,
            Err(TryRecvError::Empty | TryRecvError::Recv(RecvError::Closed)) => None,
            Err(TryRecvError::Recv(error)) => {
                // The owner's request to close comes last, and every receive returns it again.
                over = self.is_closing() && error == RecvError::CloseRequested;
                Some(Err(error))
            }
            Ok(message) => Some(Ok(message)),
        };
        iter::from_fn(next).collect()
    }

    /// Receives until every request has its reply, or the peer is gone.
    pub fn recv_remaining(&self) -> impl Iterator<Item = Result<R, RecvError>> + use<S, R, C> {
        let (lane, mut closed) = (self.clone(), false);
        iter::from_fn(move || {
            if closed || lane.remaining() == 0 {
                return None;
            }
            let received = lane.recv();
            closed = match received {
                Err(RecvError::Closed | RecvError::Protocol(_)) => true,
                Err(RecvError::CloseRequested) => lane.is_closing(),
                _ => false,
            };
            Some(received)
        })
    }

    fn is_closing(&self) -> bool {
        let state = self.endpoint.state();
        state.by_hand.closing && !state.by_hand.has_signal()
    }

    /// The number of messages that have arrived.
    #[must_use]
    pub fn available(&self) -> usize {
        self.endpoint.drain();
        self.queued()
    }

    /// The number of messages in this end's queue. Unlike [`available`](Self::available), it does not read
    /// new messages from the link.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.endpoint.state().inbox.len_of(self.index())
    }

    /// Blocks until a message has arrived on `channel`, or on any, at most until `until`.
    pub(in crate::messenger) fn take(
        &self,
        channel: Option<u16>,
        until: Option<Instant>,
    ) -> Option<Result<Received<R, C>, RecvError>> {
        // A message that has just arrived may be more urgent than those in the queue.
        self.endpoint.drain();
        let taken = self.endpoint.wait_for(None, until, |state| self.look(channel, state))?;
        Some(taken.and_then(|arrived| self.open(arrived)))
    }

    fn look(
        &self,
        channel: Option<u16>,
        state: &mut LinkState,
    ) -> Option<Result<Arrived<Body>, RecvError>> {
        if self.has_moved() {
            return Some(Err(RecvError::Moved));
        }
        if let Some(signal) = state.by_hand.take_signal() {
            return Some(Err(match signal {
                Signal::CloseRequest => RecvError::CloseRequested,
                Signal::Failure { body, .. } => match RemoteError::read(body.payload()) {
                    Ok(error) => RecvError::Remote(error),
                    Err(malformed) => RecvError::Protocol(malformed.to_string()),
                },
            }));
        }
        let arrived = match channel {
            None => state.inbox.take_any(),
            Some(channel) => state.inbox.take_from(channel),
        };
        if let Some(arrived) = arrived {
            let (channel, size) = (arrived.envelope.channel, arrived.content.len());
            state.by_hand.received(arrived.purpose, channel, size);
            return Some(Ok(arrived));
        }
        if state.by_hand.closing && !state.ended {
            return Some(Err(RecvError::CloseRequested));
        }
        let lost = || match &state.loss {
            Some(DisconnectCause::Protocol(text)) => RecvError::Protocol(text.clone()),
            _ => RecvError::Closed,
        };
        state.ended.then(|| Err(lost()))
    }

    fn open(&self, arrived: Arrived<Body>) -> Result<Received<R, C>, RecvError> {
        let Arrived { purpose, envelope, content, .. } = arrived;
        let mut arguments = content.arguments();
        let read = arguments.take().and_then(|value| arguments.finish().map(|()| value));
        let value = read.map_err(|malformed| RecvError::Protocol(malformed.to_string()))?;
        let channel = C::from_index(usize::from(envelope.channel));
        let unknown = || RecvError::Protocol(format!("there is no channel {}", envelope.channel));
        Ok(Received {
            value,
            priority: envelope.priority,
            channel: channel.ok_or_else(unknown)?,
            kind: match purpose {
                Purpose::Call { .. } => ReceivedKind::Request,
                Purpose::Reply { .. } => ReceivedKind::Reply,
                Purpose::Tell => ReceivedKind::Message,
            },
        })
    }
}
