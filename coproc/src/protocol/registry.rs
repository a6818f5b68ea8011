//! What `#[message]` says of hand-written messages, by type.

use std::any::{Any, TypeId};

use super::{Channel, Priority};

/// A type with `#[message]`: how urgent its values are, and where they go.
pub trait Urgent: 'static {
    /// How urgent this one is.
    fn priority(&self) -> Priority;

    /// The channel for values of this type, if one was given.
    fn lane() -> Option<Lane> {
        None
    }
}

/// A channel of any set of channels.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    set: TypeId,
    index: u16,
}

impl Lane {
    /// This channel.
    #[must_use]
    pub fn of<C: Channel>(channel: C) -> Self {
        Self { set: TypeId::of::<C>(), index: channel.index() as u16 }
    }
}

/// One type with `#[message]` in the link-time table.
#[derive(Debug)]
pub struct MessageEntry {
    message: fn() -> TypeId,
    priority: fn(&dyn Any) -> Priority,
    lane: fn() -> Option<Lane>,
}

impl MessageEntry {
    /// The entry of `M`.
    #[must_use]
    pub const fn new<M: Urgent>() -> Self {
        Self { message: TypeId::of::<M>, priority: priority_of::<M>, lane: M::lane }
    }
}

fn priority_of<M: Urgent>(message: &dyn Any) -> Priority {
    message.downcast_ref::<M>().map_or(0, Urgent::priority)
}

inventory::collect!(MessageEntry);

/// What is known of a message type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Urgency {
    pub(crate) priority: fn(&dyn Any) -> Priority,
    pub(crate) lane: Option<u16>,
}

/// The link-time table of message types.
#[derive(Debug)]
pub(crate) struct Registry;

impl Registry {
    /// What is known of `M`, for channels `C`. A channel of another set counts as none.
    pub(crate) fn urgency_of<M: 'static, C: Channel>() -> Option<Urgency> {
        let entries = || inventory::iter::<MessageEntry>.into_iter();
        let entry = entries().find(|entry| (entry.message)() == TypeId::of::<M>())?;
        let lane = (entry.lane)().filter(|lane| lane.set == TypeId::of::<C>());
        Some(Urgency { priority: entry.priority, lane: lane.map(|lane| lane.index) })
    }
}
