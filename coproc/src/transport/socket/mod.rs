//! Frames over a socketpair.
//!
//! No sender waits for the peer to read: what the kernel has no room for is kept, bounded, and
//! written by the reactor, or by the worker itself before its next message. So two ends that both
//! send before they receive cannot block one another.

mod leaving;
mod read_buffer;
mod write_buffer;

use std::{
    fmt, io,
    os::fd::{AsFd, OwnedFd},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, epoll::EventFlags, poll},
    net::{Shutdown, shutdown},
};

use self::{
    read_buffer::ReadBuffer,
    write_buffer::{Ends, Unsent, WriteBuffer},
};
use super::{
    Broken, Departed, Doorbell, PollTarget, Transport, UNREAD_MOST, Wait,
    polling::{EventFd, poll_until},
    reactor::{Reactor, Ready, Token},
};
use crate::{
    codec::{Attachments, Frame},
    sync::{Arc, AtomicBool, Condvar, Mutex, MutexGuard, OnceLock, Ordering, Weak},
};

/// How many reads a `recv` that is not to wait makes for one frame.
const READS_MOST: u64 = 16;

/// One end of a socketpair.
pub(crate) struct Socket {
    /// What others than readers and writers need; `None` once this end has left the process. Held
    /// while the reactor is asked, or an older wish could replace a newer one.
    ends: Mutex<Option<Arc<Ends>>>,
    write_buffer: Mutex<WriteBuffer>,
    /// The write_buffer is not empty, so that it need not be locked to learn that it is.
    waiting: AtomicBool,
    /// Told when the write_buffer has room again.
    room: Condvar,
    read_buffer: Mutex<ReadBuffer>,
    /// The read buffer may have a frame, so that it need not be locked to learn that it has none.
    buffered: AtomicBool,
    wake: OnceLock<EventFd>,
    doorbell: Mutex<Option<Weak<dyn Doorbell>>>,
    /// Rung once when the peer has closed its end, also while another thread reads.
    hangup: Mutex<Option<Box<dyn Doorbell>>>,
    token: OnceLock<Token>,
    side_token: OnceLock<Token>,
    this: Weak<Socket>,
}

impl Socket {
    /// Frames over `fd`, a connected stream socket; payloads of at most `max` bytes come in.
    pub(crate) fn new(fd: OwnedFd, max: usize) -> Arc<Self> {
        Self::with_side(fd, None, max)
    }

    /// The same with a socket beside it for what messages carry.
    pub(crate) fn with_side(main: OwnedFd, side: Option<OwnedFd>, max: usize) -> Arc<Self> {
        let ends = Arc::new(Ends { main, side });
        Arc::new_cyclic(|this| Self {
            write_buffer: Mutex::new(WriteBuffer::new(Arc::clone(&ends))),
            waiting: AtomicBool::new(false),
            room: Condvar::new(),
            read_buffer: Mutex::new(ReadBuffer::new(Arc::clone(&ends), max)),
            buffered: AtomicBool::new(false),
            ends: Mutex::new(Some(ends)),
            wake: OnceLock::new(),
            doorbell: Mutex::new(None),
            hangup: Mutex::new(None),
            token: OnceLock::new(),
            side_token: OnceLock::new(),
            this: Weak::clone(this),
        })
    }

    /// From now on, messages that wait here become more urgent with each such interval. Nothing is to
    /// have been sent yet.
    pub(crate) fn set_aging(&self, interval: Option<Duration>) {
        self.write_buffer.lock().set_aging(interval);
    }

    /// Makes this end known to the reactor.
    pub(crate) fn register(&self) -> io::Result<()> {
        match &*self.ends.lock() {
            Some(ends) => self.register_ends(ends),
            None => Ok(()),
        }
    }

    fn register_ends(&self, ends: &Ends) -> io::Result<()> {
        if self.token.get().is_none() {
            let this: Weak<dyn Ready> = Weak::<Socket>::clone(&self.this);
            if let Some(side) = &ends.side {
                let _ = self.side_token.set(Reactor::get()?.register(side, Weak::clone(&this))?);
            }
            let token = Reactor::get()?.register(&ends.main, this)?;
            let _ = self.token.set(token);
        }
        Ok(())
    }

    /// From now on, calls `who` once when the peer has closed its end. What the peer sent before may
    /// still be there.
    pub(crate) fn on_hangup(&self, who: Box<dyn Doorbell>) {
        *self.hangup.lock() = Some(who);
        self.watch();
    }

