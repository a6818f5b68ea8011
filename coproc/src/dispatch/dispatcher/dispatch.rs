//! What calls and handles ask of a dispatcher.

use std::time::Instant;

use super::super::{policy::Retries, scheduler::Scheduled};
use super::{Dispatcher, DispatcherState, News, at_once};
use crate::{
    call::{Controller, Dispatch, Job, Relays},
    error::CloseReason,
    link::Connection,
    multiqueue::Urgency,
    protocol::Plan,
    protocol::Priority,
    sync::{Arc, Mutex, Ordering, now},
    worker::Worker,
};

impl<W: Worker> Dispatch for Dispatcher<W> {
    fn plan(&self) -> &'static Plan {
        const { &W::PLAN }
    }

    fn max_message(&self) -> usize {
        self.max_message
    }

    fn closed(&self) -> Option<CloseReason> {
        let unstarted = self.policy.retries.as_ref().and_then(Retries::unstarted);
        unstarted.or_else(|| self.is_closed().then(|| self.closed_reason()))
    }

    fn slots(&self) -> usize {
        self.len()
    }

    fn submit(self: Arc<Self>, job: Job) -> u64 {
        let number = self.last_job.fetch_add(1, Ordering::SeqCst) + 1;
        self.note(News::Submitted(number, job));
        number
    }

    fn abandon(self: Arc<Self>, job: u64) {
        self.note(News::Withdrawn(job));
    }

    fn expire(self: Arc<Self>, job: u64) {
        self.note(News::Expired(job));
    }

    fn wait(self: Arc<Self>, job: u64, until: Option<Instant>) {
        let reader = self.state.try_lock().and_then(|state| {
            let mut workers = state.workers.iter().flatten();
            workers.find_map(|worker| worker.reader(job))
        });
        self.catch_up();
        if let Some(reader) = reader {
            reader.read(until);
        }
    }

    fn current(self: Arc<Self>, slot: usize) -> Option<Arc<Connection>> {
        if self.policy.retries.as_ref().is_some_and(|retries| retries.unstarted().is_some()) {
            return None;
        }
        let state = self.state.lock();
        let worker = state.workers.get(slot).and_then(Option::as_ref);
        let connection = worker.and_then(|worker| worker.controller.link().current());
        drop(state);
        self.catch_up();
        connection
    }

    fn runs(&self) -> u32 {
        self.policy.retries.as_ref().map_or(1, Retries::runs)
    }

    fn is_last(&self, until: Option<Instant>) -> bool {
        self.policy.retries.is_none() || self.wait_for(until, |status| status.vacant)
    }

    fn run_no_more(self: Arc<Self>) {
        if self.policy.retries.is_some() {
            self.stop();
        }
    }

    fn retire(self: Arc<Self>) {
        self.stop();
        // A relay that closes waits for calls that the workers still do, so nothing is locked.
        let relays = std::mem::take(&mut *self.relays.lock());
        drop(relays);
        // The graces of all workers run at the same time.
        at_once(self.take_owners().into_iter().map(|owner| move || drop(owner)));
    }

    fn relays(&self) -> &Mutex<Relays> {
        &self.relays
    }
}

impl<W: Worker> DispatcherState<W> {
    /// How urgent a job is that comes now.
    pub(super) fn urgency(&mut self, priority: Priority) -> Urgency {
        match &mut self.aging {
            Some(aging) => aging.urgency(priority, now()),
            None => priority.into(),
        }
    }
}

impl<W: Worker> Dispatcher<W> {
    pub(super) fn withdrawn(self: &Arc<Self>, state: &mut DispatcherState<W>, number: u64) {
        if state.jobs.remove(&number).is_none() {
            return;
        }
        for (slot, worker) in state.workers.iter_mut().enumerate() {
            if worker.as_mut().is_some_and(|worker| worker.forget(number)) {
                self.notes.lock().push(News::Woken(slot));
            }
        }
        self.step(state, Scheduled::Withdrawn { task: number }, None);
    }
}
