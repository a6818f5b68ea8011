//! [`Encoded`]: a message without its address.

use std::time::{Duration, Instant};

use crate::{
    codec::{Body, EncodeError},
    error::CallError,
    link::{Connection, LinkState, Serving},
    protocol::{Envelope, Handler, Priority},
    sync::now,
};

/// An encoded message, with its handler, priority and deadline.
#[derive(Clone, Debug)]
pub struct Encoded {
    pub(crate) handler: Option<&'static Handler>,
    pub(crate) priority: Priority,
    pub(crate) deadline: Option<Duration>,
    /// The deadline of the message whose handler made this one.
    pub(crate) inherited: Option<Instant>,
    pub(crate) body: Result<Body, EncodeError>,
    pub(super) nested: bool,
}

impl Encoded {
    pub(crate) fn new(
        handler: Option<&'static Handler>,
        priority: Priority,
        deadline: Option<Duration>,
        body: Result<Body, EncodeError>,
    ) -> Self {
        Self { handler, priority, deadline, inherited: None, body, nested: false }
    }

    /// Whether its handler may be run again after a crash.
    pub(crate) fn is_idempotent(&self) -> bool {
        self.handler.is_some_and(|handler| handler.idempotent)
    }

    pub(super) fn channel(&self) -> u16 {
        self.handler.map_or(0, |handler| handler.channel)
    }

    pub(super) fn body(&mut self) -> Result<&mut Body, CallError> {
        self.body.as_mut().map_err(|error| match error {
            EncodeError::TooLarge { size, limit } => {
                CallError::TooLarge { size: *size, limit: *limit }
            }
            EncodeError::Refused(text) => CallError::Encode(text.clone()),
        })
    }

    /// Prepares the attachments for this connection.
    pub(super) fn pack(&mut self, connection: &Connection) -> Result<(), CallError> {
        let body = self.body()?;
        connection.endpoint.pack(body).map_err(CallError::Encode)
    }

    /// Adds the workers that wait for the reply, so that the receiver detects a cycle.
    pub(crate) fn nest(&mut self) {
        let stations = Serving::stations();
        if stations.is_empty() || self.nested {
            return;
        }
        let body = std::mem::replace(&mut self.body, Ok(Body::empty()));
        self.body = body.and_then(|body| body.behind(&stations));
        self.nested = true;
    }

    /// Its own deadline, counted from now.
    pub(super) fn own_until(&self) -> Option<Instant> {
        self.deadline.and_then(|deadline| now().checked_add(deadline))
    }

    /// The deadline of a call that is sent now.
    pub(super) fn until(&self) -> Option<Instant> {
        [self.own_until(), self.inherited].into_iter().flatten().min()
    }

    /// The envelope and the body of a packed message.
    pub(super) fn seal(self, deadline: Option<Instant>) -> (Envelope, Body) {
        let handler = self.handler.map_or(u32::MAX, |handler| handler.number);
        let (channel, priority) = (self.channel(), self.priority);
        let envelope = Envelope { channel, priority, handler, deadline };
        (envelope, self.body.unwrap_or_else(|_| Body::empty()))
    }

    /// Waits until the channel has room, at most until the deadline and for `room`; then does `open`
    /// under the lock that it was counted in under. Returns what that gives, and the deadline.
    pub(super) fn admit<R>(
        &mut self,
        connection: &Connection,
        room: Option<Duration>,
        open: impl Fn(&mut LinkState) -> R,
    ) -> Result<(R, Option<Instant>), CallError> {
        self.pack(connection)?;
        let until = self.until();
        let room = room.and_then(|room| now().checked_add(room));
        let earlier = [until, room].into_iter().flatten().min();
        Ok((connection.admit(self.channel(), earlier, open)?, until))
    }
}
