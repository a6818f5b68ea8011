//! [`Outgoing`]: a message with its address, and [`Sending`], which sends it when it is polled.

use std::{
    fmt,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use super::{
    address::{Address, Link},
    encoded::Encoded,
    request::{Reader, Request},
};
use crate::{
    codec::{Body, Draft, reply::Completion},
    error::{CallError, TrySendError},
    link::{LinkState, Refusal, Serving},
    protocol::Priority,
    sync::Arc,
};

/// A message and its destination.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) address: Address,
    pub(crate) message: Encoded,
}

impl Outgoing {
    pub(super) fn new<W>(
        link: &Link<W>,
        number: u32,
        priority: Priority,
        write: impl FnOnce(&mut Draft),
    ) -> Self {
        let address = link.address().clone();
        let handler = address.handler(number);
        let mut draft = Draft::new(address.max_message());
        write(&mut draft);
        let deadline = handler.and_then(|handler| handler.deadline);
        let mut message = Encoded::new(handler, priority, deadline, draft.finish());
        message.inherited = Serving::deadline();
        Self { address, message }
    }

    /// Sends the call for a caller that then waits for the reply. Waits for room for `room` at most.
    pub(super) fn begin(mut self, room: Option<Duration>) -> Result<Request, CallError> {
        self.address.check_cycle()?;
        self.message.nest();
        self.start(room)
    }

    /// Sends the call, whose reply is also read while no caller waits.
    pub(super) fn send(self) -> Result<Request, CallError> {
        let request = self.start(None)?;
        request.arm();
        Ok(request)
    }

    /// Sends the call, unless that would block.
    #[expect(clippy::result_large_err, reason = "the message itself is given back")]
    pub(super) fn try_send(mut self) -> Result<Request, TrySendError<Self>> {
        let id = match self.try_admit() {
            Ok(id) => id,
            Err(error) => return Err(TrySendError { call: self, error }),
        };
        let request = match self.address {
            Address::Direct(connection) => {
                let until = self.message.until();
                Request::direct(connection, id, self.message, until)
            }
            Address::Dispatched(route) => Request::dispatched(route, self.message),
        };
        request.arm();
        Ok(request)
    }

    /// Reserves room in the channel without blocking, and opens the request, whose number it
    /// returns. A dispatcher always has room.
    fn try_admit(&mut self) -> Result<u64, CallError> {
        let connection = match &self.address {
            Address::Direct(connection) => connection,
            Address::Dispatched(route) => return route.check(&mut self.message).map(|()| 0),
        };
        self.message.pack(connection)?;
        let channel = self.message.channel();
        let admitted = connection.try_admit(channel, |state| state.open(Some(channel)));
        admitted.map_err(|refusal| match refusal {
            Refusal::Full => CallError::Full,
            Refusal::Error(error) => error,
        })
    }

    /// Sends the message without a reply. Waits for room for `room` at most, and no longer than an inherited
    /// deadline; the message may be handled later than that.
    pub(super) fn tell(mut self, room: Option<Duration>) -> Result<(), CallError> {
        match self.address {
            Address::Direct(connection) => {
                let until = self.message.own_until();
                // An error of its handler is read also while no caller waits.
                self.message.admit(&connection, room, |state| state.background = true)?;
                let (envelope, body) = self.message.seal(until);
                connection.tell(envelope, body)
            }
            Address::Dispatched(route) => {
                route.check(&mut self.message)?;
                self.message.inherited = None;
                Request::dispatched(route, self.message).detach();
                Ok(())
            }
        }
    }

    fn start(mut self, room: Option<Duration>) -> Result<Request, CallError> {
        match self.address {
            Address::Direct(connection) => {
                let channel = self.message.channel();
                let open = |state: &mut LinkState| state.open(Some(channel));
                let (id, until) = self.message.admit(&connection, room, open)?;
                Ok(Request::direct(connection, id, self.message, until))
            }
            Address::Dispatched(route) => {
                route.check(&mut self.message)?;
                Ok(Request::dispatched(route, self.message))
            }
        }
    }

    pub(super) fn describe(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("worker", &self.address.name())
            .field("handler", &self.message.handler.map(|handler| handler.name))
            .field("priority", &self.message.priority)
            .field("deadline", &self.message.deadline)
            .finish_non_exhaustive()
    }
}

/// A call that is sent when it is polled, once the channel has room.
#[derive(Debug)]
pub(crate) struct Sending {
    /// Its deadline, counted from the first poll.
    until: Option<Instant>,
    outgoing: Option<Outgoing>,
    /// A request for room in the channel.
    room: Option<Request>,
    request: Option<Request>,
}

impl Sending {
    pub(crate) fn new(outgoing: Outgoing) -> Self {
        Self { until: None, outgoing: Some(outgoing), room: None, request: None }
    }

    /// As [`poll`](Self::poll), for a task that waits for the reply itself.
    pub(super) fn poll_nested(&mut self, cx: &mut Context<'_>) -> Poll<Completion> {
        if let Some(outgoing) = &mut self.outgoing {
            outgoing.address.check_cycle()?;
            outgoing.message.nest();
        }
        if let Some(request) = &self.request {
            request.check_cycle()?;
        }
        self.poll(cx)
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Completion> {
        ready!(self.go_out(cx))?.poll(cx)
    }

    /// A reader for another thread, once the call is sent over a connection.
    pub(crate) fn reader(&self) -> Option<Reader> {
        self.request.as_ref().and_then(Request::reader)
    }

    /// Sends the call, once the channel has room.
    fn go_out(&mut self, cx: &mut Context<'_>) -> Poll<Result<&mut Request, CallError<Body>>> {
        while self.request.is_none() {
            if let Some(room) = &mut self.room {
                match ready!(room.poll(cx)) {
                    Ok(_) => self.room = None,
                    // The call itself was not sent.
                    Err(CallError::Deadline { .. }) => {
                        return Poll::Ready(Err(CallError::Deadline { started: false }));
                    }
                    Err(error) => return Poll::Ready(Err(error)),
                }
            }
            let Some(outgoing) = self.outgoing.take() else {
                return Poll::Ready(Err(CallError::Cancelled));
            };
            self.request = self.try_start(outgoing).map_err(CallError::widen)?;
        }
        Poll::Ready(self.request.as_mut().ok_or(CallError::Cancelled))
    }

    /// Sends the call, or requests room.
    fn try_start(&mut self, mut outgoing: Outgoing) -> Result<Option<Request>, CallError> {
        let Address::Direct(connection) = &outgoing.address else {
            return outgoing.start(None).map(Some);
        };
        let connection = Arc::clone(connection);
        outgoing.message.pack(&connection)?;
        let until = self.until.or_else(|| outgoing.message.until());
        self.until = until;
        let channel = outgoing.message.channel();
        match connection.try_admit(channel, |state| state.open(Some(channel))) {
            Ok(id) => Ok(Some(Request::direct(connection, id, outgoing.message, until))),
            Err(Refusal::Full) => {
                self.room = Some(Request::room(connection, channel, until));
                self.outgoing = Some(outgoing);
                Ok(None)
            }
            Err(Refusal::Error(error)) => Err(error),
        }
    }
}
