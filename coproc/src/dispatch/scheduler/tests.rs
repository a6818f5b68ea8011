//! The scheduler against what a pool promises, whatever happens in whichever order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// Something that a test does; numbers choose among what is possible.
#[derive(Clone, Copy, Debug)]
enum Move {
    Submit { urgency: Urgency, only: Option<usize> },
    Withdraw(usize),
    Done { heavy: bool, which: usize },
    Lost { unstarted: bool, which: usize },
    Spawned(usize),
    SpawnFailed(usize),
    Resize(usize),
    Close,
    Stop,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let only = prop_oneof![3 => Just(None), 1 => (0..6usize).prop_map(Some)];
    let a_move = prop_oneof![
        8 => (-2..3_i128, only).prop_map(|(urgency, only)| Move::Submit { urgency, only }),
        1 => any::<usize>().prop_map(Move::Withdraw),
        8 => (prop::bool::weighted(0.1), any::<usize>())
            .prop_map(|(heavy, which)| Move::Done { heavy, which }),
        2 => (any::<bool>(), any::<usize>())
            .prop_map(|(unstarted, which)| Move::Lost { unstarted, which }),
        4 => any::<usize>().prop_map(Move::Spawned),
        1 => any::<usize>().prop_map(Move::SpawnFailed),
        1 => (1..6usize).prop_map(Move::Resize),
    ];
    let end = prop_oneof![Just(vec![]), Just(vec![Move::Close]), Just(vec![Move::Stop])];
    (prop::collection::vec(a_move.clone(), 0..80), end, prop::collection::vec(a_move, 0..20))
        .prop_map(|(first, end, last)| [first, end, last].concat())
}

/// What a pool's workers and callers would see.
#[derive(Debug)]
struct Model {
    scheduler: Scheduler,
    /// The tasks that were handed in and have no outcome, with what they asked for.
    open: BTreeMap<u64, (Urgency, Option<usize>)>,
    withdrawn: BTreeSet<u64>,
    /// The workers that are there, with the task of each.
    there: BTreeMap<usize, Option<u64>>,
    hiring: BTreeSet<usize>,
    last: u64,
    len: usize,
    stopped: bool,
}

impl Model {
    fn new(len: usize, recycle_after: Option<u64>) -> Self {
        Self {
            scheduler: Scheduler::new(len, recycle_after),
            open: BTreeMap::new(),
            withdrawn: BTreeSet::new(),
            there: (0..len).map(|slot| (slot, None)).collect(),
            hiring: BTreeSet::new(),
            last: 0,
            len,
            stopped: false,
        }
    }

    fn busy(&self, which: usize) -> Option<usize> {
        let busy: Vec<_> = self.there.iter().filter(|(_, task)| task.is_some()).collect();
        busy.get(which % busy.len().max(1)).map(|(slot, _)| **slot)
    }

    fn on_its_way(&mut self, which: usize) -> Option<usize> {
        let slot = *self.hiring.iter().nth(which % self.hiring.len().max(1))?;
        self.hiring.remove(&slot);
        Some(slot)
    }

    fn play(&mut self, a_move: Move) {
        let event = match a_move {
            Move::Submit { urgency, only } => {
                self.last += 1;
                self.open.insert(self.last, (urgency, only.map(|slot| slot % self.len)));
                Some(Scheduled::Submitted { task: self.last, urgency, only })
            }
            Move::Withdraw(which) => {
                let task = self.open.keys().nth(which % self.open.len().max(1)).copied();
                task.map(|task| {
                    self.withdrawn.insert(task);
                    if self.scheduler.is_waiting(task) {
                        self.open.remove(&task);
                    }
                    Scheduled::Withdrawn { task }
                })
            }
            Move::Done { heavy, which } => {
                self.busy(which).map(|slot| Scheduled::Done { slot, calls: 1, heavy })
            }
            Move::Lost { unstarted, which } => {
                self.busy(which).map(|slot| Scheduled::Lost { slot, unstarted })
            }
            Move::Spawned(which) => self.on_its_way(which).map(|slot| {
                self.there.insert(slot, None);
                Scheduled::Spawned { slot }
            }),
            Move::SpawnFailed(which) => {
                self.on_its_way(which).map(|slot| Scheduled::SpawnFailed { slot })
            }
            Move::Resize(len) => {
                if !self.scheduler.is_closed() {
                    self.len = len;
                    let waiting = self.open.iter_mut();
                    let waiting = waiting.filter(|(task, _)| self.scheduler.is_waiting(**task));
                    waiting.for_each(|(_, (_, only))| *only = only.map(|slot| slot % len));
                }
                Some(Scheduled::Resized { len })
            }
            Move::Close => Some(Scheduled::Closed),
            Move::Stop => {
                self.stopped = true;
                Some(Scheduled::Stopped)
            }
        };
        if let Some(event) = event {
            self.step(event);
        }
    }

