//! What has to be true of every message of every life.

use std::collections::BTreeSet;

use crate::error::CallError;

/// How many messages the channels of the worker hold.
pub(super) const CAPACITIES: [usize; 3] = [1, 2, 4];

/// What a caller learned of its call.
#[derive(Debug)]
pub(super) enum Told {
    Outcome(Result<u64, CallError<u64>>),
    /// The caller dropped it.
    Dropped,
}

/// All that happened to one message.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub(super) is_call: bool,
    pub(super) has_deadline: bool,
    /// It went out; otherwise its caller was given an error in place of a reply.
    pub(super) accepted: bool,
    /// It went out before the worker was asked to close.
    pub(super) before_close: bool,
    pub(super) runs: u32,
    /// Its handler drops the promise to answer later.
    pub(super) is_unanswered: bool,
    pub(super) told: Vec<Told>,
}

impl Story {
    /// Whether what the callers were told of message `number` is true. If the worker was not
    /// `disturbed`, it has handled what came before it was asked to close.
    pub(super) fn check(&self, number: u64, disturbed: bool) {
        let holds =
            |rule: &str, is_met: bool| assert!(is_met, "message {number}: {rule}: {self:?}");
        holds("no handler runs twice for one message", self.runs <= 1);
        holds("what was not accepted never runs", self.accepted || self.runs == 0);
        let outcomes = usize::from(self.is_call && self.accepted);
        holds("an accepted call has exactly one outcome", self.told.len() == outcomes);
        let forgotten = self.accepted && self.before_close && self.runs == 0;
        let withdrawn = self.has_deadline || matches!(self.told[..], [Told::Dropped]);
        holds("what came before the close is handled", disturbed || withdrawn || !forgotten);
        match self.told.first() {
            Some(Told::Outcome(Ok(value) | Err(CallError::Handler(value)))) => {
                holds("an outcome is that of the call itself", *value == number);
                holds("what is answered has run", self.runs == 1);
            }
            Some(Told::Outcome(Err(error))) if error.is_unstarted() => {
                holds("what counts as not begun never runs", self.runs == 0);
            }
            Some(Told::Outcome(Err(CallError::Panicked(_) | CallError::Closed(_)))) => {
                holds("what counts as lost was begun", self.runs == 1);
                holds("what was begun is answered", disturbed || self.is_unanswered);
            }
            Some(Told::Outcome(Err(error))) => {
                holds("it ends in no other error", matches!(error, CallError::Deadline { .. }));
            }
            Some(Told::Dropped) | None => {}
        }
    }

    /// What occurred, as far as it is of a kind of its own.
    pub(super) fn kinds(&self) -> BTreeSet<&'static str> {
        let mut kinds: BTreeSet<_> = self.told.iter().map(kind).collect();
        if !self.accepted {
            kinds.insert("refused");
        } else if !self.is_call && self.runs > 0 {
            kinds.insert("told and begun");
        } else if !self.is_call {
            kinds.insert("told and never begun");
        }
        kinds
    }
}

fn kind(told: &Told) -> &'static str {
    match told {
        Told::Dropped => "dropped",
        Told::Outcome(Ok(_)) => "answered with a value",
        Told::Outcome(Err(CallError::Handler(_))) => "answered with an error",
        Told::Outcome(Err(CallError::Panicked(_))) => "panicked",
        Told::Outcome(Err(CallError::Deadline { started: true })) => "late, begun",
        Told::Outcome(Err(CallError::Deadline { started: false })) => "late, never begun",
        Told::Outcome(Err(error)) if error.is_unstarted() => "closed, never begun",
        Told::Outcome(Err(_)) => "closed, begun",
    }
}

/// The kinds that occur in enough lives.
pub(super) const KINDS: [&str; 11] = [
    "answered with a value",
    "answered with an error",
    "closed, begun",
    "closed, never begun",
    "dropped",
    "late, begun",
    "late, never begun",
    "panicked",
    "refused",
    "told and begun",
    "told and never begun",
];
