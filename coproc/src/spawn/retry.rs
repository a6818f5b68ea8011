//! Function workers that are run again when they fail.

use std::{
    fmt, io,
    time::{Duration, Instant},
};

use super::{WorkerResource, owner, resource};
use crate::{
    error::{CallError, CloseReason},
    sync::{Arc, Condvar, Mutex, thread},
    worker::Function,
};

/// The owner of a function worker that is run again when it fails: what spawning at a place with
/// `.retry(n)` gives.
///
/// `n` is how often it may be run again, so that there are `n + 1` runs at most; `u32::MAX` is as
/// good as for ever. A run has failed if it gave an `Err`, panicked, crashed or could not be
/// started, the first one aside: that it could not be started is `spawn`'s error. With
/// `.retry_if(…)`, only after the errors it says yes to, as [`join`](RetriedHandle::join) would give
/// them, is it run again; a panic of its own ends the retries. The next run
/// begins `.retry_delay(…)` after that, at once without it, and has the arguments of
/// `.retry_with(…)`, said after `on`, if there are any, else those of `spawn`. It is a thread of its own that waits
/// for each run and begins the next; nobody else has to wait for that. On
/// [`Inline`](crate::Inline), it is that thread in which the later runs take place.
///
/// A function that takes a messenger has no `retry`.
///
/// Dropping it closes it, as dropping a [`WorkerResource`] does, and no further run follows. On
/// [`Inline`](crate::Inline) it waits for a later run until that returns, whatever the grace is:
/// nobody can end that from outside. In a thread a run that does not end within the grace is given up,
/// and its thread ends when the function returns.
///
/// ```
/// use coproc::prelude::*;
///
/// #[worker]
/// fn fetch(mirror: &str) -> Result<String, String> {
///     match mirror {
///         "first" => Err("no answer".into()),
///         mirror => Ok(format!("from the {mirror}")),
///     }
/// }
///
/// let patient = Thread.retry(5).retry_delay(ms(5));
/// let fetch = Fetch::on(patient).retry_with("second").spawn("first")?;
/// assert_eq!(fetch.worker().join()?, "from the second");
/// assert_eq!(fetch.worker().runs(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "dropping it ends the worker"]
pub struct Retried<F: Function> {
    handle: RetriedHandle<F>,
    /// `None` when it has been waited for.
    supervisor: Option<thread::JoinHandle<()>>,
}

/// The life of a function worker that is run again when it fails: what
/// [`worker()`](Retried::worker) gives.
pub struct RetriedHandle<F: Function> {
    life: Arc<Life<F>>,
}

/// What the owner and the supervising thread share.
struct Life<F: Function> {
    state: Mutex<State<F>>,
    changed: Condvar,
}

struct State<F: Function> {
    last: Run<F>,
    runs: u32,
    /// No further run is to begin.
    is_stopped: bool,
    /// No further run will begin, and the last one has ended.
    is_over: bool,
}

enum Run<F: Function> {
    Started(Arc<WorkerResource<F>>),
    /// It could not be started, and why.
    Failed(String),
}

impl<F: Function> Run<F> {
    /// The error of a run that could not be started.
    fn unstarted(&self) -> Option<CallError<F::OutputError>> {
        match self {
            Self::Started(_) => None,
            Self::Failed(text) => Some(CallError::Closed(CloseReason::unstarted(text.clone()))),
        }
    }
}

/// Whether a function that ended in this error is run again.
pub(super) type Condition<E> = Arc<dyn Fn(&CallError<E>) -> bool + Send + Sync>;

/// How often a function may be run again, how long after a failure, and after which; after each
/// without a condition.
pub(super) struct Retries<E> {
    pub(super) left: u32,
    pub(super) delay: Duration,
    pub(super) condition: Option<Condition<E>>,
}

impl<F: Function> Retried<F> {
    /// The owner of a function whose first run is `first`. A thread waits for each run, and begins
    /// the next with `again`; an error of that is its text.
    ///
    /// # Errors
    ///
    /// The thread cannot be started.
    pub(super) fn new(
        first: WorkerResource<F>,
        retries: Retries<F::OutputError>,
        again: impl Fn() -> Result<WorkerResource<F>, String> + Send + 'static,
    ) -> io::Result<Self> {
        let last = Run::Started(Arc::new(first));
        let state = State { last, runs: 1, is_stopped: false, is_over: false };
        let life = Arc::new(Life { state: Mutex::new(state), changed: Condvar::new() });
        let handle = RetriedHandle { life: Arc::clone(&life) };
        let supervisor = thread::Builder::new()
            .name("coproc-retry".to_owned())
            .spawn(move || supervise(&Over(life), retries, again))?;
        Ok(Self { handle, supervisor: Some(supervisor) })
    }

    /// Everything about this worker.
    #[must_use]
    pub fn worker(&self) -> &RetriedHandle<F> {
        &self.handle
    }
}

impl<F: Function> RetriedHandle<F> {
    /// Waits until a run has succeeded or the last one has failed, as long as it takes, and gives
    /// what that run gave. Every further call gives the same.
    ///
    /// # Errors
    ///
    /// That of the last run, as [`WorkerHandle::join`](crate::spawn::WorkerHandle::join);
    /// [`Closed`](CallError::Closed) if that could not be started.
    pub fn join(&self) -> Result<F::Output, CallError<F::OutputError>> {
        loop {
            if let Some(outcome) = self.wait(None) {
                return outcome;
            }
        }
    }

