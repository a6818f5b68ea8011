//! Receiving: the first item, or one that a predicate selects.

use std::{fmt, time::Duration};

use super::{
    core::{Cursor, Demand, Notice, Question, QueueReply},
    delivery::{Claim, Delivery},
    link::unexpected,
    queue::Queue,
};
use crate::{error::QueueError, protocol::Wire, sync::now};

impl<T: Wire> Queue<T> {
    /// Receives the first item that this process may receive. Waits until there is one, as long as it
    /// takes.
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`], [`QueueError::Lost`], and [`QueueError::Decode`] if the item cannot be
    /// read; it is a [dead letter](Self::dead_letters) then.
    pub fn recv(&self) -> Result<Delivery<T>, QueueError> {
        self.receive(None)
    }

    /// As [`recv`](Self::recv), but does not wait.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Empty`].
    pub fn try_recv(&self) -> Result<Delivery<T>, QueueError> {
        self.receive(Some(Duration::ZERO)).map_err(empty)
    }

    /// As [`recv`](Self::recv), but waits for this long at most.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Timeout`].
    pub fn recv_timeout(&self, timeout: Duration) -> Result<Delivery<T>, QueueError> {
        self.receive(Some(timeout))
    }

    /// Receives the first items that this process may receive, in order: at most `most` of them, and
    /// about 1 MiB. Waits until there is one, as long as it takes.
    ///
    /// One request for all of them takes far less time than one for each. Until they are
    /// acknowledged, no other receiver gets them. If this process dies, that counts for each of them,
    /// and each is then delivered alone.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv). Items that cannot be read are left out if others can be.
    pub fn recv_many(&self, most: usize) -> Result<Vec<Delivery<T>>, QueueError> {
        let mut readable = Vec::new();
        let mut unreadable = None;
        for received in self.deliveries(Question::Receive(Demand::First(most)), None)? {
            match received {
                Ok(delivery) => readable.push(delivery),
                Err(error) => unreadable = Some(error),
            }
        }
        match unreadable {
            Some(error) if readable.is_empty() => Err(error),
            _ => Ok(readable),
        }
    }

    /// Acknowledges many items at once; see [`Delivery::ack`]. Those of other queues are
    /// acknowledged, too, each by itself.
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`] if there is no queue any more.
    pub fn ack_all(
        &self,
        deliveries: impl IntoIterator<Item = Delivery<T>>,
    ) -> Result<(), QueueError> {
        let (own, others): (Vec<_>, Vec<_>) =
            deliveries.into_iter().partition(|delivery| delivery.is_of(&self.holders));
        let numbers = own.into_iter().map(Delivery::release).collect();
        self.holders.link.tell(Notice::Acknowledge(numbers))?;
        others.into_iter().try_for_each(Delivery::ack)
    }

    fn receive(&self, patience: Option<Duration>) -> Result<Delivery<T>, QueueError> {
        let received = self.deliveries(Question::Receive(Demand::First(1)), patience)?.next();
        received.unwrap_or_else(|| Err(QueueError::Lost("it gave nothing".into())))
    }

    /// What a question delivers. All of it is claimed before any of it is read.
    fn deliveries(
        &self,
        question: Question,
        patience: Option<Duration>,
    ) -> Result<impl Iterator<Item = Result<Delivery<T>, QueueError>>, QueueError> {
        match self.holders.link.ask(question, patience)? {
            QueueReply::Delivered(items) => {
                let claims = items.into_iter().map(|item| Claim::new(&self.holders, item));
                Ok(claims.collect::<Vec<_>>().into_iter().map(Delivery::read))
            }
            other => Err(unexpected(&other)),
        }
    }

    /// Receives the first item that this process may receive and for which `fits` gives `true`. The
    /// others stay where they are. Waits until there is one, as long as it takes.
    ///
    /// `fits` runs in this thread, on a copy of each item, once at most each time that the item is sent
    /// or returns to the queue. If it panics, nothing has happened. An item that cannot be read does
    /// not fit.
    ///
    /// ```
    /// # let queue = coproc::Queue::unbounded()?;
    /// (1..=3).try_for_each(|size| queue.send(size))?;
    /// assert_eq!(queue.recv_if(|size| *size > 1)?.into_inner(), 2);
    /// assert_eq!(queue.recv()?.into_inner(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`QueueError::Ended`] and [`QueueError::Lost`].
    pub fn recv_if(&self, fits: impl FnMut(&T) -> bool) -> Result<Delivery<T>, QueueError> {
        self.select(None, fits)
    }

    /// As [`recv_if`](Self::recv_if), but does not wait.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Empty`].
    pub fn try_recv_if(&self, fits: impl FnMut(&T) -> bool) -> Result<Delivery<T>, QueueError> {
        self.select(Some(Duration::ZERO), fits).map_err(empty)
    }

    /// As [`recv_if`](Self::recv_if), but waits for this long at most.
    ///
    /// # Errors
    ///
    /// As there, and [`QueueError::Timeout`].
    pub fn recv_if_timeout(
        &self,
        timeout: Duration,
        fits: impl FnMut(&T) -> bool,
    ) -> Result<Delivery<T>, QueueError> {
        self.select(Some(timeout), fits)
    }

    fn select(
        &self,
        patience: Option<Duration>,
        mut fits: impl FnMut(&T) -> bool,
    ) -> Result<Delivery<T>, QueueError> {
        let until = patience.and_then(|patience| now().checked_add(patience));
        let mut cursor = Cursor::default();
        loop {
            let left = until.map(|until| until.saturating_duration_since(now()));
            let look = Question::Receive(Demand::Look(cursor));
            let offered = match self.holders.link.ask(look, left)? {
                QueueReply::Offered(offered, seen) => {
                    cursor = seen;
                    offered
                }
                other => return Err(unexpected(&other)),
            };
            for (place, bytes) in offered {
                if bytes.decode().is_ok_and(|item| fits(&item))
                    && let Some(delivery) = self.deliveries(Question::Take(place), None)?.next()
                {
                    return delivery;
                }
            }
        }
    }

    /// Receives items, waiting for each, until the queue has ended.
    ///
    /// An item that cannot be read is an `Err`, after which there may be more. As with
    /// [`try_iter`](Self::try_iter), an item that is not acknowledged is received again.
    pub fn iter(&self) -> QueueIter<'_, T> {
        QueueIter { queue: self }
    }

    /// Receives items without waiting, until there is none for this process or the queue has ended.
    ///
    /// An item that cannot be read is an `Err`, after which there may be more.
    ///
    /// A [`Delivery`] that is dropped without [`ack`](Delivery::ack) returns to its place, before the
    /// items behind it: a loop that acknowledges nothing gets the first item again and again, and
    /// never ends. Take the item out of the delivery, or acknowledge it:
    ///
    /// ```
    /// # let queue = coproc::Queue::unbounded()?;
    /// (1..=4).try_for_each(|n| queue.send(n))?;
    /// let mut sum = 0;
    /// for delivery in queue.try_iter().take(2) {
    ///     sum += delivery?.into_inner();
    /// }
    /// for delivery in queue.try_iter() {
    ///     let delivery = delivery?;
    ///     sum += *delivery;
    ///     delivery.ack()?;
    /// }
    /// assert_eq!(sum, 10);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn try_iter(&self) -> QueueTryIter<'_, T> {
        QueueTryIter { queue: self }
    }
}

