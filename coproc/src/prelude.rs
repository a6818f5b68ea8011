//! The names that most programs use: `use coproc::prelude::*;`.

use std::time::Duration;

pub use coproc_macros::{message, worker};
pub use serde::{Deserialize, Serialize};

#[cfg(feature = "process")]
pub use crate::spawn::{Process, Stdio};
pub use crate::{
    call::{Controller as _, Pending},
    codec::Bytes,
    error::{CallError, SpawnError},
    messenger::Messenger,
    protocol::{Channel, Wire},
    spawn::{Inline, Thread, WorkerResource},
    worker::{Context, Idle, Later, Worker},
};

/// A duration in milliseconds.
#[must_use]
pub const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A duration in seconds.
#[must_use]
pub const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
