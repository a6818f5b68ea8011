//! What every message needs to go out.

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{Link, Serving, line::Line, plan::Handler};
use crate::{
    codec::{Body, Draft, EncodeError},
    error::CallError,
    message::{Envelope, Kind, Priority},
    sync::Arc,
};

/// A message on its way out, encoded, with what is said about how it travels.
pub(super) struct Outgoing {
    pub(super) line: Arc<Line>,
    pub(super) handler: Option<&'static Handler>,
    pub(super) priority: Priority,
    pub(super) deadline: Option<Duration>,
    pub(super) body: Result<Body, EncodeError>,
    nested: bool,
}

impl Outgoing {
    pub(super) fn new<W>(
        link: &Link<W>,
        number: u32,
        priority: Priority,
        write: impl FnOnce(&mut Draft),
    ) -> Self {
        let line = Arc::clone(&link.line);
        let handler = line.plan.handler(number);
        let mut draft = Draft::new(line.max_message);
        write(&mut draft);
        let deadline = handler.and_then(|handler| handler.deadline);
        Self { line, handler, priority, deadline, body: draft.finish(), nested: false }
    }

    pub(super) fn channel(&self) -> u16 {
        self.handler.map_or(0, |handler| handler.channel)
    }

    pub(super) fn check<E>(&mut self) -> Result<(), CallError<E>> {
        match &mut self.body {
            Ok(body) => self.line.port.pack(body).map_err(CallError::Encode),
            Err(EncodeError::TooLarge { size, limit }) => {
                Err(CallError::TooLarge { size: *size, limit: *limit })
            }
            Err(EncodeError::Refused(text)) => Err(CallError::Encode(text.clone())),
        }
    }

    /// It is going to be waited for: if a worker's code does so, the other worker is told who else
    /// waits, so that nobody waits for itself.
    pub(super) fn nest(&mut self) {
        let stations = Serving::stations();
        if stations.is_empty() || self.nested {
            return;
        }
        let body = std::mem::replace(&mut self.body, Ok(Body::empty()));
        self.body = body.and_then(|body| body.behind(&stations));
        self.nested = true;
    }

    pub(super) fn until(&self) -> Option<Instant> {
        self.deadline.and_then(|deadline| Instant::now().checked_add(deadline))
    }

    /// What goes over which link, once it was checked.
    pub(super) fn seal(self, kind: Kind, deadline: Option<Instant>) -> (Arc<Line>, Envelope, Body) {
        let envelope = Envelope {
            channel: self.channel(),
            priority: self.priority,
            handler: self.handler.map_or(u32::MAX, |handler| handler.number),
            deadline,
            nested: self.nested,
            ..Envelope::new(kind)
        };
        (self.line, envelope, self.body.unwrap_or_else(|_| Body::empty()))
    }

    /// Waits until there is room for it, no longer than until its own deadline, which is given, nor
    /// than `room`.
    pub(super) fn admit<E>(
        &mut self,
        room: Option<Duration>,
    ) -> Result<Option<Instant>, CallError<E>> {
        self.check()?;
        let until = self.until();
        let room = room.and_then(|room| Instant::now().checked_add(room));
        let earlier = [until, room].into_iter().flatten().min();
        self.line.admit(self.channel(), earlier).map_err(CallError::widen)?;
        Ok(until)
    }

    pub(super) fn tell<E>(mut self, room: Option<Duration>) -> Result<(), CallError<E>> {
        let until = self.admit(room)?;
        let (line, envelope, body) = self.seal(Kind::Tell, until);
        line.tell(envelope, body).map_err(CallError::widen)
    }

    /// The same message for another worker of this type.
    pub(super) fn again<W>(&self, link: &Link<W>) -> Self {
        Self {
            line: Arc::clone(&link.line),
            handler: self.handler,
            priority: self.priority,
            deadline: self.deadline,
            body: self.body.clone(),
            nested: self.nested,
        }
    }

    pub(super) fn describe(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("worker", &self.line.name)
            .field("handler", &self.handler.map(|handler| handler.name))
            .field("priority", &self.priority)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
