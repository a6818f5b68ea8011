//! [`Packet`]: one variant for each kind of packet, each with its own fields.

use std::time::Instant;

use super::Priority;

/// A packet without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Packet {
    /// The host introduces itself to a worker, or a process to a worker that it has a controller
    /// of. `pid` is the process that sends it; 0 if the body has it.
    Hello { pid: u32 },
    /// The worker introduces itself to its host.
    Welcome,
    /// A message without a reply.
    Tell(Envelope),
    /// A message with one reply. If it is `nested`, a handler makes the call, and the body begins
    /// with the workers that wait for the reply.
    Call { id: u64, nested: bool, envelope: Envelope },
    /// The status of call `id`, or the room that request `id` asked for.
    Answer { id: u64, status: Status },
    /// The caller has cancelled call `id`.
    Cancel { id: u64 },
    /// The handler of call `id` has returned; the worker answers later.
    Deferred { id: u64 },
    /// Asks for an answer when `channel` has room.
    Room { id: u64, channel: u16 },
    /// An event that a worker emits.
    Event,
    /// The number of errors of handlers without a waiting caller.
    Unheard { errors: u32 },
    /// The owner asks the worker to handle what is queued, until `until` at the latest, and to end.
    Close { until: Option<Instant> },
    /// The final status of a worker that has closed.
    Ended(Status),
    /// One more connection to the worker; its descriptors are the attachments.
    Adopt,
    /// The reply of a messenger's user to request `id`.
    Reply { id: u64, channel: u16, priority: Priority },
    /// An error that the next receive at the peer's messenger returns; it answers request `id`.
    Failure { id: Option<u64>, channel: u16 },
    /// The next receive at the peer's messenger returns that this end asks it to close.
    CloseRequest,
}

impl Packet {
    /// Whether it can have attachments: its body is the user's value, or a connection.
    pub(crate) fn may_carry(&self) -> bool {
        use Packet::{Adopt, Answer, Call, Ended, Event, Failure, Reply, Tell};
        matches!(
            self,
            Tell(_)
                | Call { .. }
                | Answer { .. }
                | Event
                | Ended(_)
                | Reply { .. }
                | Failure { .. }
                | Adopt
        )
    }

    /// The name of its variant, for error texts.
    pub(crate) fn name(&self) -> String {
        let mut name = format!("{self:?}");
        let end = name.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(name.len());
        name.truncate(end);
        name
    }

    /// The priority of a message that overtakes others on its way.
    #[cfg(feature = "process")]
    pub(crate) fn priority(&self) -> Option<Priority> {
        match self {
            Self::Tell(envelope) | Self::Call { envelope, .. } => Some(envelope.priority),
            _ => None,
        }
    }
}

/// The fields of a message that its receiver reads before it decodes the body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Envelope {
    /// The number of its channel.
    pub(crate) channel: u16,
    /// Its priority.
    pub(crate) priority: Priority,
    /// The number of its handler.
    pub(crate) handler: u32,
    /// Its deadline.
    pub(crate) deadline: Option<Instant>,
}

/// The status of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    /// Its handler returned a value.
    Value,
    /// Its handler returned an error.
    Error,
    /// Its handler panicked; the body is a report.
    Panicked,
    /// The worker closes and did not begin it; after a panic the body is the report of that.
    Closed,
    /// The caller cancelled it before it was begun.
    Cancelled,
    /// Its deadline passed before it was begun.
    Expired,
    /// The reply is longer than the limit: so many bytes, at most `u32::MAX`.
    TooLarge { size: u32 },
    /// The reply could not be encoded; the body is a text.
    Unencodable,
    /// The call could not be decoded; the body is a text.
    Malformed,
    /// The worker dropped its promise to answer later.
    Dropped,
    /// A dispatcher sent the call on, and it failed there; the body is the error.
    Failed,
}

impl Status {
    /// Whether the handler of such a call has begun.
    pub(crate) fn is_begun(self) -> bool {
        !matches!(self, Self::Closed | Self::Cancelled | Self::Expired)
    }
}
