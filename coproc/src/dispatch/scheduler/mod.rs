//! Which worker does which task next: all decisions of a dispatcher, without clock, thread or descriptor.
//!
//! A worker has one task at a time. Tasks wait here, so that they are ordered by priority up to the
//! last moment, and so that a worker that dies takes only the task with it that it had begun.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use crate::multiqueue::Urgency;

/// How often a task is given to workers that end before they begin it.
const RETURNS_MOST: u32 = 3;

/// What can happen to a dispatcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheduled {
    /// A task is handed in; numbers ascend. `only` one worker may do it.
    Submitted { task: u64, urgency: Urgency, only: Option<usize> },
    /// The caller does not want the outcome of this task any more.
    Withdrawn { task: u64 },
    /// The worker has done its task, which was so many calls; `heavy`: it holds too much memory.
    Done { slot: usize, calls: u64, heavy: bool },
    /// The worker has ended; `unstarted`: before it began its task.
    Lost { slot: usize, unstarted: bool },
    /// A new worker is there.
    Spawned { slot: usize },
    /// A new worker could not be started.
    SpawnFailed { slot: usize },
    /// There are to be so many workers.
    Resized { len: usize },
    /// No more tasks are handed in.
    Closed,
    /// Nothing more begins.
    Stopped,
}

/// What the dispatcher does about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlotAction {
    /// Give this worker this task.
    Give { slot: usize, task: u64 },
    /// Give the outcome of this task to its caller.
    Deliver { task: u64 },
    /// Tell the caller that no worker can do this task.
    Refuse { task: u64 },
    /// Start a worker, in place of the one that may be there.
    Spawn { slot: usize },
    /// Let the worker go.
    Retire { slot: usize },
}

/// A task that waits or is being done.
#[derive(Clone, Copy, Debug)]
struct Task {
    number: u64,
    urgency: Urgency,
    only: Option<usize>,
    /// How many workers have ended before they began it.
    returns: u32,
    wanted: bool,
}

#[derive(Clone, Copy, Debug)]
enum Occupancy {
    /// No worker is here, and none is on its way.
    Gone,
    Starting,
    /// No worker could be started; the next task that comes tries again.
    Empty,
    Idle,
    Busy(Task),
}

/// Most urgent first, and first-in first-out among those that are equally urgent.
type TaskQueue = BTreeMap<(Urgency, u64), Task>;

#[derive(Debug)]
struct Slot {
    state: Occupancy,
    /// How many calls its worker has done.
    calls: u64,
    /// What waits for this worker alone.
    pinned: TaskQueue,
}

impl Slot {
    /// Whether no worker is here, and none is on its way.
    fn is_vacant(&self) -> bool {
        matches!(self.state, Occupancy::Gone | Occupancy::Empty)
    }
}

/// The workers of a pool and the tasks that wait for them.
#[derive(Debug)]
pub(crate) struct Scheduler {
    slots: Vec<Slot>,
    len: usize,
    shared: TaskQueue,
    /// Where each waiting task is: its urgency and its only worker.
    waiting: HashMap<u64, (Urgency, Option<usize>)>,
    recycle_after: Option<u64>,
    closed: bool,
    stopped: bool,
}

impl Scheduler {
    /// A pool of `len` workers, all of them there and idle.
    pub(crate) fn new(len: usize, recycle_after: Option<u64>) -> Self {
        let idle = || Slot { state: Occupancy::Idle, calls: 0, pinned: TaskQueue::new() };
        Self {
            slots: std::iter::repeat_with(idle).take(len).collect(),
            len,
            shared: TaskQueue::new(),
            waiting: HashMap::new(),
            recycle_after,
            closed: false,
            stopped: false,
        }
    }

    /// Whether nothing waits, is being done or is on its way.
    pub(crate) fn is_quiet(&self) -> bool {
        let rests = |slot: &Slot| !matches!(slot.state, Occupancy::Starting | Occupancy::Busy(_));
        self.waiting.is_empty() && self.slots.iter().all(rests)
    }