    /// Writes as much of what waits as the kernel takes.
    fn write(&self) -> MutexGuard<'_, WriteBuffer> {
        let mut write_buffer = self.write_buffer.lock();
        write_buffer.write();
        self.waiting.store(!write_buffer.is_empty(), Ordering::SeqCst);
        if write_buffer.is_empty() {
            // Not the last: the caller of this has one, too.
            write_buffer.lingering = None;
        }
        write_buffer
    }

    /// Waits until there is something to read; `false` if the time is over or it was interrupted.
    fn wait(&self, ends: &Ends, until: Option<Instant>) -> bool {
        let Some(wake) = self.wake.get() else {
            return poll_until([ends.main.as_fd()], &[], until) == [true];
        };
        let [is_readable, is_interrupted] =
            poll_until([ends.main.as_fd(), wake.as_fd()], &[], until);
        if is_interrupted {
            wake.read();
        }
        is_readable && !is_interrupted
    }

    /// Asks the reactor for what is wanted now.
    fn watch(&self) {
        let ends = self.ends.lock();
        let Some(ends) = ends.as_deref() else { return };
        let mut events = EventFlags::empty();
        if self.doorbell.lock().is_some() {
            events |= EventFlags::IN | EventFlags::RDHUP;
        }
        let (Ok(()), Ok(reactor)) = (self.register_ends(ends), Reactor::get()) else { return };
        if !self.is_flushed() {
            match (&ends.side, self.side_token.get()) {
                (Some(side), Some(token)) if self.write_buffer.lock().side_is_full => {
                    reactor.watch(side, *token, EventFlags::OUT);
                }
                _ => events |= EventFlags::OUT,
            }
        }
        if let Some(token) = self.token.get() {
            reactor.watch(&ends.main, *token, events);
        }
    }
}

impl Transport for Socket {
    fn room(&self, wait: Wait) -> Result<(), Broken> {
        if self.is_flushed() {
            return Ok(());
        }
        let mut write_buffer = self.write_buffer.lock();
        while write_buffer.bytes > UNREAD_MOST && write_buffer.ends.is_some() {
            let until = wait.deadline();
            if until.is_some_and(|until| until <= Instant::now()) {
                return Err(Broken::Full);
            }
            write_buffer = self.room.wait(write_buffer, until);
        }
        Ok(())
    }

    fn send(&self, frame: Frame) -> Result<(), Broken> {
        let mut write_buffer = self.write_buffer.lock();
        let priority = frame.packet.priority();
        let (bytes, attachments) = frame.into_parts();
        let mut unsent = Unsent { bytes, descriptors: attachments.into_descriptors() };
        let ends = write_buffer.ends.as_deref().ok_or(Broken::Ended)?;
        if !write_buffer.is_empty() {
            write_buffer.put(unsent, priority);
            return Ok(());
        }
        match unsent.send(ends, 0) {
            Ok(sent) if sent == unsent.bytes.len() => return Ok(()),
            Ok(sent) => write_buffer.begin(unsent, sent),
            Err(stuck) => {
                write_buffer.is_stuck(&stuck);
                if write_buffer.ends.is_none() {
                    drop(write_buffer);
                    self.room.notify_all();
                    return Err(Broken::Ended);
                }
                write_buffer.begin(unsent, 0);
            }
        }
        self.waiting.store(true, Ordering::SeqCst);
        drop(write_buffer);
        self.watch();
        Ok(())
    }

