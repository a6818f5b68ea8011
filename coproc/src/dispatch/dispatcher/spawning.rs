//! Threads for what blocks: the start of a worker, and the end of one.

use super::{Dispatcher, DispatcherState, News};
use crate::{
    spawn::WorkerResource,
    sync::{
        Arc, Mutex, now,
        thread::{self, Builder},
    },
    worker::{Worker, panics},
};

/// The name of such a thread.
const NAME: &str = "coproc-pool";

impl<W: Worker> Dispatcher<W> {
    /// Starts a worker if the policy says so, and lets the one go that it replaces.
    pub(super) fn spawn(self: &Arc<Self>, state: &mut DispatcherState<W>, slot: usize) {
        let old = leave(state, slot);
        let dispatcher = Arc::clone(self);
        let spawned = self.help(state, move || {
            dispatcher.note(News::Spawned(slot, dispatcher.launch_after(old.as_ref())));
            drop(old);
        });
        if let Err(text) = spawned {
            self.notes.lock().push(News::Spawned(slot, Err(text)));
        }
    }

    /// Starts the worker that follows `old`; the error says why none does.
    fn launch_after(&self, old: Option<&WorkerResource<W>>) -> Result<WorkerResource<W>, String> {
        let (Some(retries), Some(ended)) = (&self.policy.retries, old) else {
            return (self.launch)();
        };
        let pause = |delay| !self.wait_for(now().checked_add(delay), |status| status.stopped);
        let next = || retries.next(ended, &self.launch, pause);
        // The condition and the conversion of errors are code of the user's.
        panics::catch(W::PLAN.name, next).unwrap_or_else(|report| Err(report.to_string()))
    }

    /// Lets a worker go.
    pub(super) fn retire(self: &Arc<Self>, state: &mut DispatcherState<W>, slot: usize) {
        let old = leave(state, slot);
        if slot >= self.len() && slot < state.workers.len() {
            state.workers[slot] = None;
        }
        if let Some(old) = old {
            // If no thread can be started, the drop of the closure ends the worker on this thread.
            let _ = self.help(state, move || drop(old));
        }
    }

    /// Whether this is one of its helping threads.
    pub(super) fn is_helping(self: &Arc<Self>) -> bool {
        let id = thread::current().id();
        let is_helping = self.state.lock().threads.iter().any(|thread| thread.thread().id() == id);
        self.catch_up();
        is_helping
    }

    fn help(
        self: &Arc<Self>,
        state: &mut DispatcherState<W>,
        body: impl FnOnce() + Send + 'static,
    ) -> Result<(), String> {
        let dispatcher = Arc::clone(self);
        let helper = move || {
            body();
            dispatcher.note(News::Helped);
        };
        let thread = Builder::new().name(NAME.into()).spawn(helper);
        state.threads.retain(|thread| !thread.is_finished());
        state.threads.push(thread.map_err(|error| error.to_string())?);
        state.helpers += 1;
        Ok(())
    }
}

/// Takes the owner of a worker. The worker stays in its slot until another takes it, so that a join can
/// still give its outcome.
fn leave<W: Worker>(state: &mut DispatcherState<W>, slot: usize) -> Option<WorkerResource<W>> {
    state.workers.get_mut(slot)?.as_mut()?.owner.take()
}

/// Starts `len` workers with `launch`, at least one. The first is started alone, so that an error
/// that all would have comes once; the others start at the same time.
pub(crate) fn start<W: Worker, E>(
    len: usize,
    launch: &(impl Fn() -> Result<WorkerResource<W>, E> + Sync),
) -> Result<(WorkerResource<W>, Vec<WorkerResource<W>>), E> {
    let first = launch()?;
    let others = Mutex::new(Vec::new());
    at_once((1..len).map(|_| {
        || {
            let launched = launch().ok();
            others.lock().extend(launched);
        }
    }));
    // Workers that are missing are started below.
    let mut others = std::mem::take(&mut *others.lock());
    while 1 + others.len() < len {
        // The error type may not be `Send`, so this thread tries again and gets the error itself.
        others.push(launch()?);
    }
    Ok((first, others))
}

/// Runs several closures at the same time, one of them on this thread, and waits for them. A closure
/// that no thread can be started for is dropped.
pub(crate) fn at_once<F: FnOnce() + Send>(mut bodies: impl Iterator<Item = F>) {
    let Some(own) = bodies.next() else { return };
    thread::scope(|scope| {
        let spawn = |body| Builder::new().name(NAME.into()).spawn_scoped(scope, body);
        let threads: Vec<_> = bodies.filter_map(|body| spawn(body).ok()).collect();
        own();
        // The scope waits for the bodies, and not until the threads are gone.
        for thread in threads {
            let _ = thread.join();
        }
    });
}