    /// Whether no worker is there or on its way.
    pub(crate) fn is_vacant(&self) -> bool {
        self.slots.iter().all(Slot::is_vacant)
    }

    /// Whether it takes no more tasks.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether nothing more begins.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Whether this task was not yet given to a worker.
    pub(crate) fn is_waiting(&self, task: u64) -> bool {
        self.waiting.contains_key(&task)
    }

    pub(crate) fn step(&mut self, event: Scheduled) -> Vec<SlotAction> {
        let mut actions = Vec::new();
        match event {
            Scheduled::Submitted { task, urgency, only } => {
                let only = only.map(|slot| slot % self.len);
                let task = Task { number: task, urgency, only, returns: 0, wanted: true };
                self.submit(task, &mut actions);
            }
            Scheduled::Withdrawn { task } => self.withdraw(task),
            Scheduled::Done { slot, calls, heavy } => self.done(slot, calls, heavy, &mut actions),
            Scheduled::Lost { slot, unstarted } => self.lost(slot, unstarted, &mut actions),
            Scheduled::Spawned { slot } => self.spawned(slot, &mut actions),
            Scheduled::SpawnFailed { slot } => self.not_hired(slot, &mut actions),
            Scheduled::Resized { len } => self.resize(len, &mut actions),
            Scheduled::Closed => self.closed = true,
            Scheduled::Stopped => self.stop(&mut actions),
        }
        self.assign(&mut actions);
        actions
    }

    fn submit(&mut self, task: Task, actions: &mut Vec<SlotAction>) {
        if self.closed || self.stopped {
            actions.push(SlotAction::Refuse { task: task.number });
            return;
        }
        self.put(task);
        for slot in 0..self.len {
            let is_meant = task.only.is_none_or(|only| only == slot);
            if is_meant && matches!(self.slots[slot].state, Occupancy::Empty) {
                self.spawn(slot, actions);
            }
        }
    }

    fn put(&mut self, task: Task) {
        self.waiting.insert(task.number, (task.urgency, task.only));
        self.queue(task.only).insert((task.urgency, task.number), task);
    }

    fn take(&mut self, number: u64) -> Option<Task> {
        let (urgency, only) = self.waiting.remove(&number)?;
        self.queue(only).remove(&(urgency, number))
    }

    fn queue(&mut self, only: Option<usize>) -> &mut TaskQueue {
        match only {
            Some(slot) => &mut self.slots[slot].pinned,
            None => &mut self.shared,
        }
    }

    fn withdraw(&mut self, number: u64) {
        if self.take(number).is_some() {
            return;
        }
        for slot in &mut self.slots {
            if let Occupancy::Busy(task) = &mut slot.state
                && task.number == number
            {
                task.wanted = false;
            }
        }
    }

    fn done(&mut self, slot: usize, calls: u64, heavy: bool, actions: &mut Vec<SlotAction>) {
        let Occupancy::Busy(task) = self.slots[slot].state else { return };
        actions.push(SlotAction::Deliver { task: task.number });
        self.slots[slot].state = Occupancy::Idle;
        self.slots[slot].calls += calls;
        let old = self.recycle_after.is_some_and(|most| self.slots[slot].calls >= most);
        if slot >= self.len {
            self.retire(slot, actions);
        } else if (heavy || old) && !self.stopped {
            self.spawn(slot, actions);
        }
    }

    fn lost(&mut self, slot: usize, unstarted: bool, actions: &mut Vec<SlotAction>) {
        if let Occupancy::Busy(mut task) = self.slots[slot].state {
            task.returns += 1;
            let again = unstarted && task.wanted && task.returns < RETURNS_MOST && !self.stopped;
            if again {
                // The slot that it was pinned to may not exist any more.
                task.only = task.only.map(|slot| slot % self.len);
                self.put(task);
            } else {
                actions.push(SlotAction::Deliver { task: task.number });
            }
        }
        self.slots[slot].state = Occupancy::Gone;
        let needed = !self.closed || !self.waiting.is_empty();
        if slot >= self.len {
            self.retire(slot, actions);
        } else if needed && !self.stopped {
            self.spawn(slot, actions);
        }
        self.staff(actions);
    }

