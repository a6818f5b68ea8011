//! Errors, with the reports that they carry. Those of queues, states and messengers are public in
//! [`queue`](crate::queue), [`state`](crate::state) and [`messenger`](crate::messenger).

mod any;
mod call;
pub(crate) mod queue;
mod report;
mod spawn;
pub(crate) mod state;

pub use any::{Error, Result};
pub use call::{CallError, Cancelled, CloseReason, TrySendError};
pub(crate) use queue::QueueError;
pub use report::{CrashReport, Exit, PanicReport};
pub use spawn::SpawnError;
pub(crate) use state::StateError;

pub(crate) use report::{Crash, shorten};
