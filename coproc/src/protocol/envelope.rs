//! What stands on the outside of every message.

use std::time::Instant;

use super::Priority;

/// The outside of a message: all that is read before its content is decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    /// What it is.
    pub(crate) kind: Kind,
    /// The number of the channel it belongs to.
    pub(crate) channel: u16,
    /// How urgent it is.
    pub(crate) priority: Priority,
    /// The number of the handler it is for, or of what else its kind counts.
    pub(crate) handler: u32,
    /// Which request it is, or which it answers or cancels. 0 where nobody waits for an answer.
    pub(crate) id: u64,
    /// Until when the sender wants an answer; of a request to close, when the worker gives up what
    /// is still queued.
    pub(crate) deadline: Option<Instant>,
    /// It was made inside another call, and its content begins with who waits for it.
    pub(crate) nested: bool,
}

impl Envelope {
    /// An envelope of this kind with everything else at rest.
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, channel: 0, priority: 0, handler: 0, id: 0, deadline: None, nested: false }
    }

    /// The answer to request `id`.
    pub(crate) fn answer(id: u64, status: Status) -> Self {
        Self { id, ..Self::new(Kind::Answer(status)) }
    }
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// The parent introduces itself and says what to start.
    Hello,
    /// The worker introduces itself.
    Welcome,
    /// A message that wants no answer.
    Tell,
    /// A message that wants exactly one answer.
    Call,
    /// The one answer to a call.
    Answer(Status),
    /// The sender of call `id` wants its answer no more.
    Cancel,
    /// The handler of call `id` has returned and will answer later.
    Deferred,
    /// Asks to be answered when channel `channel` has room.
    Room,
    /// A one-way word from the worker to whoever holds it.
    Event,
    /// A handler that nobody waits for returned an error; `handler` says which.
    Unheard,
    /// Please finish what is queued and end.
    Close,
    /// The last word of a worker that ends in order; its content is how.
    Ended(Status),
    /// An error that the peer's next receive is to return.
    Failure,
    /// One more link to the worker; it lies in the attachments.
    Adopt,
}

/// How a call was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    /// With the handler's value.
    Value,
    /// With the handler's own error.
    Error,
    /// It panicked; the content is a report.
    Panicked,
    /// It was never begun: the worker is closing; after a panic the content is its report.
    Closed,
    /// It was cancelled. `handler` is 1 if it had been begun.
    Cancelled,
    /// Its deadline passed before it was begun.
    Expired,
    /// The reply is too large; `handler` holds its size, capped.
    TooLarge,
    /// The reply could not be encoded; the content is a text.
    Unencodable,
    /// The call could not be understood; the content is a text.
    Malformed,
    /// The handler dropped its promise to answer later.
    Dropped,
    /// A dispatcher sent the call on, and it failed there; the content is the error.
    Failed,
}
