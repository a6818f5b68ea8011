//! Every error type, with the reports they carry.

mod any;
mod call;
mod queue;
mod report;
mod spawn;
mod state;

pub use any::{Error, Result};
pub use call::{CallError, Cancelled, CloseReason, TrySendError};
pub use queue::{QueueError, QueueSendError};
pub use report::{CrashReport, Exit, PanicReport};
pub use spawn::SpawnError;
pub use state::StateError;

pub(crate) use report::{Crash, shorten};
