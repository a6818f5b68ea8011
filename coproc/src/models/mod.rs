//! Models: what threads do with one another, run in many orders on the types that run in the field.
//!
//! Shuttle's scheduler decides at every lock, atomic operation, wait and channel which thread goes
//! on, and [`sync::model`](crate::sync::model) decides when time passes. An execution in which all
//! threads wait for one another fails, and so does one in which an assertion does; it is printed with
//! what runs it again. Atomics are sequentially consistent here, whatever order they ask for.
//!
//! `.ci/run models` runs them. `COPROC_SEED` says which orders are tried, and `COPROC_SEEDS` how many
//! of each model.

mod dispatching;
mod lives;
mod reading;
mod rules;

use std::{
    env,
    future::Future,
    pin::pin,
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use shuttle::{
    Config, MaxSteps, Runner,
    rand::{Rng, thread_rng},
    scheduler::{PctScheduler, RandomScheduler, Scheduler},
};

use crate::sync::{Arc, Condvar, Mutex, Thread, model, now, park, thread};

/// In how many priority changes at most an order differs from that of fixed priorities.
const DEPTH: usize = 4;

const STEPS_MOST: usize = 1_000_000;

const STACK: usize = 1 << 19;

fn from_environment(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

fn run(scheduler: impl Scheduler + 'static, body: impl Fn() + Send + Sync + 'static) {
    let mut config = Config::new();
    config.stack_size = STACK;
    config.silence_warnings = true;
    config.max_steps = MaxSteps::FailAfter(STEPS_MOST);
    Runner::new(scheduler, config).run(move || {
        model::reset();
        let clock = spawn(model::pass);
        body();
        model::stop();
        clock.join().unwrap();
        model::reset();
    });
}

/// Runs `body` in as many orders by chance, and in as many by priorities of threads that change
/// seldom: those find what takes one thread to be late for long.
fn check(executions: usize, body: impl Fn() + Send + Sync + 'static) {
    let body = Arc::new(body);
    let seed = from_environment("COPROC_SEED").unwrap_or(0);
    let executions = from_environment("COPROC_SEEDS").map_or(executions, |most| most as usize);
    let by_chance = Arc::clone(&body);
    run(RandomScheduler::new_from_seed(seed, executions), move || by_chance());
    run(PctScheduler::new_from_seed(seed, DEPTH, executions), move || body());
}

fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
    thread::Builder::new().spawn(body).unwrap()
}

/// A number below `end`, which the scheduler decides.
fn below(end: usize) -> usize {
    thread_rng().gen_range(0..end)
}

fn sleep(time: Duration) {
    let until = now() + time;
    while now() < until {
        park(Some(until));
    }
}

struct Unparks(Thread);

impl Wake for Unparks {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unparks(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => park(None),
        }
    }
}

/// Counts what threads of a model have done.
#[derive(Default)]
struct Count {
    count: Mutex<usize>,
    changed: Condvar,
}

impl Count {
    fn add(&self) {
        *self.count.lock() += 1;
        self.changed.notify_all();
    }

    fn wait_for(&self, most: usize) {
        let mut count = self.count.lock();
        while *count < most {
            count = self.changed.wait(count, None);
        }
    }
}

#[test]
fn a_wait_ends_by_the_clock_of_the_model() {
    check(100, || {
        let until = now() + Duration::from_secs(3);
        sleep(Duration::from_secs(3));
        assert!(now() >= until);
    });
}
