//! Two ends in one process, over crossbeam channels.

use std::fmt;

#[cfg(feature = "process")]
use std::{os::fd::AsFd, time::Instant};

use super::{Broken, Doorbell, Transport, UNREAD_MOST, Wait};
#[cfg(feature = "process")]
use super::{
    PollTarget,
    polling::{EventFd, poll_until},
};
use crate::{
    codec::Frame,
    sync::channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, unbounded},
    sync::{Arc, AtomicBool, AtomicUsize, Condvar, Mutex, Ordering, Weak, now},
};

#[cfg(feature = "process")]
use crate::sync::OnceLock;

/// What goes through the channel.
enum Item {
    Frame(Frame),
    /// From this end to itself: stop waiting.
    Interrupt,
    /// The last item: the sender is closed.
    End,
}

/// One direction of a pair.
struct Direction {
    items: Sender<Item>,
    /// How many bytes were sent and not received.
    unread: Mutex<usize>,
    room: Condvar,
    closed: AtomicBool,
    /// An interruption is among the items, which is as good as many.
    interrupted: AtomicBool,
    /// Rung when something comes while no thread waits.
    doorbell: Mutex<Option<Weak<dyn Doorbell>>>,
}

impl Direction {
    fn new(items: Sender<Item>) -> Arc<Self> {
        Arc::new(Self {
            items,
            unread: Mutex::new(0),
            room: Condvar::new(),
            closed: AtomicBool::new(false),
            interrupted: AtomicBool::new(false),
            doorbell: Mutex::new(None),
        })
    }

    fn put(&self, item: Item) -> Result<(), Broken> {
        self.items.send(item).map_err(|_| Broken::Ended)?;
        self.tell();
        Ok(())
    }

    /// Something has come.
    fn tell(&self) {
        let doorbell = self.doorbell.lock().take();
        if let Some(doorbell) = doorbell.and_then(|doorbell| doorbell.upgrade()) {
            doorbell.ring();
        }
    }

    /// Says that nothing more comes, once.
    fn end(&self) {
        // A sender holds this lock, so that nothing is sent behind the end.
        let unread = self.unread.lock();
        let ended_before = self.closed.swap(true, Ordering::SeqCst);
        if !ended_before {
            let _ = self.items.send(Item::End);
        }
        drop(unread);
        if !ended_before {
            self.tell();
        }
        self.room.notify_all();
    }

    /// Waits until the other end has taken enough for more to be sent.
    fn room(&self, wait: Wait) -> Result<(), Broken> {
        let mut unread = self.unread.lock();
        while *unread > UNREAD_MOST && !self.closed.load(Ordering::SeqCst) {
            let until = wait.deadline();
            if until.is_some_and(|until| until <= now()) {
                return Err(Broken::Full);
            }
            unread = self.room.wait(unread, until);
        }
        Ok(())
    }

    fn release(&self, size: usize) {
        let mut unread = self.unread.lock();
        let was_full = *unread > UNREAD_MOST;
        *unread = unread.saturating_sub(size);
        if was_full && *unread <= UNREAD_MOST {
            self.room.notify_all();
        }
    }
}

/// One end of a pair in this process.
pub(crate) struct Local {
    out: Arc<Direction>,
    back: Arc<Direction>,
    incoming: Receiver<Item>,
    /// How much of what is in there was there when this end last looked.
    seen: AtomicUsize,
    /// Nothing comes while this end waits (its worker runs inside its caller), so waiting for it
    /// would be for ever.
    never_waits: bool,
    /// Rung by what comes while this end waits beside descriptors.
    #[cfg(feature = "process")]
    event: OnceLock<Arc<EventFd>>,
}

impl Local {
    /// Two connected ends.
    pub(crate) fn pair() -> (Self, Self) {
        let (to_right, at_right) = unbounded();
        let (to_left, at_left) = unbounded();
        let (right, left) = (Direction::new(to_right), Direction::new(to_left));
        let end = |out: &Arc<Direction>, back: &Arc<Direction>, incoming| Self {
            out: Arc::clone(out),
            back: Arc::clone(back),
            incoming,
            seen: AtomicUsize::new(0),
            never_waits: false,
            #[cfg(feature = "process")]
            event: OnceLock::new(),
        };
        (end(&right, &left, at_left), end(&left, &right, at_right))
    }

    /// Two connected ends, the second for a worker that runs in the thread that waits at the first.
    pub(crate) fn inline_pair() -> (Self, Self) {
        let (left, mut right) = Self::pair();
        right.never_waits = true;
        (left, right)
    }

    /// Hands a frame over; gives it back if the other end is gone or this one is closed.
    pub(super) fn offer(&self, frame: Frame) -> Result<(), Frame> {
        let mut unread = self.out.unread.lock();
        if self.out.closed.load(Ordering::SeqCst) {
            return Err(frame);
        }
        *unread += frame.body.len();
        let _ = self.out.items.send(Item::Frame(frame));
        drop(unread);
        self.out.tell();
        Ok(())
    }

