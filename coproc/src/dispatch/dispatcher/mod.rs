//! Carries out what the scheduler decides about the slots of one dispatcher. A thread that has news
//! notes it in `Dispatcher::notes`, and then deals with all notes if it can lock `Dispatcher::state`;
//! else the thread that has locked it does.
//!
//! Nothing here blocks, and it has no thread of its own: it runs on the thread of a caller, or on the
//! one that reads for callers while they do something else. Starting a worker does block, so each start has
//! a thread for as long as it takes.

mod dispatch;
mod slot;
mod spawning;
#[cfg(test)]
mod tests;
mod waking;

use std::{collections::HashMap, fmt, task::Waker, time::Instant};

use self::slot::{SlotEnd, SlotWorker, Step, place};
pub(crate) use self::spawning::{at_once, start};
use super::{
    policy::Policy,
    scheduler::{Scheduled, Scheduler, SlotAction},
};
use crate::{
    call::{Controller, Job, Relays},
    codec::reply::Completion,
    error::{CallError, CloseReason},
    multiqueue::Aging,
    spawn::{Starts, WorkerResource, handle},
    sync::{
        Arc, AtomicBool, AtomicU64, AtomicUsize, Condvar, Mutex, Ordering, now,
        thread::{self, JoinHandle},
        wake,
    },
    worker::Worker,
};

/// Something that happened to a dispatcher.
enum News<W: Worker> {
    Submitted(u64, Job),
    Withdrawn(u64),
    /// The deadline of this job has passed.
    Expired(u64),
    /// There may be news of this worker.
    Woken(usize),
    Spawned(usize, Result<WorkerResource<W>, String>),
    /// A helping thread is about to end.
    Helped,
    Resized(usize),
    Closed,
    Stopped,
}

/// How a dispatcher starts a worker, which its [`Starts`] call off; the error is a text.
pub(crate) type Launch<W> = Box<dyn Fn() -> Result<WorkerResource<W>, String> + Send + Sync>;

/// The slots of a dispatcher, and what waits for them.
pub(crate) struct Dispatcher<W: Worker> {
    state: Mutex<DispatcherState<W>>,
    notes: Mutex<Vec<News<W>>>,
    status: Mutex<DispatcherStatus>,
    changed: Condvar,
    max_message: usize,
    relays: Mutex<Relays>,
    launch: Launch<W>,
    starts: Starts,
    policy: Policy<W>,
    last_job: AtomicU64,
    len: AtomicUsize,
    closed: AtomicBool,
}

struct DispatcherState<W: Worker> {
    scheduler: Scheduler,
    aging: Option<Aging>,
    workers: Vec<Option<SlotWorker<W>>>,
    wakers: Vec<Waker>,
    jobs: HashMap<u64, Job>,
    /// To be woken once the state is not locked: a waker is foreign code.
    woken: Vec<Waker>,
    /// Why the last worker could not be started.
    refusal: String,
    /// How many helping threads run.
    helpers: usize,
    threads: Vec<JoinHandle<()>>,
}

/// What threads wait for.
#[derive(Clone, Copy, Debug, Default)]
struct DispatcherStatus {
    quiet: bool,
    closed: bool,
    stopped: bool,
    /// No worker is there or on its way.
    vacant: bool,
    helpers: usize,
}

impl<W: Worker> Dispatcher<W> {
    /// A dispatcher for these workers; at least one.
    pub(crate) fn new(
        first: WorkerResource<W>,
        others: Vec<WorkerResource<W>>,
        (launch, starts): (Launch<W>, Starts),
        policy: Policy<W>,
    ) -> Arc<Self> {
        let (len, max_message) = (1 + others.len(), first.link().address().max_message());
        let owners = std::iter::once(first).chain(others);
        let is_watched = policy.retries.is_some();
        let dispatcher = Arc::new(Self {
            state: Mutex::new(DispatcherState {
                scheduler: Scheduler::new(len, policy.recycling.after),
                aging: W::PLAN.aging.map(Aging::new),
                workers: owners.map(|owner| Some(SlotWorker::new(owner, is_watched))).collect(),
                wakers: Vec::new(),
                jobs: HashMap::new(),
                woken: Vec::new(),
                refusal: String::new(),
                helpers: 0,
                threads: Vec::new(),
            }),
            notes: Mutex::new(Vec::new()),
            status: Mutex::default(),
            changed: Condvar::new(),
            max_message,
            relays: Mutex::default(),
            launch,
            starts,
            policy,
            last_job: AtomicU64::new(0),
            len: AtomicUsize::new(len),
            closed: AtomicBool::new(false),
        });
        if is_watched {
            dispatcher.note(News::Woken(0));
        }
        dispatcher
    }

