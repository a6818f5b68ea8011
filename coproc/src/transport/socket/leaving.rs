//! Ends that leave: to another process, or for good with something still to be written.

use super::{Packet, Reactor, Socket};
use crate::{
    codec::{Frame, Luggage},
    sync::{Arc, Ordering},
    transport::Departed,
};

const HANDLES_WAIT: &str =
    "a message with handles waits at this end; receive it before this end is sent on";
const HANDLES_GO: &str = "a message with handles was sent from this end and is not yet on its way";

fn carries(frame: &Frame) -> bool {
    frame.body.carried().is_some()
}

impl Socket {
    /// As [`AnyTransport::check`](crate::transport::AnyTransport::check).
    pub(crate) fn check(&self, carried: &[Luggage]) -> Result<(), String> {
        let inbox = self.inbox.lock();
        let waits = inbox.reader.holds_descriptors() || inbox.ready.iter().any(carries);
        if waits || !carried.is_empty() {
            return Err(HANDLES_WAIT.into());
        }
        match self.outbox.lock().is_plain() {
            true => Ok(()),
            false => Err(HANDLES_GO.into()),
        }
    }

    /// As [`AnyTransport::depart`](crate::transport::AnyTransport::depart).
    pub(crate) fn depart(&self, queued: &mut Vec<Frame>) -> Result<Departed, String> {
        let mut inbox = self.inbox.lock();
        queued.extend(inbox.ready.drain(..));
        let carries = queued.iter().any(carries);
        let rest = inbox.reader.rest().filter(|_| !carries).ok_or(HANDLES_WAIT)?;
        let ends = inbox.ends.as_ref().ok_or("it has left before")?;
        let end = ends.main.try_clone().map_err(|error| error.to_string())?;
        let mut outbox = self.outbox.lock();
        let unsent = outbox.rest().ok_or(HANDLES_GO)?;
        let mut unread = Vec::new();
        queued.drain(..).for_each(|frame| unread.extend_from_slice(&frame.into_parts().0));
        unread.extend_from_slice(&rest);
        // Not shut down, which would end it for whoever has it from now on; but not held open either,
        // or its peer would not learn of their end.
        outbox.end();
        inbox.end();
        self.waiting.store(false, Ordering::SeqCst);
        drop((outbox, inbox));
        self.room.notify_all();
        self.forget();
        Ok(Departed { end, unread, unsent })
    }

    /// An end that has come from another process; `None` if what it has with it is none of it.
    pub(crate) fn arrived(departed: Departed, max: usize) -> Option<Arc<Self>> {
        let Departed { end, unread, unsent } = departed;
        let socket = Self::new(end, max);
        socket.inbox.lock().hold(&unread).ok()?;
        if !unsent.is_empty() {
            let packet = Packet { bytes: unsent, descriptors: Vec::new() };
            socket.outbox.lock().begin(packet, 0);
            socket.waiting.store(true, Ordering::SeqCst);
            socket.watch();
        }
        Some(socket)
    }

    /// What was sent is still written when nobody holds this any more.
    pub(crate) fn linger(&self) {
        if self.is_flushed() {
            return;
        }
        let mut outbox = self.outbox.lock();
        if !outbox.is_empty() {
            outbox.lingering = self.this.upgrade();
        }
        drop(outbox);
        self.watch();
    }

    /// The reactor hears of it no more, for good.
    pub(super) fn forget(&self) {
        let Some(ends) = self.ends.lock().take() else { return };
        if let (Some(token), Ok(reactor)) = (self.token.get(), Reactor::get()) {
            reactor.forget(&ends.main, *token);
            if let (Some(side), Some(token)) = (&ends.side, self.side_token.get()) {
                reactor.forget(side, *token);
            }
        }
    }
}