    fn step(&mut self, event: Scheduled) {
        let freed = match event {
            Scheduled::Done { slot, .. } | Scheduled::Lost { slot, .. } => {
                self.there.get_mut(&slot).unwrap().take()
            }
            _ => None,
        };
        if let Scheduled::Lost { slot, .. } = event {
            self.there.remove(&slot);
            if let Some((_, only)) = freed.and_then(|task| self.open.get_mut(&task)) {
                *only = only.map(|slot| slot % self.len);
            }
        }
        for action in self.scheduler.step(event) {
            match action {
                SlotAction::Give { slot, task } => {
                    assert!(!self.stopped && slot < self.len, "given to who is to go");
                    let (_, only) = self.open[&task];
                    assert!(only.is_none_or(|only| only == slot), "given to another");
                    assert_eq!(self.there.insert(slot, Some(task)), Some(None), "not free");
                }
                SlotAction::Deliver { task } => {
                    assert_eq!(freed, Some(task), "an outcome without a task");
                    assert!(self.open.remove(&task).is_some(), "a second outcome");
                }
                SlotAction::Refuse { task } => {
                    assert!(self.open.remove(&task).is_some(), "a second outcome");
                }
                SlotAction::Spawn { slot } => {
                    assert!(self.there.remove(&slot).flatten().is_none(), "spawned for the busy");
                    assert!(self.hiring.insert(slot), "spawned twice");
                }
                SlotAction::Retire { slot } => {
                    assert!(self.there.remove(&slot).flatten().is_none(), "dismissed while busy");
                }
            }
        }
        self.check();
    }

    fn check(&self) {
        let done: BTreeSet<_> = self.there.values().flatten().copied().collect();
        let waiting = |task: &u64| self.scheduler.is_waiting(*task);
        for task in self.open.keys() {
            assert!(waiting(task) != done.contains(task), "task {task} is nowhere or twice");
        }
        let rests = |slot: &usize| self.there.get(slot) == Some(&None);
        if !self.stopped && self.open.values().any(|(_, only)| only.is_none()) {
            let idle = (0..self.len).find(rests);
            let unpinned =
                self.open.iter().any(|(task, (_, only))| only.is_none() && waiting(task));
            assert!(!unpinned || idle.is_none(), "worker {idle:?} rests while something waits");
            let is_staffed = !self.there.is_empty() || !self.hiring.is_empty();
            assert!(!unpinned || is_staffed, "a task waits without a worker");
        }
        let over = self.there.keys().filter(|slot| **slot >= self.len);
        assert!(over.copied().all(|slot| !rests(&slot)), "one too many rests");
        let quiet = self.there.values().all(Option::is_none) && self.hiring.is_empty();
        let nothing_waits = !self.open.keys().any(waiting);
        assert_eq!(self.scheduler.is_quiet(), quiet && nothing_waits);
    }

    /// All starting workers start, and all tasks are done.
    fn finish(&mut self) {
        for _ in 0..1000 {
            self.play(Move::Spawned(0));
            self.play(Move::Done { heavy: false, which: 0 });
        }
        assert!(self.open.is_empty(), "without an outcome: {:?}", self.open);
    }
}

proptest! {
    #[test]
    fn every_task_has_one_outcome_and_no_worker_is_idle_while_a_task_waits(
        len in 1..5usize,
        recycle_after in prop::option::of(1..4u64),
        moves in moves(),
    ) {
        let mut model = Model::new(len, recycle_after);
        for a_move in moves {
            model.play(a_move);
        }
        model.finish();
    }

    #[test]
    fn what_waits_is_done_by_urgency_and_then_in_turn(
        urgencies in prop::collection::vec(-3..4_i128, 1..30),
    ) {
        let mut scheduler = Scheduler::new(1, None);
        let first = Scheduled::Submitted { task: 0, urgency: 9, only: None };
        assert_eq!(scheduler.step(first), [SlotAction::Give { slot: 0, task: 0 }]);
        let mut expected: Vec<(Urgency, u64)> = Vec::new();
        for (task, urgency) in (1..).zip(&urgencies) {
            let only = (task % 3 == 0).then_some(0);
            scheduler.step(Scheduled::Submitted { task, urgency: *urgency, only });
            expected.push((*urgency, task));
        }
        expected.sort_unstable();
        for (_, task) in expected {
            let actions = scheduler.step(Scheduled::Done { slot: 0, calls: 1, heavy: false });
            prop_assert_eq!(actions[1], SlotAction::Give { slot: 0, task });
        }
    }
}

#[test]
fn a_task_that_no_worker_lives_to_begin_is_given_up() {
    let mut scheduler = Scheduler::new(1, None);
    scheduler.step(Scheduled::Submitted { task: 1, urgency: 0, only: None });
    for _ in 1..RETURNS_MOST {
        let lost = scheduler.step(Scheduled::Lost { slot: 0, unstarted: true });
        assert_eq!(lost, [SlotAction::Spawn { slot: 0 }]);
        assert_eq!(
            scheduler.step(Scheduled::Spawned { slot: 0 }),
            [SlotAction::Give { slot: 0, task: 1 }]
        );
    }
    let lost = scheduler.step(Scheduled::Lost { slot: 0, unstarted: true });
    assert_eq!(lost, [SlotAction::Deliver { task: 1 }, SlotAction::Spawn { slot: 0 }]);
}

#[test]
fn the_next_task_is_another_attempt_to_start_a_worker() {
    let mut scheduler = Scheduler::new(1, None);
    scheduler.step(Scheduled::Submitted { task: 1, urgency: 0, only: None });
    scheduler.step(Scheduled::Lost { slot: 0, unstarted: false });
    assert_eq!(scheduler.step(Scheduled::SpawnFailed { slot: 0 }), []);
    let submitted = scheduler.step(Scheduled::Submitted { task: 2, urgency: 0, only: None });
    assert_eq!(submitted, [SlotAction::Spawn { slot: 0 }]);
    assert_eq!(
        scheduler.step(Scheduled::SpawnFailed { slot: 0 }),
        [SlotAction::Refuse { task: 2 }]
    );
}
