//! What most programs use: `use coproc::prelude::*;`.

use std::time::Duration;

pub use coproc_macros::{message, worker};
pub use serde::{Deserialize, Serialize};

pub use crate::{
    Bytes, CallError, Channel, Context, Controller as _, Idle, Inline, Later, Messenger, Pending,
    SpawnError, Thread, Wire, Worker, WorkerResource,
};
#[cfg(feature = "process")]
pub use crate::{Process, Stdio};

/// That many milliseconds.
#[must_use]
pub const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// That many seconds.
#[must_use]
pub const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
