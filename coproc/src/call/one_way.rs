//! Messages that no reply exists for.

use std::{fmt, time::Duration};

use super::{Link, outgoing::Outgoing};
use crate::{codec::Draft, error::CallError, protocol::Priority};

/// A message that no reply exists for, before it goes out with [`tell`](Self::tell).
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
    /// Makes it more urgent (lower) or less (higher) than its handler says.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.outgoing.message.priority = priority;
        self
    }

    /// The worker drops it if it has not begun it within `deadline`, counted from
    /// [`tell`](Self::tell), which waits for room no longer either. It inherits no deadline from a
    /// message that is being handled; only the wait for room does.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.outgoing.message.deadline = Some(deadline);
        self
    }

    pub(super) fn into_outgoing(self) -> Outgoing {
        self.outgoing
    }

    /// Sends it. While the channel is full it waits for room, unless the channel is declared
    /// `overflow = reject`.
    ///
    /// # Errors
    ///
    /// As [`Call::send`](crate::Call::send).
    pub fn tell(self) -> Result<(), CallError> {
        self.outgoing.tell(None)
    }

    /// The same, but waits for room for this long at most, whatever deadline it would inherit.
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
