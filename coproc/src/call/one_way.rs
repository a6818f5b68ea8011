//! [`OneWay`]: a message without a reply.

use std::{fmt, time::Duration};

use super::{Link, outgoing::Outgoing};
use crate::{codec::Draft, error::CallError, protocol::Priority};

/// A message of a `oneway` handler, which has no reply. [`tell`](Self::tell) sends it.
#[must_use = "a message goes out only with `.tell()`"]
pub struct OneWay {
    outgoing: Outgoing,
}

impl<W> Link<W> {
    /// Makes a message for the handler `number`.
    pub fn one_way(
        &self,
        number: u32,
        write: impl FnOnce(&mut Draft),
        priority: Priority,
    ) -> OneWay {
        OneWay { outgoing: Outgoing::new(self, number, priority, write) }
    }
}

impl OneWay {
    /// Replaces the priority of the handler; lower is more urgent.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.outgoing.message.priority = priority;
        self
    }

    /// Sets a deadline, counted from [`tell`](Self::tell). The worker drops the message if it has not begun it
    /// by then, and `tell` waits for room no longer. The message inherits no deadline from a message that
    /// is being handled; only the wait for room does.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.outgoing.message.deadline = Some(deadline);
        self
    }

    pub(super) fn into_outgoing(self) -> Outgoing {
        self.outgoing
    }

    /// Sends the message. While the channel is full, this blocks, unless the channel is declared
    /// `overflow = reject`.
    ///
    /// # Errors
    ///
    /// As [`Call::send`](crate::Call::send).
    pub fn tell(self) -> Result<(), CallError> {
        self.outgoing.tell(None)
    }

    /// The same, but waits for room for `room` at most, and inherits no deadline.
    pub(crate) fn tell_within(mut self, room: Duration) -> Result<(), CallError> {
        self.outgoing.message.inherited = None;
        self.outgoing.tell(Some(room))
    }
}

impl fmt::Debug for OneWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.outgoing.describe("OneWay", f)
    }
}
