//! Items that many processes send, and many receive.

mod builder;
mod core;
mod dead_letter;
mod delivery;
mod joining;
mod link;
#[expect(clippy::module_inception, reason = "the module is named after its main type")]
mod queue;
mod receiving;
mod recipients;
mod wire;
mod worker;

pub use crate::error::queue::{QueueError, QueueSendError};

pub use self::{
    builder::QueueBuilder,
    core::DeadReason,
    dead_letter::DeadLetter,
    delivery::Delivery,
    joining::QueueJoinError,
    queue::Queue,
    receiving::{QueueIter, QueueTryIter},
};
