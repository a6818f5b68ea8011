use std::collections::BTreeMap;

use proptest::{prelude::*, sample::Index};

use super::*;

const CHANNELS: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    Open(Option<u16>),
    /// Of all requests so far, and one that was never made; so the others.
    Answer(Index),
    Begin(Index),
    Abandon(Index),
    Take(Index),
    End(Option<Index>),
}

fn step() -> impl Strategy<Value = Step> {
    let index = || any::<Index>();
    prop_oneof![
        6 => prop::option::weighted(0.8, 0..CHANNELS as u16).prop_map(Step::Open),
        4 => index().prop_map(Step::Answer),
        2 => index().prop_map(Step::Begin),
        2 => index().prop_map(Step::Abandon),
        4 => index().prop_map(Step::Take),
        1 => prop::option::of(index()).prop_map(Step::End),
    ]
}

/// What happened to one request, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Opened(Option<u16>),
    Answered(usize),
    Begun,
    Abandoned,
    Taken,
    Ended { current: bool },
}

/// What follows from it.
#[derive(Debug, PartialEq)]
enum Fate {
    Unknown,
    Owed { waited_for: bool },
    Done(Outcome<usize, &'static str>),
}

const LOSS: &str = "lost";

fn fate(deeds: &[Deed]) -> Fate {
    let Some(opened) = deeds.iter().position(|deed| matches!(deed, Deed::Opened(_))) else {
        return Fate::Unknown;
    };
    let decides = |deed: &Deed| matches!(deed, Deed::Answered(_) | Deed::Ended { .. });
    let decided = deeds.iter().position(decides);
    let before = &deeds[opened..decided.unwrap_or(deeds.len()).max(opened)];
    let after = &deeds[decided.unwrap_or(deeds.len()).max(opened)..];
    let abandoned = before.contains(&Deed::Abandoned);
    let outcome = match decided.map(|at| deeds[at]) {
        None => return Fate::Owed { waited_for: !abandoned },
        Some(_) if abandoned => return Fate::Unknown,
        Some(Deed::Answered(answer)) => Outcome::Answered(answer),
        Some(Deed::Ended { current }) if current || before.contains(&Deed::Begun) => {
            Outcome::Lost(LOSS)
        }
        Some(_) => Outcome::Unstarted(LOSS),
    };
    let forgotten = after.iter().any(|deed| matches!(deed, Deed::Taken | Deed::Abandoned));
    if forgotten { Fate::Unknown } else { Fate::Done(outcome) }
}

#[derive(Default)]
struct Model {
    deeds: BTreeMap<u64, Vec<Deed>>,
    ended: bool,
    late: u64,
}

impl Model {
    fn id(&self, index: &Index) -> u64 {
        index.index(self.deeds.len() + 1) as u64
    }

    fn fate(&self, id: u64) -> Fate {
        self.deeds.get(&id).map_or(Fate::Unknown, |deeds| fate(deeds))
    }

    /// Notes a deed and gives the fate that the request had before.
    fn note(&mut self, id: u64, deed: Deed) -> Fate {
        let before = self.fate(id);
        if let Some(deeds) = self.deeds.get_mut(&id) {
            deeds.push(deed);
        }
        before
    }

