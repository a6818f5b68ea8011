//! What every message needs to go out.

use std::{
    fmt,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use super::{
    Link,
    address::{Address, Job, Route},
    completions::Completions,
    request::{Exchange, PendingJob, Reader, Request},
};
use crate::{
    codec::{Body, Draft, EncodeError, reply::Completion},
    error::{CallError, TrySendError},
    link::{Connection, Refusal, Serving},
    protocol::{Envelope, Handler, Priority},
    sync::{Arc, now},
};

/// An encoded message, with what is said about how it travels.
#[derive(Clone, Debug)]
pub struct Encoded {
    pub(crate) handler: Option<&'static Handler>,
    pub(crate) priority: Priority,
    pub(crate) deadline: Option<Duration>,
    /// The deadline of the message whose handler made this one.
    pub(crate) inherited: Option<Instant>,
    pub(crate) body: Result<Body, EncodeError>,
    nested: bool,
}

/// A message on its way out, and where it goes.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) address: Address,
    pub(crate) message: Encoded,
}

impl Encoded {
    /// A message for the handler `number` that another process has encoded.
    pub(crate) fn received(
        handler: Option<&'static Handler>,
        priority: Priority,
        deadline: Option<Duration>,
        body: Body,
    ) -> Self {
        Self { handler, priority, deadline, inherited: None, body: Ok(body), nested: false }
    }

    /// Whether its handler may be run again after a crash.
    pub(crate) fn is_idempotent(&self) -> bool {
        self.handler.is_some_and(|handler| handler.idempotent)
    }

    fn channel(&self) -> u16 {
        self.handler.map_or(0, |handler| handler.channel)
    }

    fn body(&mut self) -> Result<&mut Body, CallError> {
        self.body.as_mut().map_err(|error| match error {
            EncodeError::TooLarge { size, limit } => {
                CallError::TooLarge { size: *size, limit: *limit }
            }
            EncodeError::Refused(text) => CallError::Encode(text.clone()),
        })
    }

    /// Makes ready what the message carries, for this connection.
    fn pack(&mut self, connection: &Connection) -> Result<(), CallError> {
        let body = self.body()?;
        connection.endpoint.pack(body).map_err(CallError::Encode)
    }

    /// Tells the receiver which workers wait for the reply, so that none of them waits for itself.
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
    fn own_until(&self) -> Option<Instant> {
        self.deadline.and_then(|deadline| now().checked_add(deadline))
    }

    /// When a call that goes out now ends.
    fn until(&self) -> Option<Instant> {
        [self.own_until(), self.inherited].into_iter().flatten().min()
    }

    /// The envelope and the body of a message that was packed.
    fn seal(self, deadline: Option<Instant>) -> (Envelope, Body) {
        let handler = self.handler.map_or(u32::MAX, |handler| handler.number);
        let (channel, priority) = (self.channel(), self.priority);
        let envelope = Envelope { channel, priority, handler, deadline };
        (envelope, self.body.unwrap_or_else(|_| Body::empty()))
    }

    /// Waits until the channel has room for it, until the call ends, which is given, and for `room`
    /// at most.
    fn admit(
        &mut self,
        connection: &Connection,
        room: Option<Duration>,
    ) -> Result<Option<Instant>, CallError> {
        self.pack(connection)?;
        let until = self.until();
        let room = room.and_then(|room| now().checked_add(room));
        let earlier = [until, room].into_iter().flatten().min();
        connection.admit(self.channel(), earlier)?;
        Ok(until)
    }

    /// Sends a call that was counted in.
    fn call(self, connection: Arc<Connection>, until: Option<Instant>) -> Exchange {
        let nested = self.nested;
        let (envelope, body) = self.seal(until);
        let id = connection.call(nested, envelope, body);
        Exchange::new(connection, id, until)
    }

    /// Whether a dispatcher takes it.
    pub(crate) fn check(&mut self, route: &Route) -> Result<(), CallError> {
        self.body()?;
        route.dispatch.closed().map_or(Ok(()), |reason| Err(CallError::Closed(reason)))
    }

