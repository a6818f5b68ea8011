//! Which worker each message goes to, and when a worker is started again.
//!
//! The scheduler and the policy decide, and have no clock, thread or descriptor; the dispatcher acts.

mod dispatcher;
mod policy;
mod retrying;
mod scheduler;

pub(crate) use dispatcher::{Dispatcher, start};
pub(crate) use policy::{Policy, Recycling};
pub use retrying::{Always, RetryPlace, RetryWhen, Retrying};
