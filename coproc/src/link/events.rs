//! The queue of events from a worker, which the caller may read late or never.

use std::collections::VecDeque;

use super::by_hand::cost;
use crate::{codec::Body, transport::UNREAD_MOST};

/// How many are kept; the oldest go first.
const KEPT: usize = 1024;

/// The events that were not read, so many and so large as a host can bear.
#[derive(Debug, Default)]
pub(crate) struct EventQueue {
    waiting: VecDeque<Body>,
    bytes: usize,
    /// How many events were dropped unread because the queue was over its limits.
    pub(crate) missed: u64,
}

impl EventQueue {
    pub(crate) fn put(&mut self, event: Body) {
        self.bytes += cost(event.len());
        self.waiting.push_back(event);
        let alone = |waiting: &VecDeque<Body>| waiting.len() == 1;
        while self.waiting.len() > KEPT || (self.bytes > UNREAD_MOST && !alone(&self.waiting)) {
            self.take();
            self.missed += 1;
        }
    }

    /// The oldest that is kept.
    pub(crate) fn take(&mut self) -> Option<Body> {
        let event = self.waiting.pop_front()?;
        self.bytes -= cost(event.len());
        Some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first() {
        let mut events = EventQueue::default();
        for number in 0..KEPT as u32 + 3 {
            events.put(Body::of(&number, 16).unwrap());
        }
        let first = events.take().unwrap();
        assert_eq!(first.arguments().take::<u32>().unwrap(), 3);
        assert_eq!(events.missed, 3);
    }

    #[test]
    fn large_ones_push_others_out() {
        let mut events = EventQueue::default();
        let large = "x".repeat(UNREAD_MOST / 2);
        for _ in 0..3 {
            events.put(Body::of(large.as_str(), usize::MAX).unwrap());
        }
        assert_eq!(events.missed, 2);
        assert!(events.take().is_some());
        assert!(events.take().is_none());
    }
}
