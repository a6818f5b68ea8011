//! Queues between processes: every item that was sent is acknowledged once, a dead letter, or still
//! there.

mod bounds;
mod ends;
mod joins;
mod order;
mod travel;

use std::process;

use coproc::{Process, Queue, prelude::*, queue::QueueError};
use coproc_tests::Census;

/// Does with a queue what its message is called, in a process of its own.
pub struct Hand {
    queue: Queue<u64>,
    others: Vec<Queue<u64>>,
    held: Vec<coproc::queue::Delivery<u64>>,
}

#[worker]
impl Hand {
    #[init]
    fn new(queue: Queue<u64>) -> Self {
        Self { queue, others: Vec::new(), held: Vec::new() }
    }

    #[message]
    fn send(&self, item: u64) -> coproc::Result<()> {
        Ok(self.queue.send(item)?)
    }

    /// Receives an item and acknowledges it.
    #[message]
    fn take(&self) -> coproc::Result<u64> {
        Ok(self.queue.recv()?.into_inner())
    }

    /// Receives and acknowledges items until it has got this one.
    #[message]
    fn take_until(&self, last: u64) -> coproc::Result<Vec<u64>> {
        let mut taken = Vec::new();
        while taken.last() != Some(&last) {
            taken.push(self.queue.recv()?.into_inner());
        }
        Ok(taken)
    }

    /// Receives what is there, so many at most, and acknowledges all of it.
    #[message]
    fn take_many(&self, most: usize) -> coproc::Result<Vec<u64>> {
        let received = self.queue.recv_many(most)?;
        let items = received.iter().map(|delivery| **delivery).collect();
        self.queue.ack_all(received)?;
        Ok(items)
    }

    /// Receives the first multiple of `n` and acknowledges it.
    #[message]
    fn take_multiple(&self, n: u64) -> coproc::Result<u64> {
        Ok(self.queue.recv_if(|item| item % n == 0)?.into_inner())
    }

    /// Receives an item and keeps it.
    #[message]
    fn hold(&mut self) -> coproc::Result<u64> {
        self.held.push(self.queue.recv()?);
        Ok(self.held.last().map_or(0, |delivery| **delivery))
    }

    /// Receives an item and dies with it.
    #[message]
    fn die(&mut self) {
        self.held.extend(self.queue.recv());
        process::abort();
    }

    /// Dies with the first three items, if they are there.
    #[message]
    fn die_at_once(&mut self) {
        self.held.extend(self.queue.try_iter().take(3).flatten());
        process::abort();
    }

    /// Joins a queue whose handle comes in the message.
    #[message]
    fn join(&self, queue: Queue<u64>) -> Result<(), QueueError> {
        queue.join()
    }

    /// Keeps one more handle, and tells how many sockets this process has then.
    #[message]
    fn keep(&mut self, queue: Queue<u64>) -> usize {
        self.others.push(queue);
        Census::take().descriptors.get("socket").copied().unwrap_or_default()
    }

    /// Drops those handles, and tells how many sockets this process has then.
    #[message]
    fn forget(&mut self) -> usize {
        self.others.clear();
        Census::take().descriptors.get("socket").copied().unwrap_or_default()
    }

    #[message]
    fn queue(&self) -> Queue<u64> {
        self.queue.clone()
    }
}

fn hand(queue: &Queue<u64>) -> WorkerResource<Hand> {
    Hand::on(Process::new()).spawn(queue.clone()).expect("a hand")
}

fn pid(hand: &WorkerResource<Hand>) -> u32 {
    hand.worker().pid().expect("it has a process of its own")
}