    fn owed_calls(&self, channel: u16) -> usize {
        let owed = |deeds: &&Vec<Deed>| {
            matches!(fate(deeds), Fate::Owed { .. }) && deeds.contains(&Deed::Opened(Some(channel)))
        };
        self.deeds.values().filter(owed).count()
    }
}

type Table = Requests<usize, &'static str>;

/// Does one step on both and compares what is to be done about it.
fn take_step(
    number: usize,
    step: &Step,
    table: &mut Table,
    model: &mut Model,
) -> Result<(), TestCaseError> {
    match step {
        Step::Open(channel) => {
            let id = model.deeds.len() as u64;
            let before = model.ended.then_some(Deed::Ended { current: false });
            let deeds = before.into_iter().chain([Deed::Opened(*channel)]);
            model.deeds.insert(id, deeds.collect());
            table.open(id, *channel);
            prop_assert_eq!(table.is_done(id), model.ended);
        }
        Step::Answer(index) => {
            let id = model.id(index);
            let is_wanted = table.answer(id, number);
            match model.note(id, Deed::Answered(number)) {
                Fate::Owed { waited_for: true } => prop_assert_eq!(is_wanted, Ok(true)),
                Fate::Owed { waited_for: false } => {
                    model.late += 1;
                    prop_assert_eq!(is_wanted, Ok(false));
                }
                _ => prop_assert!(is_wanted.is_err()),
            }
        }
        Step::Begin(index) => {
            let id = model.id(index);
            let again = model.deeds.get(&id).is_some_and(|deeds| deeds.contains(&Deed::Begun));
            let owed = matches!(model.note(id, Deed::Begun), Fate::Owed { .. });
            prop_assert_eq!(table.begin(id).is_err(), owed && again);
        }
        Step::Abandon(index) => {
            let id = model.id(index);
            let waited_for = model.note(id, Deed::Abandoned) == Fate::Owed { waited_for: true };
            prop_assert_eq!(table.abandon(id), waited_for);
        }
        Step::Take(index) => {
            let id = model.id(index);
            let expected = match model.fate(id) {
                Fate::Done(outcome) => Some(outcome),
                _ => None,
            };
            if expected.is_some() {
                model.note(id, Deed::Taken);
            }
            prop_assert_eq!(table.take(id), expected);
        }
        Step::End(current) => {
            let current = current.as_ref().map(|index| model.id(index));
            table.end(current, LOSS);
            if !std::mem::replace(&mut model.ended, true) {
                for (id, deeds) in &mut model.deeds {
                    deeds.push(Deed::Ended { current: current == Some(*id) });
                }
            }
        }
    }
    Ok(())
}

proptest! {
    /// Whatever happens in whatever order, what the table knows of each request follows from what
    /// happened to that request alone.
    #[test]
    fn every_request_has_the_fate_that_its_own_story_gives_it(
        steps in prop::collection::vec(step(), 0..80),
    ) {
        let (mut table, mut model) = (Table::new(CHANNELS), Model::default());
        for (number, step) in steps.iter().enumerate() {
            take_step(number, step, &mut table, &mut model)?;
            for id in 0..=model.deeds.len() as u64 {
                let fate = model.fate(id);
                prop_assert_eq!(table.is_done(id), matches!(fate, Fate::Done(_)));
                prop_assert_eq!(table.is_owed(id), matches!(fate, Fate::Owed { .. }));
            }
            let counts = (0..CHANNELS as u16).map(|channel| model.owed_calls(channel));
            let counts: Vec<_> = counts.collect();
            let counted: Vec<_> = (0..CHANNELS as u16).map(|at| table.calls_on(at)).collect();
            prop_assert_eq!(table.calls(), counts.iter().sum::<usize>());
            prop_assert_eq!(counted, counts);
            let owed = (0..model.deeds.len() as u64).any(|id| table.is_owed(id));
            prop_assert_eq!(table.is_settled(), !owed);
            prop_assert_eq!(table.late, model.late);
        }
        table.end(None, LOSS);
        (0..model.deeds.len() as u64).for_each(|id| assert!(table.take(id).is_some() || !table.is_done(id)));
        prop_assert!(table.is_empty() && table.is_settled());
    }
}

#[test]
fn an_answer_may_overtake_the_word_that_it_comes_later() {
    let mut table = Table::new(1);
    table.open(1, Some(0));
    assert_eq!(table.answer(1, 7), Ok(true));
    assert_eq!(table.begin(1), Ok(()));
    assert_eq!(table.take(1), Some(Outcome::Answered(7)));
    assert_eq!(table.begin(1), Ok(()));
}

#[test]
fn a_question_for_room_is_no_call() {
    let mut table = Table::new(1);
    table.open(1, None);
    assert!(!table.is_settled());
    assert_eq!((table.calls(), table.calls_on(0)), (0, 0));
}
