//! What has to be true of every run.

use std::collections::BTreeSet;

use super::world::World;
use crate::protocol::Status;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// An accepted call has exactly one outcome.
    OneOutcome,
    /// It is that of the call itself.
    OwnOutcome,
    /// What is told to be unstarted has not run and never will.
    UnstartedNeverRan,
    /// Nor does what its caller gave up and was told to be unstarted.
    GivenUpNeverRan,
    /// What was answered ran, and what was lost was begun.
    OutcomeIsTrue,
    /// No handler runs twice for one message.
    RanOnce,
    /// No channel holds more than it may.
    Capacity,
    /// Nobody waits for room for ever.
    Released,
    /// Nothing is open after the end.
    NothingPending,
    /// No end of the link does what it must not.
    Protocol,
    /// What came before an orderly close is handled.
    Drained,
}

/// A rule that a run has broken.
#[derive(Debug)]
pub(super) struct Breach {
    pub(super) rule: Rule,
    #[expect(dead_code, reason = "it is shown by the test that fails")]
    pub(super) what: String,
}

impl Breach {
    pub(super) fn new(rule: Rule, what: impl Into<String>) -> Self {
        Self { rule, what: what.into() }
    }
}

/// What a caller was told of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// With the number of the message that the answer is about, where the handler gave it.
    Answer(Status, Option<usize>),
    Lost,
    Unstarted,
    /// Its deadline passed at the caller, who could not be told in time whether it had begun.
    Doubtful,
    /// Its deadline passed, at the caller.
    GivenUp {
        begun: bool,
    },
    /// The caller dropped it.
    Dropped,
}

/// All that happened to one message.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub(super) is_call: bool,
    pub(super) accepted: bool,
    pub(super) refused: bool,
    pub(super) waited_for_room: bool,
    /// It went out before the host asked the worker to close.
    pub(super) before_close: bool,
    pub(super) has_deadline: bool,
    pub(super) noted: bool,
    pub(super) runs: u32,
    /// How the worker refused it.
    pub(super) refusals: Vec<Status>,
    pub(super) told: Vec<Told>,
}

impl Story {
    /// What is wrong with the outcome of this call, message `number`.
    fn breach(&self, number: usize) -> Option<Rule> {
        if self.runs > 1 {
            return Some(Rule::RanOnce);
        }
        if self.runs + self.refusals.len() as u32 > 1 {
            return Some(Rule::UnstartedNeverRan);
        }
        if !self.is_call || !self.accepted {
            let silent = self.told.is_empty() && (self.accepted || self.runs == 0);
            return (!silent).then_some(Rule::OneOutcome);
        }
        let [told] = self.told[..] else { return Some(Rule::OneOutcome) };
        match told {
            Told::Answer(Status::Closed, _) | Told::Unstarted => {
                (self.runs > 0).then_some(Rule::UnstartedNeverRan)
            }
            Told::Answer(_, about) if about != Some(number) => Some(Rule::OwnOutcome),
            Told::Answer(..) => (self.runs == 0).then_some(Rule::OutcomeIsTrue),
            Told::Lost => (!self.noted).then_some(Rule::OutcomeIsTrue),
            Told::GivenUp { begun: true } => (!self.noted).then_some(Rule::OutcomeIsTrue),
            Told::GivenUp { begun: false } => (self.runs > 0).then_some(Rule::GivenUpNeverRan),
            Told::Doubtful | Told::Dropped => None,
        }
    }

    /// Whether a worker that nothing disturbs has not done what it was asked to before the close.
    fn is_undrained(&self) -> bool {
        let closed = self.told.iter().any(|told| matches!(told, Told::Answer(Status::Closed, _)));
        let forgotten = !self.is_call && !self.has_deadline && self.runs == 0;
        self.accepted && self.before_close && (closed || forgotten)
    }

    fn kinds(&self) -> Vec<String> {
        let mut kinds = Vec::new();
        let facts = [
            (self.waited_for_room, "waited for room"),
            (self.refused && !self.waited_for_room, "refused as closed"),
            (self.refused && self.waited_for_room, "refused while waiting for room"),
            (!self.is_call && self.runs > 0, "told and begun"),
        ];
        kinds.extend(facts.iter().filter(|(is, _)| *is).map(|(_, kind)| (*kind).to_owned()));
        kinds.extend(
            self.refusals.iter().map(|status| format!("refused by the worker as {status:?}")),
        );
        kinds.extend(self.told.iter().map(|told| match told {
            Told::Answer(status, _) => format!("answered {status:?}"),
            Told::Lost => "lost".into(),
            Told::Unstarted => "unstarted".into(),
            Told::Doubtful => "given up in doubt".into(),
            Told::GivenUp { begun: true } => "given up, begun".into(),
            Told::GivenUp { begun: false } => "given up, not known to be begun".into(),
            Told::Dropped => "dropped by its caller".into(),
        }));
        kinds
    }
}

impl World {
    /// All rules that this run has broken.
    pub(super) fn breaches(&mut self) -> Vec<Breach> {
        let mut breaches = std::mem::take(&mut self.breaches);
        for (number, story) in self.stories.iter().enumerate() {
            let undrained = (self.undisturbed && story.is_undrained()).then_some(Rule::Drained);
            for rule in story.breach(number).into_iter().chain(undrained) {
                breaches.push(Breach::new(rule, format!("message {number}: {story:?}")));
            }
        }
        let waiting = self.host.waiting_for_room();
        if waiting > 0 {
            breaches.push(Breach::new(Rule::Released, format!("{waiting} wait for room")));
        }
        if !self.host.requests.is_empty() || !self.host.requests.is_settled() {
            breaches.push(Breach::new(Rule::NothingPending, format!("{:?}", self.host.requests)));
        }
        breaches
    }

    pub(super) fn kinds_of_outcomes(&self) -> BTreeSet<String> {
        self.stories.iter().flat_map(Story::kinds).collect()
    }
}
