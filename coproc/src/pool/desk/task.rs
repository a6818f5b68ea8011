//! What a pool is handed.

use std::time::Instant;

use super::super::{errand::Errand, inbox::Inbox};
use crate::{message::Priority, sync::Arc};

/// Something a pool is to do.
#[derive(Debug)]
pub(in crate::pool) struct Task {
    pub(in crate::pool) errand: Arc<Errand>,
    pub(in crate::pool) priority: Priority,
    pub(in crate::pool) only: Option<usize>,
    /// When its caller gives up.
    pub(in crate::pool) until: Option<Instant>,
    /// How many calls it counts for.
    pub(in crate::pool) calls: u64,
    pub(in crate::pool) inbox: Arc<Inbox>,
    /// What its outcome is tagged with.
    pub(in crate::pool) tag: u64,
}

/// A pool, for those who do not care of which workers.
pub(in crate::pool) trait Counter: Send + Sync {
    /// Hands a task in; gives its number.
    fn submit(self: Arc<Self>, task: Task) -> u64;
    /// Nobody wants the outcome of this task any more.
    fn withdraw(self: Arc<Self>, task: u64);
    /// The time of this task is over: if it was not begun, it never will be.
    fn expire(self: Arc<Self>, task: u64);
    /// How many workers there are to be.
    fn workers(&self) -> usize;
}
