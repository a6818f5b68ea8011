//! What a model runs with where shuttle has no version of its own: a clock that the scheduler drives,
//! waits that time out by it, and a channel.
//!
//! 1. All threads of an execution run on one thread of the system, so its thread-locals hold what
//!    belongs to the execution as a whole.
//! 2. Time stands still but for [`pass`], which a thread of the model runs: it sets the clock to the
//!    time of the next alarm. It is the scheduler that decides when, so any timed wait may time out
//!    before anything else happens, or after.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    sync::{Arc, PoisonError},
    task::{Wake, Waker},
    time::Instant,
};

use shuttle::{
    rand::{Rng, thread_rng},
    sync::MutexGuard,
};

use self::thread::ModelThread;
use super::mutex::Mutex;

pub(crate) use ClockAlarm as Alarm;

/// How many turns the clock waits at most between two alarms.
const TURNS_MOST: u32 = 400;

/// When an alarm is due, and which of all it is.
type Due = (Instant, u64);

struct Clock {
    now: Instant,
    /// Each with whether it goes on until it is dropped.
    alarms: BTreeMap<Due, (Waker, bool)>,
    last: u64,
    /// The thread that runs [`pass`], while it waits for an alarm.
    waiting: Option<ModelThread>,
    stopped: bool,
}

std::thread_local! {
    static CLOCK: RefCell<Option<Clock>> = const { RefCell::new(None) };
}

fn clock<R>(body: impl FnOnce(&mut Clock) -> R) -> R {
    CLOCK.with_borrow_mut(|clock| {
        body(clock.get_or_insert_with(|| Clock {
            now: Instant::now(),
            alarms: BTreeMap::new(),
            last: 0,
            waiting: None,
            stopped: false,
        }))
    })
}

/// The time of this execution.
pub(crate) fn now() -> Instant {
    clock(|clock| clock.now)
}

/// Begins an execution.
pub(crate) fn reset() {
    CLOCK.take();
}

/// Has [`pass`] end, once what waits by the clock has ended, too. From now on a timed wait is over at
/// once: threads that the model does not join come to their end.
pub(crate) fn stop() {
    let waiting = clock(|clock| {
        clock.stopped = true;
        clock.waiting.take()
    });
    waiting.inspect(ModelThread::unpark);
}

/// Lets time pass until [`stop`].
pub(crate) fn pass() {
    loop {
        let due: Vec<Waker> = clock(|clock| {
            let Some((next, _)) = clock.alarms.keys().next().copied() else { return Vec::new() };
            clock.now = clock.now.max(next);
            let later = clock.alarms.split_off(&(clock.now, u64::MAX));
            let due = std::mem::replace(&mut clock.alarms, later);
            let wakers = due.values().map(|(waker, _)| waker.clone()).collect();
            clock.alarms.extend(due.into_iter().filter(|(_, (_, goes_on))| *goes_on));
            wakers
        });
        if due.is_empty() && clock(|clock| clock.stopped) {
            return;
        }
        if due.is_empty() {
            clock(|clock| clock.waiting = Some(thread::current()));
            park(None);
        }
        due.into_iter().for_each(Waker::wake);
        let most = thread_rng().gen_range(0..TURNS_MOST);
        (0..thread_rng().gen_range(0..=most)).for_each(|_| shuttle::thread::yield_now());
    }
}

/// Whether a wait until `until` is over before it begins.
fn is_over(until: Option<Instant>) -> bool {
    until.is_some_and(|until| {
        clock(|clock| {
            if clock.stopped {
                clock.now = clock.now.max(until);
            }
            clock.stopped
        })
    })
}

/// Something to be woken for, until this is dropped.
#[derive(Debug, Default)]
pub(crate) struct ClockAlarm {
    key: Option<Due>,
}

impl ClockAlarm {
    /// Has `waker` woken at `until`, or soon after, and no other that was to be woken before.
    pub(crate) fn set(&mut self, until: Instant, waker: &Waker) {
        if is_over(Some(until)) {
            return waker.wake_by_ref();
        }
        self.add(until, waker.clone(), false);
    }

    fn at(until: Instant, waker: Waker) -> Self {
        let mut alarm = Self::default();
        alarm.add(until, waker, true);
        alarm
    }

    fn add(&mut self, until: Instant, waker: Waker, goes_on: bool) {
        let (key, waiting) = clock(|clock| {
            clock.last += 1;
            let key = (until, clock.last);
            clock.alarms.insert(key, (waker, goes_on));
            (key, clock.waiting.take())
        });
        waiting.inspect(ModelThread::unpark);
        drop(Self { key: self.key.replace(key) });
    }
}

impl Drop for ClockAlarm {
    fn drop(&mut self) {
        let _waker = self.key.and_then(|key| clock(|clock| clock.alarms.remove(&key)));
    }
}

/// Parks this thread until it is unparked, or until `until`. Now and then it returns early, as
/// std's may.
pub(crate) fn park(until: Option<Instant>) {
    if is_over(until) || thread_rng().gen_ratio(1, 20) {
        return shuttle::thread::yield_now();
    }
    let parker = PARKER.with(Arc::clone);
    let _alarm = until.map(|until| ClockAlarm::at(until, Waker::from(Arc::clone(&parker))));
    let mut unparked = parker.unparked.lock();
    while !*unparked {
        unparked = parker.changed.wait(unparked, None);
    }
    *unparked = false;
}

