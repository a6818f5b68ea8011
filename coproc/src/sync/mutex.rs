//! Locks that do not pass a panic on.

use std::{
    fmt,
    sync::{PoisonError, TryLockError},
};

#[cfg(coproc_model)]
use shuttle::sync::{Mutex as SystemMutex, MutexGuard};
#[cfg(not(coproc_model))]
use std::sync::{Mutex as SystemMutex, MutexGuard};

/// A mutex that does not pass a panic on to the thread that locks it next.
///
/// What it guards here is valid after every single statement, and a panic of one caller must not
/// become one of all others.
#[derive(Default)]
pub(crate) struct Mutex<T: ?Sized>(SystemMutex<T>);

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(SystemMutex::new(value))
    }
}

impl<T: ?Sized> Mutex<T> {
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl<T: ?Sized> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mutex")
    }
}
