//! What a messenger that is worked by hand keeps count of: who owes whom an answer.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::inbox::Purpose;
use crate::codec::Body;

#[cfg(feature = "process")]
use super::inbox::{Arrived, Inbox};
#[cfg(feature = "process")]
use crate::{
    codec::{Attachments, Frame},
    protocol::{Envelope, Packet},
};

/// How many messages went through one channel of a messenger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counters {
    /// Requests sent.
    pub requests_sent: u64,
    /// Replies received, errors among them.
    pub replies_received: u64,
    /// Messages of all kinds sent.
    pub messages_sent: u64,
    /// Messages of all kinds received.
    pub messages_received: u64,
}

/// What the next receive is to return before any message.
#[derive(Debug)]
pub(crate) enum Signal {
    CloseRequest,
    /// An error, on which channel, and the request that it is the reply to.
    Failure {
        channel: u16,
        replies: Option<u64>,
        body: Body,
    },
}

/// What a message takes in memory beside its content, in bytes, about. Without it, messages without
/// content would be free, and a peer could send any number of them.
const OVERHEAD: usize = 256;

/// What a message with a content of this size takes in memory until it is received.
pub(crate) fn cost(size: usize) -> usize {
    size.saturating_add(OVERHEAD)
}

/// How many errors and close requests may lie unreceived.
const SIGNALS_MOST: usize = 1024;

/// Who owes whom an answer, and the counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Accounts {
    /// Requests that were sent and whose answer has not come.
    owed: HashMap<u64, u16>,
    /// By channel, the requests that were received and not answered, oldest first.
    unanswered: Vec<VecDeque<u64>>,
    counters: Vec<Counters>,
}

impl Accounts {
    /// Whether they are those of a messenger with so many channels.
    #[cfg(feature = "process")]
    pub(crate) fn are_of(&self, channels: usize) -> bool {
        [self.unanswered.len(), self.counters.len()] == [channels; 2]
    }
}

/// The book-keeping of a messenger that is worked by hand.
#[derive(Debug)]
pub(crate) struct ByHand {
    pub(crate) accounts: Accounts,
    signals: VecDeque<Signal>,
    /// The owner has asked this end to close, once what has come is received.
    pub(crate) closing: bool,
    /// How many bytes of memory hold what has come and was not received.
    pub(crate) unread: usize,
}

impl ByHand {
    pub(crate) fn new(channels: usize) -> Self {
        Self {
            accounts: Accounts {
                owed: HashMap::new(),
                unanswered: vec![VecDeque::new(); channels],
                counters: vec![Counters::default(); channels],
            },
            signals: VecDeque::new(),
            closing: false,
            unread: 0,
        }
    }

    /// The reply to request `id` has come; an error if no request of this messenger is open that has
    /// this number.
    pub(crate) fn check_reply(&mut self, id: u64) -> Result<(), String> {
        match self.accounts.owed.remove(&id) {
            Some(_) => Ok(()),
            None => Err(format!("a reply to request {id}, which is not open")),
        }
    }

    /// An error that has come, which answers request `id` if that is one of this messenger.
    pub(crate) fn failure(&mut self, id: Option<u64>, channel: u16, body: Body) -> Signal {
        let channel = channel.min(self.accounts.counters.len() as u16 - 1);
        let replies = id.filter(|id| self.accounts.owed.remove(id).is_some());
        Signal::Failure { channel, replies, body }
    }

    /// An error or a close request has come; an error if too many have.
    pub(crate) fn add_signal(&mut self, signal: Signal) -> Result<(), String> {
        if self.is_full_of_signals() {
            return Err(format!("{SIGNALS_MOST} errors and close requests that were not received"));
        }
        if let Signal::Failure { body, .. } = &signal {
            self.unread += cost(body.len());
        }
        self.signals.push_back(signal);
        Ok(())
    }

    /// Whether no more errors and close requests should be read.
    pub(crate) fn is_full_of_signals(&self) -> bool {
        self.signals.len() >= SIGNALS_MOST
    }

