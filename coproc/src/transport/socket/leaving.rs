//! Ends that leave: to another process, or for good with something still to be written.

use super::{Reactor, Socket, Unsent};
use crate::{
    codec::{Attachments, Frame},
    sync::{Arc, Ordering},
    transport::{Departed, Transport},
};

const HANDLES_WAIT: &str =
    "a message with handles waits at this end; receive it before this end is sent on";
const HANDLES_GO: &str = "a message with handles was sent from this end and is not yet on its way";

fn carries(frame: &Frame) -> bool {
    frame.body.carried().is_some()
}

impl Socket {
    /// As [`Transport::check`](crate::transport::Transport::check).
    pub(super) fn check_leaving(&self, carried: &[Attachments]) -> Result<(), String> {
        let read_buffer = self.read_buffer.lock();
        let waits = read_buffer.reader.holds_descriptors() || read_buffer.ready.iter().any(carries);
        if waits || !carried.is_empty() {
            return Err(HANDLES_WAIT.into());
        }
        match self.write_buffer.lock().is_plain() {
            true => Ok(()),
            false => Err(HANDLES_GO.into()),
        }
    }

    /// As [`Transport::depart`](crate::transport::Transport::depart).
    pub(super) fn leave_with(&self, queued: &mut Vec<Frame>) -> Result<Departed, String> {
        let mut read_buffer = self.read_buffer.lock();
        queued.extend(read_buffer.ready.drain(..));
        let carries = queued.iter().any(carries);
        let rest = read_buffer.reader.rest().filter(|_| !carries).ok_or(HANDLES_WAIT)?;
        let ends = read_buffer.ends.as_ref().ok_or("it has left before")?;
        let end = ends.main.try_clone().map_err(|error| error.to_string())?;
        let mut write_buffer = self.write_buffer.lock();
        let unsent = write_buffer.rest().ok_or(HANDLES_GO)?;
        let mut unread = Vec::new();
        queued.drain(..).for_each(|frame| unread.extend_from_slice(&frame.into_parts().0));
        unread.extend_from_slice(&rest);
        // Not shut down, which would end it for the process that gets it; but not held open either,
        // or its peer would not learn of that process's end.
        write_buffer.end();
        read_buffer.end();
        self.waiting.store(false, Ordering::SeqCst);
        drop((write_buffer, read_buffer));
        self.room.notify_all();
        self.forget();
        Ok(Departed { end, unread, unsent })
    }

    /// An end that has come from another process; `None` if what it has with it is none of it.
    pub(crate) fn arrived(departed: Departed, max: usize) -> Option<Arc<Self>> {
        let Departed { end, unread, unsent } = departed;
        let socket = Self::new(end, max);
        socket.read_buffer.lock().hold(&unread).ok()?;
        socket.buffered.store(true, Ordering::SeqCst);
        if !unsent.is_empty() {
            let unsent = Unsent { bytes: unsent, descriptors: Vec::new() };
            socket.write_buffer.lock().begin(unsent, 0);
            socket.waiting.store(true, Ordering::SeqCst);
            socket.watch();
        }
        Some(socket)
    }

    /// What was sent is still written when the last handle on this end is dropped.
    pub(super) fn linger_on(&self) {
        if self.is_flushed() {
            return;
        }
        let mut write_buffer = self.write_buffer.lock();
        if !write_buffer.is_empty() {
            write_buffer.lingering = self.this.upgrade().map(|this| this as _);
        }
        drop(write_buffer);
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