    /// What frames carry that have come and were not received. Only for the thread that receives.
    #[cfg(feature = "process")]
    pub(super) fn carried(&self) -> Vec<crate::codec::Attachments> {
        // A sender holds this lock, so that nothing gets between the frames that are put back.
        let unread = self.back.unread.lock();
        let items: Vec<Item> = self.incoming.try_iter().collect();
        let mut carried = Vec::new();
        for item in items {
            if let Item::Frame(frame) = &item {
                carried.extend(frame.body.carried());
            }
            let _ = self.back.items.send(item);
        }
        drop(unread);
        carried
    }

    /// All frames that have come and were not received.
    #[cfg(feature = "process")]
    pub(super) fn rest(&self) -> Vec<Frame> {
        let frame = |item| match item {
            Item::Frame(frame) => Some(frame),
            Item::Interrupt | Item::End => None,
        };
        self.incoming.try_iter().filter_map(frame).collect()
    }

    fn next(&self, wait: Wait) -> Result<Option<Item>, Broken> {
        let wait = if self.never_waits && wait == Wait::Forever { Wait::No } else { wait };
        if wait == Wait::Buffered {
            // Others may go on sending as fast as this end receives.
            let Some(rest) = self.seen.load(Ordering::Relaxed).checked_sub(1) else {
                return Ok(None);
            };
            self.seen.store(rest, Ordering::Relaxed);
        }
        let next = self.receive(wait);
        if wait != Wait::Buffered {
            self.seen.store(self.incoming.len(), Ordering::Relaxed);
        }
        next
    }

    fn receive(&self, wait: Wait) -> Result<Option<Item>, Broken> {
        match wait {
            Wait::Buffered | Wait::No => match self.incoming.try_recv() {
                Ok(item) => Ok(Some(item)),
                Err(TryRecvError::Empty) => Ok(None),
                Err(TryRecvError::Disconnected) => Err(Broken::Ended),
            },
            Wait::Until(until) => match self.incoming.recv_deadline(until) {
                Ok(item) => Ok(Some(item)),
                Err(RecvTimeoutError::Timeout) => Ok(None),
                Err(RecvTimeoutError::Disconnected) => Err(Broken::Ended),
            },
            Wait::Forever => self.incoming.recv().map(Some).map_err(|_| Broken::Ended),
        }
    }
}

impl Transport for Local {
    fn room(&self, wait: Wait) -> Result<(), Broken> {
        self.out.room(wait)
    }

    fn send(&self, frame: Frame) -> Result<(), Broken> {
        self.offer(frame).map_err(|_| Broken::Ended)
    }

    fn recv(&self, wait: Wait) -> Result<Option<Frame>, Broken> {
        loop {
            return match self.next(wait)? {
                Some(Item::Frame(frame)) => {
                    self.back.release(frame.body.len());
                    Ok(Some(frame))
                }
                Some(Item::Interrupt) => {
                    self.back.interrupted.store(false, Ordering::SeqCst);
                    // A receive that does not wait takes what lies behind the interruption.
                    if matches!(wait, Wait::No | Wait::Buffered) {
                        continue;
                    }
                    Ok(None)
                }
                Some(Item::End) => {
                    // The next receive finds the end too.
                    let _ = self.back.items.send(Item::End);
                    Err(Broken::Ended)
                }
                None if self.never_waits && wait == Wait::Forever => Err(Broken::Ended),
                None => Ok(None),
            };
        }
    }

    fn close(&self) {
        self.out.end();
        self.back.end();
    }

    fn arm(&self, who: &Weak<dyn Doorbell>) {
        *self.back.doorbell.lock() = Some(Weak::clone(who));
        if !self.incoming.is_empty() {
            self.back.tell();
        }
    }

    fn disarm(&self) {
        *self.back.doorbell.lock() = None;
    }

    /// Ends the wait of this end. Where a worker runs inside its caller, it is the caller who waits
    /// for both.
    fn interrupt(&self) {
        let direction = if self.never_waits { &self.out } else { &self.back };
        if direction.interrupted.swap(true, Ordering::SeqCst) {
            return;
        }
        let _ = direction.put(Item::Interrupt);
    }

    #[cfg(feature = "process")]
    fn wait_beside(&self, others: &[PollTarget], until: Option<Instant>) -> bool {
        if self.event.get().is_none()
            && let Ok(event) = EventFd::new()
        {
            let _ = self.event.set(Arc::new(event));
        }
        let Some(event) = self.event.get() else { return false };
        let doorbell: Weak<dyn Doorbell> = Arc::<EventFd>::downgrade(event);
        self.arm(&doorbell);
        let [is_rung] = poll_until([event.as_fd()], others, until);
        self.disarm();
        if is_rung {
            event.read();
        }
        true
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Local")
    }
}
