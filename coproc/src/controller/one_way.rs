//! Messages that no reply exists for.

use std::{fmt, time::Duration};

use super::{Link, call::Outgoing, line::Refusal};
use crate::{
    codec::Draft,
    error::CallError,
    message::{Kind, Priority},
};

/// A message that no reply exists for, before it goes out with [`tell`](Self::tell).
#[must_use = "a message goes out only with `.tell()`"]
pub struct OneWay {
    outgoing: Outgoing,
}

/// Makes a message for the handler `number`.
pub fn one_way<W>(
    link: &Link<W>,
    number: u32,
    write: impl FnOnce(&mut Draft),
    priority: Priority,
) -> OneWay {
    OneWay { outgoing: Outgoing::new(link, number, priority, write) }
}

impl OneWay {
    /// Makes it more urgent (lower) or less (higher) than its handler says.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.outgoing.priority = priority;
        self
    }

    /// The worker drops it if it has not begun it within `deadline`, counted from
    /// [`tell`](Self::tell), which waits for room no longer either.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.outgoing.deadline = Some(deadline);
        self
    }

    /// The same message for another worker of this type.
    pub(crate) fn again<W>(&self, link: &Link<W>) -> Self {
        Self { outgoing: self.outgoing.again(link) }
    }

    /// How urgent it is.
    pub(crate) fn urgency(&self) -> Priority {
        self.outgoing.priority
    }

    /// How long it may wait to be begun.
    pub(crate) fn time_limit(&self) -> Option<Duration> {
        self.outgoing.deadline
    }

    /// Sends it without ever blocking; [`CallError::Full`] also where `tell` would wait.
    pub(crate) fn try_tell(mut self) -> Result<(), CallError> {
        self.outgoing.check()?;
        self.outgoing.line.try_admit(self.outgoing.channel()).map_err(|refusal| match refusal {
            Refusal::Full => CallError::Full,
            Refusal::Error(error) => error,
        })?;
        let until = self.outgoing.until();
        let (line, envelope, body) = self.outgoing.seal(Kind::Tell, until);
        line.tell(envelope, body)
    }

    /// Sends it. While the channel is full it waits for room, unless the channel is declared
    /// `overflow = reject`.
    ///
    /// # Errors
    ///
    /// As [`Call::send`](crate::Call::send).
    pub fn tell(self) -> Result<(), CallError> {
        self.outgoing.tell()
    }
}

impl fmt::Debug for OneWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.outgoing.describe("OneWay", f)
    }
}
