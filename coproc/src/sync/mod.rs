//! The only door to locks, atomics, threads, channels and the clock.
//!
//! With `--cfg coproc_model`, shuttle's versions stand in for std's, and [`model`] has the clock and
//! the channel: a scheduler then decides at each of these operations which thread goes on. The
//! models in `crate::models` run that way.
//!
//! A static outlives the executions of a model, so what it holds is of std in both builds:
//! [`OnceLock`], and the types in [`global`].

#[cfg(coproc_model)]
pub(crate) mod model;
mod mutex;
#[cfg(not(coproc_model))]
mod waiting;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    task::Waker,
};

#[cfg(feature = "process")]
pub(crate) use std::sync::atomic::fence;
pub(crate) use std::sync::{Arc, OnceLock, Weak};

#[cfg(not(coproc_model))]
use std as system;
#[cfg(not(coproc_model))]
pub(crate) use {
    self::waiting::{Condvar, now, park},
    crossbeam_channel as channel,
    std::thread::{self, Thread},
};

#[cfg(coproc_model)]
pub(crate) use model::{
    ModelCondvar as Condvar, channel, now, park,
    thread::{self, ModelThread as Thread},
};
#[cfg(coproc_model)]
use shuttle as system;

pub(crate) use mutex::Mutex;
pub(crate) use system::{
    sync::{
        MutexGuard,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread_local,
};

/// Types for statics, which no model checks.
pub(crate) mod global {
    pub(crate) use std::sync::atomic::AtomicU64;
}

/// Wakes a task. A waker is foreign code: its panic must not end the thread that wakes others.
pub(crate) fn wake(waker: Waker) {
    let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
}
