//! The items of a queue, the deliveries that are not acknowledged, and the callers that wait: no
//! clock, thread or descriptor.

mod dead_items;
mod item;
mod question;
mod queue_core;
mod ready_items;
#[cfg(test)]
mod tests;
mod waiting;

pub use item::DeadReason;
pub(super) use item::{Cursor, DeadItem, Delivered, ItemBytes};
pub(super) use question::{Demand, Notice, Question, QueueCaller, QueueReply};
pub(super) use queue_core::{QueueCore, QueueLimits};
