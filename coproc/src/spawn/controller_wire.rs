//! A controller in a message, in its wire form.

use serde::{Deserialize, Serialize};

use crate::link::Identity;

/// What is written for a controller.
#[derive(Serialize, Deserialize)]
pub(crate) struct ControllerWire {
    pub(super) at: u32,
    pub(super) name: String,
    pub(super) identity: Identity,
    pub(super) max_message: u64,
    /// Its process.
    pub(super) pid: u32,
    /// It has that process for itself, and ends with it.
    pub(super) alone: bool,
}
