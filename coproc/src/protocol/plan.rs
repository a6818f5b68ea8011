//! What is known of a worker type before any of it runs.

use std::time::Duration;

/// One handler.
#[derive(Clone, Copy, Debug)]
pub struct Handler {
    /// Its number: its place among the handlers as written.
    pub number: u32,
    /// Its method's name.
    pub name: &'static str,
    /// The index of its channel.
    pub channel: u16,
    /// No reply to it exists.
    pub oneway: bool,
    /// It may be run again after a crash.
    pub idempotent: bool,
    /// How long a caller waits who says nothing else.
    pub deadline: Option<Duration>,
}

/// One channel.
#[derive(Clone, Copy, Debug)]
pub struct ChannelPlan {
    /// Its name.
    pub name: &'static str,
    /// How many messages may wait in it.
    pub capacity: usize,
    /// What a sender gets when it is full: an error, or else it waits.
    pub reject: bool,
}

/// A worker type, as `#[worker]` has read it.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Its stable name.
    pub name: &'static str,
    /// The name of its `#[init]`, empty without.
    pub init: &'static str,
    /// The name of its `#[close]`, empty without.
    pub close: &'static str,
    /// Its handlers, by ascending number.
    pub handlers: &'static [Handler],
    /// Its channels; at least one.
    pub channels: &'static [ChannelPlan],
    /// The names of its ticks.
    pub ticks: &'static [&'static str],
    /// After how long a waiting message becomes one step more urgent.
    pub aging: Option<Duration>,
    /// Whether it goes on after a panic.
    pub keep_on_panic: bool,
    /// How many channels the messenger of a function has; 0 for a worker with handlers.
    pub lanes: usize,
}

impl Plan {
    /// The handler of this number.
    pub(crate) fn handler(&self, number: u32) -> Option<&'static Handler> {
        // Where no handler is left out by a `cfg`, its number is its place.
        match self.handlers.get(number as usize) {
            Some(handler) if handler.number == number => Some(handler),
            _ => self.handlers.iter().find(|handler| handler.number == number),
        }
    }

    /// Whether it is a function, which talks by hand.
    pub(crate) fn is_function(&self) -> bool {
        self.lanes > 0
    }

    /// How many messages each channel may hold.
    pub(crate) fn capacities(&self) -> Vec<usize> {
        if self.is_function() {
            return vec![usize::MAX; self.lanes];
        }
        self.channels.iter().map(|channel| channel.capacity.max(1)).collect()
    }
}
