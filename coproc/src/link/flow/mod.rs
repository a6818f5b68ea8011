//! How full the channels of a worker are, as far as one of its callers knows.
//!
//! A plain state machine: no clock, no thread and no descriptor inside. Its holder tells it
//! what the worker's ledger says, and sends what it lets in.

#[cfg(test)]
mod tests;

/// Counts messages into channels and out of them, so that no channel holds more than it may.
#[derive(Debug)]
pub(crate) struct Flow {
    channels: Vec<Load>,
}

#[derive(Clone, Copy, Debug)]
struct Load {
    /// How many messages were let in; never less than have left.
    accepted: u64,
    /// How many of them have left the worker's queue, when last looked at.
    left: u64,
    capacity: u64,
}

impl Load {
    fn has_room(&self) -> bool {
        self.accepted - self.left < self.capacity
    }
}

impl Flow {
    /// Empty channels of these capacities; there is at least one.
    pub(crate) fn new(capacities: impl IntoIterator<Item = usize>) -> Self {
        let load =
            |capacity: usize| Load { accepted: 0, left: 0, capacity: capacity.max(1) as u64 };
        Self { channels: capacities.into_iter().map(load).collect() }
    }

    /// From now on no channel is ever full.
    pub(crate) fn unlimit(&mut self) {
        self.channels.iter_mut().for_each(|load| load.capacity = u64::MAX);
    }

    /// Counts a message in, if its channel has room. `left` gives how many messages have left the
    /// channel so far; it is asked only when the channel looks full.
    ///
    /// What `left` gives is the worker's word, which may be wrong: the worst it does is to let in
    /// more than that worker asked for.
    pub(crate) fn admit(&mut self, channel: u16, left: impl FnOnce() -> u64) -> bool {
        let load = self.load(channel);
        if !load.has_room() {
            load.left = left().clamp(load.left, load.accepted);
        }
        let room = load.has_room();
        load.accepted += u64::from(room);
        room
    }

    fn load(&mut self, channel: u16) -> &mut Load {
        let last = self.channels.len() - 1;
        &mut self.channels[usize::from(channel).min(last)]
    }
}
