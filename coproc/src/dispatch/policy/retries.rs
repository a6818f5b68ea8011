//! The runs of one function, each after the failure of the one before.
//!
//! [`Restarts`] decides how many runs there are, and how long after one another. What a failure is, is
//! decided here: it takes the outcome of a run, and code of the user's.

use std::time::Duration;

use super::restart::{Decision, Restart, Restarts};
use crate::{
    error::{CallError, CloseReason, Exit},
    spawn::{WorkerResource, owner},
    sync::{Arc, Mutex, now},
    worker::Worker,
};

/// Whether a function that ended in this error is run again.
pub(crate) type Condition<E> = Arc<dyn Fn(&CallError<E>) -> bool + Send + Sync>;

/// When a function is run again.
pub(crate) struct Retries<W: Worker> {
    /// `None` if it is after each error.
    condition: Option<Condition<W::OutputError>>,
    state: Mutex<RetryState>,
}

struct RetryState {
    restarts: Restarts,
    /// How many runs have begun, those that could not be started among them.
    runs: u32,
    /// Why the last run could not be started.
    unstarted: Option<String>,
}

impl<W: Worker> Retries<W> {
    pub(crate) fn new(policy: Restart, condition: Option<Condition<W::OutputError>>) -> Self {
        let state = RetryState { restarts: Restarts::new(policy), runs: 1, unstarted: None };
        Self { condition, state: Mutex::new(state) }
    }

    pub(crate) fn runs(&self) -> u32 {
        self.state.lock().runs
    }

    /// The error of the last run, if that could not be started.
    pub(crate) fn unstarted(&self) -> Option<CloseReason> {
        self.state.lock().unstarted.clone().map(CloseReason::unstarted)
    }

    /// Starts the run that follows `ended` with `launch`. `pause` waits before that, and gives `false`
    /// if no run is to begin any more.
    ///
    /// # Errors
    ///
    /// Why no further run follows.
    pub(crate) fn next(
        &self,
        ended: &WorkerResource<W>,
        launch: impl Fn() -> Result<WorkerResource<W>, String>,
        pause: impl Fn(Duration) -> bool,
    ) -> Result<WorkerResource<W>, String> {
        let handle = owner(ended);
        if handle.has_succeeded() {
            return Err("it has succeeded".to_owned());
        }
        let mut is_retried = self.retries(|| handle.join().err());
        let mut exit = handle.exit().unwrap_or(Exit::Unknown);
        while is_retried {
            let decision = self.state.lock().restarts.ended(exit, now(), 0);
            match decision {
                Decision::GiveUp(reason) => return Err(reason.to_string()),
                Decision::RestartAfter(delay) if pause(delay) => {}
                Decision::RestartAfter(_) => return Err("its owner has ended it".to_owned()),
            }
            let launched = launch();
            let mut state = self.state.lock();
            state.runs = state.runs.saturating_add(1);
            state.unstarted = launched.as_ref().err().cloned();
            drop(state);
            let Err(text) = launched else { return launched };
            is_retried = self.retries(|| Some(CallError::Closed(CloseReason::unstarted(text))));
            exit = Exit::Unknown;
        }
        Err("it is not run again after such an error".to_owned())
    }

    /// Whether a run follows one that ended in this error.
    fn retries(&self, error: impl FnOnce() -> Option<CallError<W::OutputError>>) -> bool {
        let condition = self.condition.as_ref();
        condition.is_none_or(|holds| error().is_some_and(|error| holds(&error)))
    }
}
