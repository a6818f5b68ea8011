//! Wakes tasks at a point in time: for deadlines of calls that wait in an async runtime.

use std::{collections::BTreeMap, task::Waker, time::Instant};

use crate::sync::{Condvar, Mutex, thread, wake};

struct Timer {
    alarms: Mutex<Alarms>,
    changed: Condvar,
}

struct Alarms {
    wakers: BTreeMap<(Instant, u64), Waker>,
    last: u64,
    running: bool,
}

static TIMER: Timer = Timer {
    alarms: Mutex::new(Alarms { wakers: BTreeMap::new(), last: 0, running: false }),
    changed: Condvar::new(),
};

/// Wakes `waker` at `until`, or soon after.
pub(crate) fn wake_at(until: Instant, waker: Waker) {
    let mut alarms = TIMER.alarms.lock();
    alarms.last += 1;
    let number = alarms.last;
    if !alarms.running {
        let started = thread::Builder::new().name("coproc-timer".into()).spawn(run);
        // Without a thread to be had, the task finds out for itself whenever it is next polled.
        let Ok(_) = started else { return waker.wake() };
        alarms.running = true;
    }
    alarms.wakers.insert((until, number), waker);
    TIMER.changed.notify_all();
}

fn run() {
    let mut alarms = TIMER.alarms.lock();
    loop {
        let now = Instant::now();
        let later = alarms.wakers.split_off(&(now, u64::MAX));
        let due = std::mem::replace(&mut alarms.wakers, later);
        if !due.is_empty() {
            drop(alarms);
            due.into_values().for_each(wake);
            alarms = TIMER.alarms.lock();
            continue;
        }
        let next = alarms.wakers.keys().next().map(|(until, _)| *until);
        alarms = TIMER.changed.wait(alarms, next);
    }
}
