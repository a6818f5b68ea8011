//! Starts of workers that can be called off.

use std::collections::HashMap;

use crate::{
    link::Life,
    sync::{Arc, Mutex, Weak},
};

/// The starts of workers for one owner, which can call them off: a worker may take for ever to start,
/// and the owner may have ended meanwhile.
#[derive(Clone, Debug, Default)]
pub(crate) struct Starts(Arc<Mutex<StartState>>);

#[derive(Debug, Default)]
struct StartState {
    going_on: HashMap<u64, Weak<dyn Life>>,
    last: u64,
    is_off: bool,
}

/// A start that goes on until this is dropped.
#[derive(Debug)]
pub(super) struct GoingOn {
    starts: Starts,
    number: u64,
}

impl Starts {
    /// Ends the workers that are starting, and those that will.
    pub(crate) fn call_off(&self) {
        let going_on = {
            let mut state = self.0.lock();
            state.is_off = true;
            std::mem::take(&mut state.going_on)
        };
        going_on.values().filter_map(Weak::upgrade).for_each(|life| life.kill());
    }

    /// Whether they are called off.
    pub(crate) fn are_off(&self) -> bool {
        self.0.lock().is_off
    }

    /// The worker with this life is starting.
    pub(super) fn begin(&self, life: &Arc<dyn Life>) -> GoingOn {
        let mut state = self.0.lock();
        state.last += 1;
        let number = state.last;
        state.going_on.insert(number, Arc::downgrade(life));
        let is_off = state.is_off;
        drop(state);
        if is_off {
            life.kill();
        }
        GoingOn { starts: self.clone(), number }
    }
}

impl Drop for GoingOn {
    fn drop(&mut self) {
        self.starts.0.lock().going_on.remove(&self.number);
    }
}