    pub(crate) fn has_signal(&self) -> bool {
        !self.signals.is_empty()
    }

    pub(crate) fn take_signal(&mut self) -> Option<Signal> {
        let signal = self.signals.pop_front()?;
        let (channel, replies, size) = match &signal {
            Signal::CloseRequest => (0, false, 0),
            Signal::Failure { channel, replies, body } => {
                (*channel, replies.is_some(), cost(body.len()))
            }
        };
        self.unread = self.unread.saturating_sub(size);
        let counters = &mut self.accounts.counters[usize::from(channel)];
        counters.messages_received += 1;
        counters.replies_received += u64::from(replies);
        Some(signal)
    }

    /// A message goes out on `channel`; with `request`, it is the request of that number.
    pub(crate) fn sent(&mut self, channel: u16, request: Option<u64>) {
        let counters = &mut self.accounts.counters[usize::from(channel)];
        counters.messages_sent += 1;
        if let Some(id) = request {
            counters.requests_sent += 1;
            self.accounts.owed.insert(id, channel);
        }
    }

    /// A message of `size` bytes is received.
    pub(crate) fn received(&mut self, purpose: Purpose, channel: u16, size: usize) {
        self.unread = self.unread.saturating_sub(cost(size));
        let channel = usize::from(channel);
        self.accounts.counters[channel].messages_received += 1;
        match purpose {
            Purpose::Call { id, .. } => self.accounts.unanswered[channel].push_back(id),
            Purpose::Reply { .. } => self.accounts.counters[channel].replies_received += 1,
            Purpose::Tell => {}
        }
    }

    /// The oldest request of `channel` that is not answered; it counts as answered from now on.
    pub(crate) fn take_unanswered(&mut self, channel: u16) -> Option<u64> {
        self.accounts.unanswered[usize::from(channel)].pop_front()
    }

    /// Requests sent on `channel` whose reply was not received.
    pub(crate) fn remaining(&self, channel: u16) -> usize {
        let counters = self.counters(channel);
        counters.requests_sent.saturating_sub(counters.replies_received) as usize
    }

    pub(crate) fn counters(&self, channel: u16) -> Counters {
        self.accounts.counters[usize::from(channel)]
    }

    /// What messages carry that have come and were not received.
    #[cfg(feature = "process")]
    pub(crate) fn carried(&self, inbox: &Inbox<Body>) -> Vec<Attachments> {
        let failures = self.signals.iter().filter_map(|signal| match signal {
            Signal::CloseRequest => None,
            Signal::Failure { body, .. } => Some(body),
        });
        failures.chain(inbox.contents()).filter_map(Body::carried).collect()
    }

    /// Takes out what has come and was not received, as it came but for the order, which is that in
    /// which it would have been received. It can be delivered again, here or elsewhere.
    #[cfg(feature = "process")]
    pub(crate) fn take_unread(&mut self, inbox: &mut Inbox<Body>) -> Vec<Frame> {
        let mut frames = Vec::new();
        for signal in self.signals.drain(..) {
            frames.push(match signal {
                Signal::CloseRequest => Frame::bare(Packet::CloseRequest),
                Signal::Failure { channel, replies: id, body } => {
                    self.accounts.owed.extend(id.map(|id| (id, channel)));
                    Frame::new(Packet::Failure { id, channel }, body)
                }
            });
        }
        while let Some(Arrived { purpose, envelope, content, .. }) = inbox.take_any() {
            let packet = match purpose {
                Purpose::Tell => Packet::Tell(envelope),
                Purpose::Call { id, nested } => Packet::Call { id, nested, envelope },
                Purpose::Reply { id } => {
                    let Envelope { channel, priority, .. } = envelope;
                    self.accounts.owed.insert(id, channel);
                    Packet::Reply { id, channel, priority }
                }
            };
            frames.push(Frame::new(packet, content));
        }
        self.unread = 0;
        frames
    }
}