    /// The same, waiting for `timeout` at most; `None` if it is not over by then.
    pub fn join_timeout(
        &self,
        timeout: Duration,
    ) -> Option<Result<F::Output, CallError<F::OutputError>>> {
        self.wait(Instant::now().checked_add(timeout))
    }

    /// Ends the present run now, lets no further one begin, and does not wait. What
    /// [`join`](Self::join) gives is the error of the run that was the last.
    pub fn kill(&self) {
        if let Some(run) = self.life.stop() {
            owner(&run).kill();
        }
    }

    /// Whether it is not over: it runs, or waits for its next run.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.life.state.lock().is_over
    }

    /// How many runs have begun so far, those that could not be started included.
    #[must_use]
    pub fn runs(&self) -> u32 {
        self.life.state.lock().runs
    }

    /// The process of the last run that has begun; `None` if that is this one, or if there is none.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        owner(&*self.life.last()?).pid()
    }

    fn wait(&self, until: Option<Instant>) -> Option<Result<F::Output, CallError<F::OutputError>>> {
        if let Some(run) = self.life.last()
            && let Err(error) = run.connection().check_cycle()
        {
            return Some(Err(error));
        }
        let mut state = self.life.state.lock();
        while !state.is_over {
            if until.is_some_and(|until| until <= Instant::now()) {
                return None;
            }
            state = self.life.changed.wait(state, until);
        }
        let run = match &state.last {
            Run::Started(run) => Arc::clone(run),
            failed @ Run::Failed(_) => return failed.unstarted().map(Err),
        };
        drop(state);
        Some(owner(&*run).join())
    }
}

impl<F: Function> Life<F> {
    fn last(&self) -> Option<Arc<WorkerResource<F>>> {
        match &self.state.lock().last {
            Run::Started(run) => Some(Arc::clone(run)),
            Run::Failed(_) => None,
        }
    }

    /// Lets no further run begin; gives the last one.
    fn stop(&self) -> Option<Arc<WorkerResource<F>>> {
        self.state.lock().is_stopped = true;
        self.changed.notify_all();
        self.last()
    }

    /// Waits before the next run; `false` if there is to be none.
    fn pause(&self, delay: Duration) -> bool {
        let until = Instant::now().checked_add(delay);
        let mut state = self.state.lock();
        while !state.is_stopped && until.is_none_or(|until| Instant::now() < until) {
            state = self.changed.wait(state, until);
        }
        !state.is_stopped
    }

    /// The next run has begun, or could not be started.
    fn begun(&self, run: Run<F>) {
        let mut state = self.state.lock();
        if let (true, Run::Started(run)) = (state.is_stopped, &run) {
            // It was told to stop while this one was being started.
            owner(&**run).kill();
        }
        state.runs = state.runs.saturating_add(1);
        let before = std::mem::replace(&mut state.last, run);
        drop(state);
        drop(before);
    }

    /// Waits for the last run; whether it failed in a way that another may follow.
    fn has_failed(&self, condition: Option<&Condition<F::OutputError>>) -> bool {
        let Some(run) = self.last() else { return self.has_not_started(condition) };
        if owner(&*run).has_succeeded() {
            return false;
        }
        condition.is_none_or(|holds| owner(&*run).join().is_err_and(|error| holds(&error)))
    }

    fn has_not_started(&self, condition: Option<&Condition<F::OutputError>>) -> bool {
        let error = self.state.lock().last.unstarted();
        condition.is_none_or(|holds| error.is_some_and(|error| holds(&error)))
    }
}

/// Says that it is over, also after a panic.
struct Over<F: Function>(Arc<Life<F>>);

impl<F: Function> Drop for Over<F> {
    fn drop(&mut self) {
        self.0.state.lock().is_over = true;
        self.0.changed.notify_all();
    }
}

/// Runs a function again for as long as it fails and may be.
fn supervise<F: Function>(
    over: &Over<F>,
    mut retries: Retries<F::OutputError>,
    again: impl Fn() -> Result<WorkerResource<F>, String>,
) {
    let Over(life) = over;
    let condition = retries.condition.as_ref();
    while life.has_failed(condition) && retries.left > 0 && life.pause(retries.delay) {
        retries.left -= 1;
        life.begun(again().map_or_else(Run::Failed, |run| Run::Started(Arc::new(run))));
    }
}

impl<F: Function> Drop for Retried<F> {
    fn drop(&mut self) {
        let run = self.handle.life.stop();
        if let Some(connection) = run.as_ref().map(|run| run.connection()) {
            resource::terminate(
                connection,
                connection.owned.get().map_or(super::GRACE, |owned| owned.grace),
            );
            // The worker itself cannot wait until its end has been noticed.
            if connection.check_cycle::<()>().is_err() {
                return;
            }
        }
        if let Some(supervisor) = self.supervisor.take() {
            let _ = supervisor.join();
        }
    }
}

impl<F: Function> fmt::Debug for Retried<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Retried").field(&self.handle).finish()
    }
}

impl<F: Function> fmt::Debug for RetriedHandle<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetriedHandle")
            .field("last", &self.life.last())
            .field("runs", &self.runs())
            .finish()
    }
}