    /// How many calls a worker does at most.
    pub(crate) fn recycle_after(&self) -> Option<u64> {
        self.policy.recycling.after
    }

    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::SeqCst)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    pub(crate) fn closed_reason(&self) -> CloseReason {
        CloseReason::unstarted(format!("the pool of `{}` is closed", W::PLAN.name))
    }

    pub(crate) fn resize(self: &Arc<Self>, len: usize) {
        if !self.is_closed() {
            self.len.store(len.max(1), Ordering::SeqCst);
            self.note(News::Resized(len.max(1)));
        }
    }

    /// Takes no more tasks.
    pub(crate) fn close(self: &Arc<Self>) {
        self.closed.store(true, Ordering::SeqCst);
        self.note(News::Closed);
    }

    /// Lets no job and no worker begin any more, and ends the workers that are starting.
    pub(crate) fn stop(self: &Arc<Self>) {
        self.closed.store(true, Ordering::SeqCst);
        self.starts.call_off();
        self.note(News::Stopped);
    }

    /// Waits until it takes no more tasks and the last is done.
    pub(crate) fn wait_done(&self) {
        self.wait_for(None, |status| status.closed && status.quiet && status.helpers == 0);
    }

    /// Takes the owners of all workers, once nothing more begins.
    pub(crate) fn take_owners(self: &Arc<Self>) -> Vec<WorkerResource<W>> {
        self.stop();
        // A task that a helping thread wakes may drop the pool on that thread.
        let own = usize::from(self.is_helping());
        self.wait_for(None, |status| status.stopped && status.helpers == own);
        let (owners, threads) = {
            let mut state = self.state.lock();
            let workers = state.workers.iter_mut().flatten();
            let owners = workers.filter_map(|worker| worker.owner.take()).collect();
            (owners, std::mem::take(&mut state.threads))
        };
        self.catch_up();
        let others = |thread: &JoinHandle<()>| thread.thread().id() != thread::current().id();
        for thread in threads.into_iter().filter(others) {
            let _ = thread.join();
        }
        owners
    }

    /// The controllers of all workers that are there, in order.
    pub(crate) fn controllers(self: &Arc<Self>) -> Vec<W::Controller> {
        let state = self.state.lock();
        let workers = state.workers.iter().flatten();
        let controllers = workers.map(|worker| worker.controller.clone()).collect();
        drop(state);
        self.catch_up();
        controllers
    }

    /// Waits until `is_met`, until `until` at the latest; gives whether it is.
    fn wait_for(&self, until: Option<Instant>, is_met: impl Fn(&DispatcherStatus) -> bool) -> bool {
        let mut status = self.status.lock();
        loop {
            if is_met(&status) {
                return true;
            }
            if until.is_some_and(|until| until <= now()) {
                return false;
            }
            status = self.changed.wait(status, until);
        }
    }

    fn note(self: &Arc<Self>, note: News<W>) {
        self.notes.lock().push(note);
        self.attend();
    }

    /// Deals with all that was noted. If another thread has the state locked, that thread does.
    fn attend(self: &Arc<Self>) {
        self.deal().into_iter().for_each(wake);
    }

    /// The same; gives the wakers to wake.
    fn deal(self: &Arc<Self>) -> Vec<Waker> {
        let mut woken = Vec::new();
        loop {
            let Some(mut state) = self.state.try_lock() else { return woken };
            loop {
                let notes = std::mem::take(&mut *self.notes.lock());
                if notes.is_empty() {
                    break;
                }
                for note in notes {
                    self.take_note(&mut state, note);
                }
            }
            woken.append(&mut state.woken);
            self.tell(&state);
            drop(state);
            // A thread that noted something meanwhile found the lock taken and left.
            if self.notes.lock().is_empty() {
                return woken;
            }
        }
    }

    /// A thread that had the state locked for another reason deals with what was noted meanwhile.
    fn catch_up(self: &Arc<Self>) {
        if !self.notes.lock().is_empty() {
            self.attend();
        }
    }

    fn tell(&self, state: &DispatcherState<W>) {
        *self.status.lock() = DispatcherStatus {
            quiet: state.scheduler.is_quiet(),
            closed: state.scheduler.is_closed(),
            stopped: state.scheduler.is_stopped(),
            vacant: state.scheduler.is_vacant(),
            helpers: state.helpers,
        };
        self.changed.notify_all();
    }

    fn take_note(self: &Arc<Self>, state: &mut DispatcherState<W>, note: News<W>) {
        match note {
            News::Submitted(number, job) => {
                let (urgency, only) = (state.urgency(job.priority), job.slot);
                state.jobs.insert(number, job);
                self.step(state, Scheduled::Submitted { task: number, urgency, only }, None);
            }
            News::Withdrawn(number) => self.withdrawn(state, number),
            News::Expired(number) => {
                if state.scheduler.is_waiting(number) {
                    self.step(state, Scheduled::Withdrawn { task: number }, None);
                    deliver(state, number, Err(CallError::Deadline { started: false }));
                }
            }
            News::Woken(slot) => self.look(state, slot),
            News::Spawned(slot, Ok(owner)) => {
                if self.starts.are_off() {
                    handle(owner.link()).kill();
                }
                let is_watched = self.policy.retries.is_some();
                place(&mut state.workers, slot, SlotWorker::new(owner, is_watched));
                self.step(state, Scheduled::Spawned { slot }, None);
                if is_watched {
                    self.notes.lock().push(News::Woken(slot));
                }
            }
            News::Spawned(slot, Err(text)) => {
                state.refusal = text;
                self.step(state, Scheduled::SpawnFailed { slot }, None);
            }
            News::Helped => state.helpers -= 1,
            News::Resized(len) => self.step(state, Scheduled::Resized { len }, None),
            News::Closed => self.step(state, Scheduled::Closed, None),
            News::Stopped => self.step(state, Scheduled::Stopped, None),
        }
    }

    /// Takes what has become of a worker's job, if something has.
    fn look(self: &Arc<Self>, state: &mut DispatcherState<W>, slot: usize) {
        let waker = self.waker(state, slot);
        let Some(Some(worker)) = state.workers.get_mut(slot) else { return };
        let Some(step) = worker.poll(&waker) else { return };
        let (ended, outcome) = match step {
            Step::TimedOut { task, outcome } => {
                deliver(state, task, outcome);
                self.notes.lock().push(News::Woken(slot));
                return self.step(state, Scheduled::Withdrawn { task }, None);
            }
            Step::Back => (worker.is_dead().then_some(SlotEnd { unstarted: false }), None),
            Step::Done { task, outcome } => (worker.ended(&outcome), Some((task, outcome))),
        };
        if let Some(SlotEnd { unstarted }) = ended {
            return self.step(state, Scheduled::Lost { slot, unstarted }, outcome);
        }
        let heavy = self.policy.recycling.above.is_some_and(|most| worker.memory() > most);
        let task = outcome.as_ref().and_then(|(task, _)| state.jobs.get(task));
        let calls = task.map_or(1, |task| task.calls);
        self.step(state, Scheduled::Done { slot, calls, heavy }, outcome);
    }

    /// `outcome` is that of the task which the event is about.
    fn step(
        self: &Arc<Self>,
        state: &mut DispatcherState<W>,
        event: Scheduled,
        mut outcome: Option<(u64, Completion)>,
    ) {
        for action in state.scheduler.step(event) {
            match action {
                SlotAction::Give { slot, task } => {
                    let job = state.jobs.get(&task);
                    if let (Some(job), Some(Some(worker))) = (job, state.workers.get_mut(slot)) {
                        worker.give(task, job);
                        self.notes.lock().push(News::Woken(slot));
                    }
                }
                SlotAction::Deliver { task } => {
                    if let Some((_, outcome)) = outcome.take_if(|(number, _)| *number == task) {
                        deliver(state, task, outcome);
                    }
                }
                SlotAction::Refuse { task } => {
                    let reason = self.refusal(state);
                    deliver(state, task, Err(CallError::Closed(reason)));
                }
                SlotAction::Spawn { slot } => self.spawn(state, slot),
                SlotAction::Retire { slot } => self.retire(state, slot),
            }
        }
    }

    fn refusal(&self, state: &DispatcherState<W>) -> CloseReason {
        if state.refusal.is_empty() || self.is_closed() {
            return self.closed_reason();
        }
        let (name, why) = (W::PLAN.name, &state.refusal);
        CloseReason::unstarted(format!("the pool has no worker `{name}` left: {why}"))
    }
}

/// Gives a job its outcome, unless its caller has given up.
fn deliver<W: Worker>(state: &mut DispatcherState<W>, task: u64, outcome: Completion) {
    if let Some(job) = state.jobs.remove(&task) {
        state.woken.extend(job.completions.push(job.tag, outcome));
    }
}

impl<W: Worker> fmt::Debug for Dispatcher<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (worker, workers) = (W::PLAN.name, self.len());
        f.debug_struct("Dispatcher").field("worker", &worker).field("workers", &workers).finish()
    }
}
