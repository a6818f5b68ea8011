//! What a worker records of its progress.

use std::time::Instant;

/// What a worker is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Activity {
    /// Nothing of the user's.
    #[default]
    Rest,
    /// `#[init]`.
    Init,
    /// The handler of this number.
    Handler(u32),
    /// The tick of this number.
    Tick(u32),
    /// `#[idle]`.
    Idle,
    /// `#[gone]`.
    Gone,
    /// `#[close]`.
    Close,
}

/// The note.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) activity: Activity,
    /// The call that is handled; 0 for a message without a reply.
    pub(crate) call: u64,
    /// When it was begun; `None` if nothing was.
    pub(crate) since: Option<Instant>,
    /// By channel, how many messages have left the queue.
    pub(crate) left: Vec<u64>,
}
