//! What is asked of a queue: at its desk where that is in this process, and else of its server.

use std::time::{Duration, Instant};

use super::{
    core::{Ask, Content, Core, Cursor, Dead, Handed, Item, Reply},
    desk::{Answer, HERE},
    handle::{Holders, Shared},
    value::failed,
};
use crate::{
    call::{Call, OneWay, Pending},
    error::{CallError, QueueError},
    sync::{Arc, Ordering, now},
};

impl Shared {
    pub(super) fn send(
        &self,
        content: Content,
        recipient: Option<u32>,
        patience: Option<Duration>,
    ) -> Result<Reply, QueueError> {
        let there = content.clone();
        self.ask(
            patience,
            |core, ask| {
                let item = Item::new(content, ask.pid, recipient);
                core.send(ask, item);
            },
            |ticket| self.server.send(ticket, there, recipient, patience),
        )
    }

    /// The first items, so many at most.
    pub(super) fn receive(
        &self,
        most: usize,
        patience: Option<Duration>,
    ) -> Result<Reply, QueueError> {
        self.ask(
            patience,
            |core, ask| core.receive(ask, most),
            |ticket| self.server.receive(ticket, most, patience),
        )
    }

    pub(super) fn look(
        &self,
        cursor: Cursor,
        patience: Option<Duration>,
    ) -> Result<Reply, QueueError> {
        self.ask(
            patience,
            |core, ask| core.look(ask, cursor),
            |ticket| self.server.look(ticket, cursor, patience),
        )
    }

    /// Waits until everything is acknowledged, and gives the handle back if it fails.
    pub(super) fn join(
        self: &Arc<Self>,
        holders: Arc<Holders>,
        until: Option<Instant>,
    ) -> Result<(), (QueueError, Arc<Holders>)> {
        let ticket = Ticket { shared: self, number: self.next_ticket(), open: true };
        let call = self.server.join(ticket.number).within(Duration::MAX);
        let outcome = call.begin(Some(self.timeout)).map_err(failed).and_then(|pending| {
            // The queue knows of the join before it learns that the handle is gone.
            drop(holders);
            self.attend(pending, until)?.map_or(Err(QueueError::Timeout), |o| o.map_err(failed))
        });
        match outcome {
            Ok(_) => {
                ticket.close();
                Ok(())
            }
            // The handle is back before the join ends.
            Err(error) => Err((error, self.resume())),
        }
    }

    pub(super) fn take(&self, place: u64) -> Result<Option<Handed>, QueueError> {
        let number = self.next_ticket();
        if let Some(desk) = self.desk() {
            return Ok(desk.act(|core| core.take(HERE, desk.pid, number, place)));
        }
        let ticket = Ticket { shared: self, number, open: true };
        let taken = self.call(self.server.take(number, place))?;
        ticket.close();
        Ok(taken)
    }

    pub(super) fn acknowledge(&self, numbers: &[u64]) -> Result<(), QueueError> {
        let here = |core: &mut Core<Answer>| {
            numbers.iter().for_each(|number| core.acknowledge(HERE, *number));
        };
        self.tell(here, || self.server.acknowledge(numbers))
    }

    pub(super) fn give_back(&self, number: u64) -> Result<(), QueueError> {
        self.tell(|core| core.give_back(HERE, number), || self.server.give_back(number))
    }

    pub(super) fn reject(&self, number: u64) -> Result<(), QueueError> {
        self.tell(|core| core.reject(HERE, number), || self.server.reject(number))
    }

    /// How many items wait for a receiver, and whether there is no room for more.
    pub(super) fn level(&self) -> Result<(usize, bool), QueueError> {
        match self.desk() {
            Some(desk) => Ok(desk.act(|core| core.level())),
            None => self.call(self.server.level()),
        }
    }

    /// All dead letters. None is taken out of the queue before all of them are here.
    pub(super) fn letters(&self) -> Result<Vec<Dead>, QueueError> {
        let number = self.next_ticket();
        if let Some(desk) = self.desk() {
            return Ok(desk.act(|core| {
                let letters = core.letters(HERE, number, usize::MAX);
                core.keep_letters(HERE, number);
                letters
            }));
        }
        let ticket = Ticket { shared: self, number, open: true };
        let mut letters = Vec::new();
        loop {
            let some = self.call(self.server.letters(number))?;
            if some.is_empty() {
                break;
            }
            letters.extend(some);
        }
        ticket.close();
        if !letters.is_empty() {
            // If it fails, the queue has ended, and the letters are here.
            let _ = self.server.keep_letters(number).tell_within(self.timeout);
        }
        Ok(letters)
    }

    fn call<T>(&self, call: Call<T>) -> Result<T, QueueError> {
        call.within(self.timeout).wait().map_err(CallError::widen).map_err(failed)
    }

    fn tell(
        &self,
        here: impl FnOnce(&mut Core<Answer>),
        there: impl FnOnce() -> OneWay,
    ) -> Result<(), QueueError> {
        match self.desk() {
            Some(desk) => {
                desk.act(here);
                Ok(())
            }
            None => there().tell_within(self.timeout).map_err(CallError::widen).map_err(failed),
        }
    }

    /// Asks for what may have to be waited for, `patience` long if it is said. What comes too late
    /// for whoever asked goes back.
    fn ask(
        &self,
        patience: Option<Duration>,
        here: impl FnOnce(&mut Core<Answer>, Ask<Answer>),
        there: impl FnOnce(u64) -> Call<Reply, QueueError>,
    ) -> Result<Reply, QueueError> {
        let number = self.next_ticket();
        if let Some(desk) = self.desk() {
            let until = patience.and_then(|patience| now().checked_add(patience));
            return desk.ask(number, until, here);
        }
        let ticket = Ticket { shared: self, number, open: true };
        let limit =
            patience.map_or(Duration::MAX, |patience| patience.saturating_add(self.timeout));
        let call = there(number).within(limit);
        let pending = call.begin(Some(self.timeout)).map_err(failed)?;
        let outcome = self.attend(pending, None)?;
        if matches!(outcome, Some(Ok(_) | Err(CallError::Handler(_)))) {
            ticket.close();
        }
        outcome.unwrap_or(Err(CallError::Handler(QueueError::Timeout))).map_err(failed)
    }

    /// Waits for an answer for as long as the server shows that it lives. What is waited for is not
    /// asked for again, which would be to stand in line anew.
    fn attend(
        &self,
        mut pending: Pending<Reply, QueueError>,
        until: Option<Instant>,
    ) -> Result<Option<Result<Reply, CallError<QueueError>>>, QueueError> {
        let interval = self.timeout / 2;
        loop {
            let left = until.map(|until| until.saturating_duration_since(now()));
            let outcome = pending.wait_timeout(left.map_or(interval, |left| left.min(interval)));
            if outcome.is_some() {
                return Ok(outcome);
            }
            // It is answered after what was asked before.
            let sign = self.server.level().within(interval).wait();
            sign.map_err(CallError::widen).map_err(failed)?;
            if until.is_some_and(|until| until <= now()) {
                return Ok(pending.try_wait());
            }
        }
    }

    fn next_ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::Relaxed)
    }
}

/// A question to the server, which is withdrawn unless it was answered.
struct Ticket<'a> {
    shared: &'a Shared,
    number: u64,
    open: bool,
}

impl Ticket<'_> {
    /// It was answered.
    fn close(mut self) {
        self.open = false;
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.open {
            // If it fails, the queue has ended, or hangs with so much unread that nobody knows what
            // becomes of the question either.
            let _ = self.shared.server.withdraw(self.number).tell_within(Duration::ZERO);
        }
    }
}