/// Where a thread parks. Shuttle's own threads wake up whenever the scheduler has them, which hides
/// that they are not unparked.
#[derive(Debug, Default)]
struct Parker {
    unparked: Mutex<bool>,
    changed: ModelCondvar,
}

shuttle::thread_local! {
    static PARKER: Arc<Parker> = Arc::default();
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        *self.unparked.lock() = true;
        self.changed.notify_all();
    }
}

/// A condition variable whose waits end by the clock of the model.
#[derive(Debug, Default)]
pub(crate) struct ModelCondvar(Arc<shuttle::sync::Condvar>);

struct Notify(Arc<shuttle::sync::Condvar>);

impl Wake for Notify {
    fn wake(self: Arc<Self>) {
        self.0.notify_all();
    }
}

impl ModelCondvar {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// As that of the other build. The alarm goes on, as it may be due before this thread waits.
    pub(crate) fn wait<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        until: Option<Instant>,
    ) -> MutexGuard<'a, T> {
        if is_over(until) {
            return guard;
        }
        let notify = Notify(Arc::clone(&self.0));
        let _alarm = until.map(|until| ClockAlarm::at(until, Waker::from(Arc::new(notify))));
        self.0.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// Threads, with what shuttle's lack.
pub(crate) mod thread {
    use std::io;

    pub(crate) use shuttle::thread::{Scope, ScopedJoinHandle, ThreadId, scope};

    use super::{Arc, PARKER, Parker, Wake};

    #[derive(Clone, Debug)]
    pub(crate) struct ModelThread {
        id: ThreadId,
        parker: Arc<Parker>,
    }

    impl ModelThread {
        pub(crate) fn id(&self) -> ThreadId {
            self.id
        }

        pub(crate) fn unpark(&self) {
            Arc::clone(&self.parker).wake();
        }
    }

    pub(crate) fn current() -> ModelThread {
        ModelThread { id: shuttle::thread::current().id(), parker: PARKER.with(Arc::clone) }
    }

    #[derive(Debug, Default)]
    pub(crate) struct Builder(shuttle::thread::Builder);

    impl Builder {
        pub(crate) fn new() -> Self {
            Self::default()
        }

        pub(crate) fn name(self, name: String) -> Self {
            Self(self.0.name(name))
        }

        pub(crate) fn spawn<T: Send + 'static>(
            self,
            body: impl FnOnce() -> T + Send + 'static,
        ) -> io::Result<JoinHandle<T>> {
            self.0.spawn(body).map(JoinHandle)
        }

        pub(crate) fn spawn_scoped<'scope, T: Send + 'scope>(
            self,
            scope: &'scope Scope<'scope, '_>,
            body: impl FnOnce() -> T + Send + 'scope,
        ) -> io::Result<ScopedJoinHandle<'scope, T>> {
            Ok(scope.spawn(body))
        }
    }

    #[derive(Debug)]
    pub(crate) struct JoinHandle<T>(shuttle::thread::JoinHandle<T>);

    impl<T> JoinHandle<T> {
        pub(crate) fn join(self) -> shuttle::thread::Result<T> {
            self.0.join()
        }

        pub(crate) fn thread(&self) -> &shuttle::thread::Thread {
            self.0.thread()
        }

        /// It may have: no thread is told from this that another has.
        pub(crate) fn is_finished(&self) -> bool {
            false
        }
    }
}

/// The part of crossbeam's channels that the local transport uses, where a sender outlives each
/// receiver.
pub(crate) mod channel {
    pub(crate) use crossbeam_channel::{RecvError, RecvTimeoutError, SendError, TryRecvError};

    use std::{collections::VecDeque, time::Instant};

    use super::{Arc, ModelCondvar, now};
    use crate::sync::mutex::Mutex;

    struct Items<T> {
        items: Mutex<VecDeque<T>>,
        arrived: ModelCondvar,
    }

    pub(crate) struct Sender<T>(Arc<Items<T>>);

    pub(crate) struct Receiver<T>(Arc<Items<T>>);

    pub(crate) fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
        let channel = Items { items: Mutex::new(VecDeque::new()), arrived: ModelCondvar::new() };
        let channel = Arc::new(channel);
        (Sender(Arc::clone(&channel)), Receiver(channel))
    }

    impl<T> Sender<T> {
        pub(crate) fn send(&self, item: T) -> Result<(), SendError<T>> {
            self.0.items.lock().push_back(item);
            self.0.arrived.notify_all();
            Ok(())
        }
    }

    impl<T> Receiver<T> {
        pub(crate) fn try_recv(&self) -> Result<T, TryRecvError> {
            self.0.items.lock().pop_front().ok_or(TryRecvError::Empty)
        }

        pub(crate) fn recv(&self) -> Result<T, RecvError> {
            self.wait(None).ok_or(RecvError)
        }

        pub(crate) fn recv_deadline(&self, until: Instant) -> Result<T, RecvTimeoutError> {
            self.wait(Some(until)).ok_or(RecvTimeoutError::Timeout)
        }

        fn wait(&self, until: Option<Instant>) -> Option<T> {
            let mut items = self.0.items.lock();
            while items.is_empty() && until.is_none_or(|until| now() < until) {
                items = self.0.arrived.wait(items, until);
            }
            items.pop_front()
        }

        pub(crate) fn len(&self) -> usize {
            self.0.items.lock().len()
        }

        pub(crate) fn is_empty(&self) -> bool {
            self.len() == 0
        }
    }
}