    /// Hands it to a dispatcher.
    pub(crate) fn submit(self, Route { dispatch, slot }: Route) -> PendingJob {
        let (until, priority, completions) = (self.until(), self.priority, Completions::new());
        let message = Arc::new(self);
        let to = Arc::clone(&completions);
        let job = Job { message, priority, slot, until, calls: 1, completions: to, tag: 0 };
        let job = Arc::clone(&dispatch).submit(job);
        PendingJob::new(dispatch, job, completions, until)
    }
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
        let (inherited, body) = (Serving::deadline(), draft.finish());
        let message = Encoded { handler, priority, deadline, inherited, body, nested: false };
        Self { address, message }
    }

    /// Sends it for a caller that waits for the reply at once. Waits for room in the channel, for
    /// `room` at most.
    pub(super) fn begin(mut self, room: Option<Duration>) -> Result<Request, CallError> {
        self.address.check_cycle()?;
        self.message.nest();
        self.start(room)
    }

    /// Sends it, and has its reply read also while no caller waits for it.
    pub(super) fn send(self) -> Result<Request, CallError> {
        let request = self.start(None)?;
        request.attend();
        Ok(request)
    }

    /// Sends it unless that would block.
    #[expect(clippy::result_large_err, reason = "the message itself is given back")]
    pub(super) fn try_send(mut self) -> Result<Request, TrySendError<Self>> {
        if let Err(error) = self.try_admit() {
            return Err(TrySendError { call: self, error });
        }
        let request = match self.address {
            Address::Direct(connection) => {
                let until = self.message.until();
                Request::Direct(self.message.call(connection, until))
            }
            Address::Dispatched(route) => Request::Dispatched(self.message.submit(route)),
        };
        request.attend();
        Ok(request)
    }

    /// Counts it in without blocking. A dispatcher takes what it has no worker for.
    fn try_admit(&mut self) -> Result<(), CallError> {
        let connection = match &self.address {
            Address::Direct(connection) => connection,
            Address::Dispatched(route) => return self.message.check(route),
        };
        self.message.pack(connection)?;
        connection.try_admit(self.message.channel()).map_err(|refusal| match refusal {
            Refusal::Full => CallError::Full,
            Refusal::Error(error) => error,
        })
    }

    /// Sends it without asking for a reply. Waits for room in the channel, for `room` at most.
    ///
    /// An inherited deadline ends the waiting; the message may be handled later.
    pub(super) fn tell(mut self, room: Option<Duration>) -> Result<(), CallError> {
        match self.address {
            Address::Direct(connection) => {
                let until = self.message.own_until();
                self.message.admit(&connection, room)?;
                let (envelope, body) = self.message.seal(until);
                connection.tell(envelope, body)
            }
            Address::Dispatched(route) => {
                self.message.check(&route)?;
                self.message.inherited = None;
                self.message.submit(route).detach();
                Ok(())
            }
        }
    }

    fn start(mut self, room: Option<Duration>) -> Result<Request, CallError> {
        match self.address {
            Address::Direct(connection) => {
                let until = self.message.admit(&connection, room)?;
                Ok(Request::Direct(self.message.call(connection, until)))
            }
            Address::Dispatched(route) => {
                self.message.check(&route)?;
                Ok(Request::Dispatched(self.message.submit(route)))
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

/// A call that goes out when it is polled, once there is room for it in the channel.
#[derive(Debug)]
pub(crate) struct Sending {
    /// Its deadline, counted from the first poll.
    until: Option<Instant>,
    outgoing: Option<Outgoing>,
    /// A request for room in the channel, that the call waits for.
    room: Option<Exchange>,
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

    /// What another thread can read for the call with, once it has gone out.
    pub(crate) fn reader(&self) -> Option<Reader> {
        match &self.request {
            Some(Request::Direct(exchange)) => Some(exchange.reader()),
            _ => None,
        }
    }

    /// Sends the call, once there is room for it.
    fn go_out(&mut self, cx: &mut Context<'_>) -> Poll<Result<&mut Request, CallError<Body>>> {
        while self.request.is_none() {
            if let Some(room) = &mut self.room {
                match ready!(room.poll(cx)) {
                    Ok(_) => self.room = None,
                    // Whatever became of the request for room, the call itself was never sent.
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

    /// Sends the call, or asks for room.
    fn try_start(&mut self, mut outgoing: Outgoing) -> Result<Option<Request>, CallError> {
        let Address::Direct(connection) = &outgoing.address else {
            return outgoing.start(None).map(Some);
        };
        let connection = Arc::clone(connection);
        outgoing.message.pack(&connection)?;
        let until = self.until.or_else(|| outgoing.message.until());
        self.until = until;
        let channel = outgoing.message.channel();
        match connection.try_admit(channel) {
            Ok(()) => Ok(Some(Request::Direct(outgoing.message.call(connection, until)))),
            Err(Refusal::Full) => {
                self.room = Some(Exchange::room(connection, channel, until));
                self.outgoing = Some(outgoing);
                Ok(None)
            }
            Err(Refusal::Error(error)) => Err(error),
        }
    }
}