fn empty(error: QueueError) -> QueueError {
    match error {
        QueueError::Timeout => QueueError::Empty,
        other => other,
    }
}

/// The items of a queue; see [`Queue::iter`].
#[must_use = "iterators do nothing unless used"]
pub struct QueueIter<'a, T> {
    queue: &'a Queue<T>,
}

impl<T: Wire> Iterator for QueueIter<'_, T> {
    type Item = Result<Delivery<T>, QueueError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.queue.recv()).filter(|received| !matches!(received, Err(QueueError::Ended)))
    }
}

impl<'a, T: Wire> IntoIterator for &'a Queue<T> {
    type Item = Result<Delivery<T>, QueueError>;
    type IntoIter = QueueIter<'a, T>;

    fn into_iter(self) -> QueueIter<'a, T> {
        self.iter()
    }
}

/// The items of a queue that are there; see [`Queue::try_iter`].
#[must_use = "iterators do nothing unless used"]
pub struct QueueTryIter<'a, T> {
    queue: &'a Queue<T>,
}

impl<T: Wire> Iterator for QueueTryIter<'_, T> {
    type Item = Result<Delivery<T>, QueueError>;

    fn next(&mut self) -> Option<Self::Item> {
        let is_over = |error: &QueueError| matches!(error, QueueError::Ended | QueueError::Empty);
        Some(self.queue.try_recv()).filter(|received| !received.as_ref().is_err_and(is_over))
    }
}

impl<T> fmt::Debug for QueueIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("QueueIter").field(self.queue).finish()
    }
}

impl<T> fmt::Debug for QueueTryIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("QueueTryIter").field(self.queue).finish()
    }
}
