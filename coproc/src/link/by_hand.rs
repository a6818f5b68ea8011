//! What a messenger that is worked by hand keeps count of: who owes whom an answer.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::{
    codec::Body,
    protocol::{Envelope, Kind},
};

#[cfg(feature = "process")]
use super::inbox::{Arrived, Inbox};
#[cfg(feature = "process")]
use crate::codec::{Attachments, Frame};

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
    Close,
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

/// What a message with a content of this size takes in memory while nobody receives it.
pub(crate) fn cost(size: usize) -> usize {
    size.saturating_add(OVERHEAD)
}

/// Marks a close request that comes behind what was sent before: that of an owner, who loses
/// nothing. A peer's own comes before.
pub(crate) const DRAIN: u32 = 1;

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

    /// The answer to request `id` has come; `false` if that is not a request of this messenger.
    pub(crate) fn answered(&mut self, id: u64) -> bool {
        // Most ends are not worked by hand, and hash nothing for it.
        !self.accounts.owed.is_empty() && self.accounts.owed.remove(&id).is_some()
    }

    /// An error or a close request has come.
    pub(crate) fn signal(&mut self, envelope: Envelope, body: Body) -> Result<(), String> {
        if self.is_full_of_signals() {
            return Err(format!("{SIGNALS_MOST} errors and close requests that nobody received"));
        }
        if envelope.kind == Kind::Close {
            match envelope.handler {
                DRAIN => self.closing = true,
                _ => self.signals.push_back(Signal::Close),
            }
            return Ok(());
        }
        let channel = envelope.channel.min(self.accounts.counters.len() as u16 - 1);
        let replies = self.answered(envelope.id).then_some(envelope.id);
        self.unread += cost(body.len());
        self.signals.push_back(Signal::Failure { channel, replies, body });
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
            Signal::Close => (0, false, 0),
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

    pub(crate) fn sent(&mut self, envelope: &Envelope) {
        let counters = &mut self.accounts.counters[usize::from(envelope.channel)];
        counters.messages_sent += 1;
        if envelope.kind == Kind::Call {
            counters.requests_sent += 1;
            self.accounts.owed.insert(envelope.id, envelope.channel);
        }
    }

    pub(crate) fn received(&mut self, envelope: &Envelope, size: usize) {
        self.unread = self.unread.saturating_sub(cost(size));
        let channel = usize::from(envelope.channel);
        self.accounts.counters[channel].messages_received += 1;
        match envelope.kind {
            Kind::Call => self.accounts.unanswered[channel].push_back(envelope.id),
            Kind::Answer(_) => self.accounts.counters[channel].replies_received += 1,
            _ => {}
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
            Signal::Close => None,
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
                Signal::Close => Frame::bare(Envelope::new(Kind::Close)),
                Signal::Failure { channel, replies, body } => {
                    self.accounts.owed.extend(replies.map(|id| (id, channel)));
                    let id = replies.unwrap_or(0);
                    Frame::new(Envelope { channel, id, ..Envelope::new(Kind::Failure) }, body)
                }
            });
        }
        while let Some(Arrived { envelope, content, .. }) = inbox.take_any() {
            if matches!(envelope.kind, Kind::Answer(_)) {
                self.accounts.owed.insert(envelope.id, envelope.channel);
            }
            frames.push(Frame::new(envelope, content));
        }
        self.unread = 0;
        frames
    }
}
