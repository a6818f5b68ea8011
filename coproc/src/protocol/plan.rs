//! [`Plan`]: the static description of a worker type.

use std::time::Duration;

/// One handler.
#[derive(Clone, Copy, Debug)]
pub struct Handler {
    /// Its number: its index among the handlers as written.
    pub number: u32,
    /// Its method's name.
    pub name: &'static str,
    /// The index of its channel.
    pub channel: u16,
    /// It has no reply.
    pub oneway: bool,
    /// It may be run again after a crash.
    pub idempotent: bool,
    /// The default deadline of its calls.
    pub deadline: Option<Duration>,
}

impl Handler {
    /// The handler `number`, which has a reply, over the default channel.
    pub const fn new(number: u32, name: &'static str) -> Self {
        Self { number, name, channel: 0, oneway: false, idempotent: false, deadline: None }
    }

    /// Its messages go over this channel.
    pub const fn channel(self, channel: u16) -> Self {
        Self { channel, ..self }
    }

    /// It has no reply.
    pub const fn oneway(self) -> Self {
        Self { oneway: true, ..self }
    }

    /// It may be run again after a crash.
    pub const fn idempotent(self) -> Self {
        Self { idempotent: true, ..self }
    }

    /// The default deadline of its calls, in nanoseconds.
    pub const fn deadline(self, nanoseconds: u64) -> Self {
        Self { deadline: Some(Duration::from_nanos(nanoseconds)), ..self }
    }
}

/// One channel.
#[derive(Clone, Copy, Debug)]
pub struct ChannelPlan {
    /// Its name.
    pub name: &'static str,
    /// How many messages may wait in it.
    pub capacity: usize,
    /// Whether a sender gets an error while it is full; otherwise it waits.
    pub reject: bool,
}

impl ChannelPlan {
    /// A channel for 1024 messages, whose senders wait while it is full.
    pub const fn new(name: &'static str) -> Self {
        Self { name, capacity: 1024, reject: false }
    }

    /// The number of messages that may wait in it.
    pub const fn capacity(self, capacity: usize) -> Self {
        Self { capacity, ..self }
    }

    /// Senders get an error while it is full.
    pub const fn reject(self) -> Self {
        Self { reject: true, ..self }
    }
}

/// The static description of a worker type.
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
    /// A worker of this name without handlers.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            init: "",
            close: "",
            handlers: &[],
            channels: const { &[ChannelPlan::new("default")] },
            ticks: &[],
            aging: None,
            keep_on_panic: false,
            lanes: 0,
        }
    }

    /// The handler of this number.
    pub(crate) fn handler(&self, number: u32) -> Option<&'static Handler> {
        // Where no handler is left out by a `cfg`, its number is its place.
        match self.handlers.get(number as usize) {
            Some(handler) if handler.number == number => Some(handler),
            _ => self.handlers.iter().find(|handler| handler.number == number),
        }
    }

    /// Whether it is a function with a messenger.
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

/// The last part of a path; of the names of threads and processes the kernel keeps 15 bytes.
pub(crate) fn short(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}
