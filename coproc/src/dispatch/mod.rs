//! Picks the worker that each message goes to, and replaces workers.
//!
//! The scheduler decides, and has no clock, thread or descriptor; the dispatcher acts.

mod dispatcher;
#[cfg(test)]
mod policy;
mod scheduler;

pub(crate) use dispatcher::{Dispatcher, Recycling, at_once, start};
