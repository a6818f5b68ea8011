//! How a message is taken, and what it is made of.

use std::time::Instant;

use super::{Lane, Taken};
use crate::{
    codec::Body,
    link::{DisconnectCause, State, by_hand::Signal, inbox::Arrived},
    messenger::received::{Received, ReceivedKind, RecvError, RemoteError},
    protocol::{Channel, Kind, Message},
};

impl<S: Message, R: Message, C: Channel> Lane<'_, S, R, C> {
    pub(in crate::messenger) fn take(
        &self,
        from: Taken,
        until: Option<Instant>,
    ) -> Result<Received<R, C>, RecvError> {
        // What has come meanwhile may be more urgent than what is here.
        self.messenger.endpoint.drain();
        let taken = self.messenger.endpoint.wait_for(None, until, |state| self.look(from, state));
        taken.unwrap_or(Err(RecvError::Timeout)).and_then(|arrived| self.open(arrived))
    }

    pub(super) fn look(
        &self,
        from: Taken,
        state: &mut State,
    ) -> Option<Result<Arrived<Body>, RecvError>> {
        if self.messenger.has_moved() {
            return Some(Err(RecvError::Moved));
        }
        if let Some(signal) = state.by_hand.take_signal() {
            return Some(Err(match signal {
                Signal::Close => RecvError::CloseRequested,
                Signal::Failure { body, .. } => match RemoteError::read(body.payload()) {
                    Ok(error) => RecvError::Remote(error),
                    Err(malformed) => RecvError::Protocol(malformed.to_string()),
                },
            }));
        }
        let arrived = match from {
            Taken::Any => state.inbox.take_any(),
            Taken::From(channel) => state.inbox.take_from(channel),
        };
        if let Some(arrived) = arrived {
            state.by_hand.received(&arrived.envelope, arrived.content.len());
            return Some(Ok(arrived));
        }
        if state.by_hand.closing {
            return Some(Err(RecvError::CloseRequested));
        }
        let lost = || match &state.loss {
            Some(DisconnectCause::Protocol(text)) => RecvError::Protocol(text.clone()),
            _ => RecvError::Closed,
        };
        state.ended.then(|| Err(lost()))
    }

    pub(super) fn open(&self, arrived: Arrived<Body>) -> Result<Received<R, C>, RecvError> {
        let Arrived { envelope, content, .. } = arrived;
        let mut arguments = content.arguments();
        let read = arguments.take().and_then(|value| arguments.finish().map(|()| value));
        let value = read.map_err(|malformed| RecvError::Protocol(malformed.to_string()))?;
        let channel = C::from_index(usize::from(envelope.channel));
        let unknown = || RecvError::Protocol(format!("there is no channel {}", envelope.channel));
        Ok(Received {
            value,
            priority: envelope.priority,
            channel: channel.ok_or_else(unknown)?,
            kind: match envelope.kind {
                Kind::Call => ReceivedKind::Request,
                Kind::Answer(_) => ReceivedKind::Reply,
                _ => ReceivedKind::Message,
            },
        })
    }
}
