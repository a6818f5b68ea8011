//! The link-time table of workers that can be started in a process.

use std::{
    any::TypeId,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{Ended, Engine, StartParameters, Worker};
use crate::{codec::Arguments, protocol::Plan};

/// A worker type in the link-time table.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "process"), allow(dead_code))]
pub struct WorkerEntry {
    pub(crate) plan: fn() -> &'static Plan,
    pub(crate) key: fn() -> u64,
    pub(crate) run: fn(StartParameters<()>, Arguments<'_>) -> Ended,
}

inventory::collect!(WorkerEntry);

impl WorkerEntry {
    /// The entry of `W`.
    #[must_use]
    pub const fn new<W: Worker>() -> Self {
        Self { plan: plan::<W>, key: key_of::<W>, run: run::<W> }
    }

    /// The entry with this key; the same executable gives the same keys.
    #[cfg(feature = "process")]
    pub(crate) fn find(key: u64) -> Option<&'static Self> {
        inventory::iter::<Self>.into_iter().find(|entry| (entry.key)() == key)
    }
}

pub(crate) fn plan<W: Worker>() -> &'static Plan {
    const { &W::PLAN }
}

/// The number of a worker type; the same executable gives the same.
pub(super) fn key_of<W: Worker>() -> u64 {
    let mut hasher = DefaultHasher::new();
    TypeId::of::<W>().hash(&mut hasher);
    hasher.finish()
}

fn run<W: Worker>(parameters: StartParameters<()>, arguments: Arguments<'_>) -> Ended {
    match W::start(parameters.of(), arguments) {
        Ok(engine) => engine.run(),
        Err(ended) => ended,
    }
}

/// Workers that can be started in a process of their own.
///
/// `#[worker]` implements it for workers that are not generic; each instance of one that is, is
/// listed once with [`register!`](crate::register). `By` is a type of the crate that registers, and
/// never has to be written: generic code that spawns names it as a parameter of its own.
///
/// ```
/// use coproc::{SpawnError, Worker, spawn::WorkerResource, worker::Registered};
///
/// fn pid<W: Worker + Registered<By>, By>(worker: &WorkerResource<W>) -> Option<u32> {
///     coproc::spawn::owner(worker).pid()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not registered to run in a process",
    label = "not registered",
    note = "list it once, in this crate: `coproc::register!({Self});`",
    note = "on `Thread` and `Inline` it runs without"
)]
pub trait Registered<By>: Worker {
    /// Its entry in the table.
    const ENTRY: WorkerEntry;
}
