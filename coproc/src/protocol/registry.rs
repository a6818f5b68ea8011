//! The default priority and channel of types with `#[message]`.

use std::any::{Any, TypeId};

use super::{Channel, Priority};

/// A type with `#[message]`: the priority of its values, and their channel.
pub trait Urgent: 'static {
    /// The priority of this value.
    fn priority(&self) -> Priority;

    /// The channel for values of this type, if it has one.
    fn channel() -> Option<AnyChannel> {
        None
    }
}

/// A channel of some set of channels.
#[derive(Clone, Copy, Debug)]
pub struct AnyChannel {
    set: TypeId,
    index: u16,
}

impl AnyChannel {
    /// This channel, without its set's type.
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
    channel: fn() -> Option<AnyChannel>,
}

impl MessageEntry {
    /// The entry of `M`.
    #[must_use]
    pub const fn new<M: Urgent>() -> Self {
        Self { message: TypeId::of::<M>, priority: priority_of::<M>, channel: M::channel }
    }
}

fn priority_of<M: Urgent>(message: &dyn Any) -> Priority {
    message.downcast_ref::<M>().map_or(0, Urgent::priority)
}

inventory::collect!(MessageEntry);

/// The default priority and channel of a message type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MessageDefaults {
    pub(crate) priority: fn(&dyn Any) -> Priority,
    pub(crate) channel: Option<u16>,
}

/// The link-time table of message types.
#[derive(Debug)]
pub(crate) struct Registry;

impl Registry {
    /// The defaults of `M`, for channels `C`. A channel of another set does not count.
    pub(crate) fn defaults_of<M: 'static, C: Channel>() -> Option<MessageDefaults> {
        let entries = || inventory::iter::<MessageEntry>.into_iter();
        let entry = entries().find(|entry| (entry.message)() == TypeId::of::<M>())?;
        let channel = (entry.channel)().filter(|channel| channel.set == TypeId::of::<C>());
        Some(MessageDefaults {
            priority: entry.priority,
            channel: channel.map(|channel| channel.index),
        })
    }
}