    /// Starts a worker for tasks that no worker is there for.
    fn staff(&mut self, actions: &mut Vec<SlotAction>) {
        for slot in 0..self.len {
            if self.slots[slot].is_vacant() && !self.slots[slot].pinned.is_empty() {
                self.spawn(slot, actions);
            }
        }
        if !self.shared.is_empty() && self.slots[..self.len].iter().all(Slot::is_vacant) {
            self.spawn(0, actions);
        }
    }

    fn spawned(&mut self, slot: usize, actions: &mut Vec<SlotAction>) {
        self.slots[slot].state = Occupancy::Idle;
        self.slots[slot].calls = 0;
        if slot >= self.len || self.stopped {
            self.retire(slot, actions);
        }
    }

    fn not_hired(&mut self, slot: usize, actions: &mut Vec<SlotAction>) {
        self.slots[slot].state = if slot < self.len { Occupancy::Empty } else { Occupancy::Gone };
        let pinned: Vec<u64> = self.slots[slot].pinned.values().map(|task| task.number).collect();
        let shared = self.shared.values().map(|task| task.number);
        let refused = match self.slots[..self.len].iter().all(Slot::is_vacant) {
            true => pinned.into_iter().chain(shared).collect(),
            false => pinned,
        };
        self.refuse(refused, actions);
    }

    fn resize(&mut self, len: usize, actions: &mut Vec<SlotAction>) {
        if self.closed || self.stopped {
            return;
        }
        self.len = len.max(1);
        while self.slots.len() < self.len {
            self.slots.push(Slot { state: Occupancy::Gone, calls: 0, pinned: TaskQueue::new() });
        }
        for slot in 0..self.slots.len() {
            match self.slots[slot].state {
                Occupancy::Gone | Occupancy::Empty if slot < self.len => self.spawn(slot, actions),
                Occupancy::Idle if slot >= self.len => self.retire(slot, actions),
                Occupancy::Empty if slot >= self.len => self.slots[slot].state = Occupancy::Gone,
                _ => {}
            }
            if slot >= self.len {
                for (_, task) in std::mem::take(&mut self.slots[slot].pinned) {
                    self.put(Task { only: Some(slot % self.len), ..task });
                }
            }
        }
    }

    fn stop(&mut self, actions: &mut Vec<SlotAction>) {
        (self.closed, self.stopped) = (true, true);
        let mut waiting: Vec<u64> = self.waiting.keys().copied().collect();
        waiting.sort_unstable();
        self.refuse(waiting, actions);
    }

    fn refuse(&mut self, tasks: Vec<u64>, actions: &mut Vec<SlotAction>) {
        for task in tasks {
            self.take(task);
            actions.push(SlotAction::Refuse { task });
        }
    }

    fn spawn(&mut self, slot: usize, actions: &mut Vec<SlotAction>) {
        self.slots[slot].state = Occupancy::Starting;
        actions.push(SlotAction::Spawn { slot });
    }

    fn retire(&mut self, slot: usize, actions: &mut Vec<SlotAction>) {
        self.slots[slot].state = Occupancy::Gone;
        actions.push(SlotAction::Retire { slot });
    }

    /// Gives waiting tasks to idle workers.
    fn assign(&mut self, actions: &mut Vec<SlotAction>) {
        if self.waiting.is_empty() || self.stopped {
            return;
        }
        for slot in 0..self.len {
            if !matches!(self.slots[slot].state, Occupancy::Idle) {
                continue;
            }
            let pinned = self.slots[slot].pinned.first_key_value();
            let next = [pinned, self.shared.first_key_value()]
                .into_iter()
                .flatten()
                .min_by_key(|(key, _)| **key);
            let Some(number) = next.map(|(_, task)| task.number) else { continue };
            if let Some(task) = self.take(number) {
                self.slots[slot].state = Occupancy::Busy(task);
                actions.push(SlotAction::Give { slot, task: number });
            }
        }
    }
}
