//! Wakes tasks at a point in time: for deadlines of calls that wait in an async runtime.

use std::{collections::BTreeMap, io, task::Waker, time::Instant};

use crate::sync::{Condvar, Mutex, thread, wake};

struct Timer {
    alarms: Mutex<Alarms>,
    changed: Condvar,
}

/// When an alarm is due, and which of all it is.
type AlarmKey = (Instant, u64);

struct Alarms {
    wakers: BTreeMap<AlarmKey, Waker>,
    last: u64,
    running: bool,
}

static TIMER: Timer = Timer {
    alarms: Mutex::new(Alarms { wakers: BTreeMap::new(), last: 0, running: false }),
    changed: Condvar::new(),
};

impl Alarms {
    fn start(&mut self) -> io::Result<()> {
        if !self.running {
            thread::Builder::new().name("coproc-timer".into()).spawn(|| {
                run();
            })?;
            self.running = true;
        }
        Ok(())
    }
}

/// Makes sure that alarms can be set.
#[cfg(feature = "process")]
pub(crate) fn start() -> io::Result<()> {
    TIMER.alarms.lock().start()
}

/// Something to be woken for, until this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    key: Option<AlarmKey>,
}

impl Alarm {
    /// Has `waker` woken at `until`, or soon after, and no other that was to be woken before.
    pub(crate) fn set(&mut self, until: Instant, waker: &Waker) {
        let mut alarms = TIMER.alarms.lock();
        if let Some(key) = self.key
            && let Some(before) = alarms.wakers.get_mut(&key)
            && key.0 == until
        {
            let old = (!before.will_wake(waker)).then(|| std::mem::replace(before, waker.clone()));
            drop(alarms);
            drop(old);
            return;
        }
        if alarms.start().is_err() {
            // Without a thread to be had, the task finds out for itself whenever it is next polled.
            drop(alarms);
            return waker.wake_by_ref();
        }
        alarms.last += 1;
        let key = (until, alarms.last);
        let is_first = alarms.wakers.keys().next().is_none_or(|first| key < *first);
        alarms.wakers.insert(key, waker.clone());
        drop(alarms);
        if is_first {
            TIMER.changed.notify_all();
        }
        // What it was set for before is another time.
        drop(Self { key: self.key.replace(key) });
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        // What a waker does when it goes is not known here, so no lock is held.
        let _waker = self.key.and_then(|key| TIMER.alarms.lock().wakers.remove(&key));
    }
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

#[cfg(test)]
mod tests {
    use std::{task::Wake, time::Duration};

    use super::*;
    use crate::sync::{Arc, AtomicUsize, Ordering};

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// How many hold `count`, the alarms that are set among them.
    fn held(count: &Arc<Count>) -> usize {
        Arc::strong_count(count) - 1
    }

    #[test]
    fn however_often_it_is_set_there_is_one() {
        let (first, second) = (Arc::<Count>::default(), Arc::<Count>::default());
        let (one, other) = (Waker::from(Arc::clone(&first)), Waker::from(Arc::clone(&second)));
        let far = Instant::now() + Duration::from_secs(3600);
        let mut alarm = Alarm::default();
        (0..3).for_each(|_| alarm.set(far, &one));
        assert_eq!((held(&first), held(&second)), (2, 1));
        alarm.set(far, &other);
        assert_eq!((held(&first), held(&second)), (1, 2));
        alarm.set(far + Duration::from_secs(1), &one);
        assert_eq!((held(&first), held(&second)), (2, 1));
        drop(alarm);
        assert_eq!((held(&first), held(&second)), (1, 1));
    }

    #[test]
    fn it_is_due_before_those_that_were_set_for_later() {
        let count = Arc::<Count>::default();
        let waker = Waker::from(Arc::clone(&count));
        let mut alarms = [Alarm::default(), Alarm::default()];
        alarms[0].set(Instant::now() + Duration::from_secs(3600), &waker);
        alarms[1].set(Instant::now(), &waker);
        while count.0.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
        assert_eq!(held(&count), 2);
    }
}