    fn recv(&self, wait: Wait) -> Result<Option<Frame>, Broken> {
        if wait == Wait::Buffered && !self.buffered.load(Ordering::SeqCst) {
            return Ok(None);
        }
        let mut read_buffer = self.read_buffer.lock();
        for reads in 0_u64.. {
            if let Some(frame) = read_buffer.next()? {
                self.buffered.store(read_buffer.may_have_next(), Ordering::SeqCst);
                return Ok(Some(frame));
            }
            let ends =
                read_buffer.ends.as_deref().filter(|_| !read_buffer.ended).ok_or(Broken::Ended)?;
            if wait == Wait::Buffered {
                return Ok(None);
            }
            // A peer that sends a frame in ever more pieces must not put the end off for ever.
            let over = match wait {
                Wait::No => reads == READS_MOST,
                Wait::Until(until) => reads > 0 && until <= Instant::now(),
                Wait::Buffered | Wait::Forever => false,
            };
            if over {
                return Ok(None);
            }
            let plain = wait == Wait::Forever && self.wake.get().is_none();
            if wait != Wait::No && !plain && !self.wait(ends, wait.deadline()) {
                return Ok(None);
            }
            if !read_buffer.fill(!plain)? && wait == Wait::No {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn close(&self) {
        if let Some(ends) = &*self.ends.lock() {
            let _ = shutdown(&ends.main, Shutdown::Both);
        }
        let mut write_buffer = self.write_buffer.lock();
        write_buffer.end();
        self.waiting.store(false, Ordering::SeqCst);
        drop(write_buffer);
        self.room.notify_all();
    }

    fn allow_interrupts(&self) -> io::Result<()> {
        if self.wake.get().is_none() {
            let _ = self.wake.set(EventFd::new()?);
        }
        Ok(())
    }

    fn interrupt(&self) {
        if let Some(wake) = self.wake.get() {
            wake.write();
        }
    }

    fn arm(&self, doorbell: &Weak<dyn Doorbell>) {
        let before = self.doorbell.lock().replace(Weak::clone(doorbell));
        if before.is_none() {
            self.watch();
        }
    }

    fn disarm(&self) {
        *self.doorbell.lock() = None;
        self.watch();
    }

    /// Writes all that waits, and takes in what comes meanwhile.
    fn flush(&self) {
        while !self.is_flushed() {
            drop(self.write());
            let ends = self.ends.lock().clone().filter(|_| !self.is_flushed());
            let Some(ends) = ends else { return };
            // Where another thread receives, it takes in what comes.
            let read_buffer = self.read_buffer.try_lock();
            let (full, other) = match &ends.side {
                Some(side) if self.write_buffer.lock().side_is_full => (side, &ends.main),
                _ => (&ends.main, &ends.main),
            };
            let wanted = match &read_buffer {
                Some(read_buffer) if !read_buffer.ended => PollFlags::IN,
                _ => PollFlags::empty(),
            };
            let mut fds = [PollFd::new(other, wanted), PollFd::new(full, PollFlags::OUT)];
            let _ = poll(&mut fds, None);
            if let Some(mut read_buffer) = read_buffer
                && fds[0].revents().contains(PollFlags::IN)
            {
                read_buffer.take_in();
                self.buffered.store(true, Ordering::SeqCst);
            }
        }
    }

    /// Whatever this thread has sent before, it sees here.
    fn is_flushed(&self) -> bool {
        !self.waiting.load(Ordering::SeqCst)
    }

    fn linger(&self) {
        self.linger_on();
    }

    fn descriptor(&self) -> Option<PollTarget> {
        self.ends.lock().clone().map(|ends| ends as _)
    }

    fn wait_beside(&self, others: &[PollTarget], until: Option<Instant>) -> bool {
        let (Some(ends), Some(wake)) = (self.ends.lock().clone(), self.wake.get()) else {
            return false;
        };
        let [_, is_interrupted] = poll_until([ends.main.as_fd(), wake.as_fd()], others, until);
        if is_interrupted {
            wake.read();
        }
        true
    }

    fn leaves_process(&self) -> bool {
        true
    }

    fn is_watched_by_reactor(&self) -> bool {
        true
    }

    fn check(&self, carried: Vec<Attachments>) -> Result<(), String> {
        self.check_leaving(&carried)
    }

    fn depart(&self, queued: &mut Vec<Frame>) -> Result<Departed, String> {
        self.leave_with(queued)
    }
}

impl Ready for Socket {
    fn ready(&self, events: EventFlags) {
        if events.intersects(EventFlags::OUT | EventFlags::ERR | EventFlags::HUP) {
            let has_room = self.write().bytes <= UNREAD_MOST;
            if has_room {
                self.room.notify_all();
            }
        }
        let readable = EventFlags::IN | EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR;
        let doorbell = if events.intersects(readable) { self.doorbell.lock().take() } else { None };
        if !self.is_flushed() || (doorbell.is_none() && self.doorbell.lock().is_some()) {
            self.watch();
        }
        if let Some(doorbell) = doorbell.and_then(|doorbell| doorbell.upgrade()) {
            doorbell.ring();
        }
        let hangup = events.contains(EventFlags::HUP).then(|| self.hangup.lock().take()).flatten();
        if let Some(hangup) = hangup {
            hangup.ring();
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.forget();
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
