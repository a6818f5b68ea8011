//! How a dispatcher treats its workers: the settings that make it a pool, or one function that is run
//! again when it fails.

mod restart;
mod retries;

pub(super) use restart::Restart;
pub(super) use retries::{Condition, Retries};

use crate::worker::Worker;

/// How a dispatcher treats its workers.
pub(crate) struct Policy<W: Worker> {
    pub(crate) recycling: Recycling,
    /// When its one worker is run again. `None` if each worker that has ended is replaced for as long
    /// as jobs may come.
    pub(crate) retries: Option<Retries<W>>,
}

/// When workers are replaced that have not ended.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Recycling {
    /// After this number of calls.
    pub(crate) after: Option<u64>,
    /// Above this number of bytes of memory.
    pub(crate) above: Option<u64>,
}
