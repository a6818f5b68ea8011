//! Two ends in one process, of which each can go to another one. What is sent from then on goes
//! through a socket; what was sent before comes first.

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use super::{Broken, Departed, Doorbell, Local, Socket, Transport, Wait};
use crate::{
    codec::{Attachments, Frame},
    sync::{Arc, AtomicBool, Mutex, OnceLock, Ordering, Weak},
};

/// Where one end sends to when the other has left the process.
#[derive(Debug, Default)]
struct Onward {
    socket: OnceLock<Arc<Socket>>,
}

/// One end of a pair.
#[derive(Debug)]
pub(crate) struct Pair {
    local: Local,
    onward: Arc<Onward>,
    /// That of the other end.
    others: Weak<Onward>,
    /// Held while either end leaves: each finds the other where it is.
    leaving: Arc<Mutex<()>>,
    /// All that the other end had sent before it left is received.
    caught_up: AtomicBool,
    /// How long a message may be that comes in through a socket.
    max: usize,
}

impl Pair {
    /// Two connected ends.
    pub(crate) fn new(max: usize) -> (Self, Self) {
        let (left, right) = Local::pair();
        let (at_left, at_right) = <(Arc<Onward>, Arc<Onward>)>::default();
        let others = [Arc::downgrade(&at_right), Arc::downgrade(&at_left)];
        let [others_of_left, others_of_right] = others;
        let leaving = Arc::<Mutex<()>>::default();
        let end = |local, onward, others| Self {
            local,
            onward,
            others,
            leaving: Arc::clone(&leaving),
            caught_up: AtomicBool::new(false),
            max,
        };
        (end(left, at_left, others_of_left), end(right, at_right, others_of_right))
    }

    /// What leads to the other end, if that has left.
    fn socket(&self) -> Option<&Arc<Socket>> {
        self.onward.socket.get()
    }

    /// The same, once the other end is neither here nor just leaving.
    fn socket_behind_the_end(&self) -> Result<&Arc<Socket>, Broken> {
        drop(self.leaving.lock());
        self.socket().ok_or(Broken::Ended)
    }

    /// The socket, if it is from there that this end receives now.
    fn source(&self) -> Option<&Arc<Socket>> {
        self.socket().filter(|_| self.caught_up.load(Ordering::SeqCst))
    }
}

impl Transport for Pair {
    fn room(&self, wait: Wait) -> Result<(), Broken> {
        if self.socket().is_none() {
            self.local.room(wait)?;
        }
        self.socket().map_or(Ok(()), |socket| socket.room(wait))
    }

    fn send(&self, mut frame: Frame) -> Result<(), Broken> {
        if self.socket().is_none() {
            match self.local.offer(frame) {
                Ok(()) => return Ok(()),
                Err(refused) => frame = refused,
            }
        }
        let socket = self.socket_behind_the_end()?;
        frame.body.attachments().pack().map_err(|_| Broken::Ended)?;
        socket.send(frame)
    }

    fn recv(&self, wait: Wait) -> Result<Option<Frame>, Broken> {
        if let Some(socket) = self.source() {
            return socket.recv(wait);
        }
        match self.local.recv(wait) {
            Err(Broken::Ended) => {
                let socket = self.socket_behind_the_end()?;
                self.caught_up.store(true, Ordering::SeqCst);
                socket.recv(wait)
            }
            other => other,
        }
    }

    fn close(&self) {
        self.local.close();
        if let Some(socket) = self.socket() {
            socket.close();
        }
    }

    fn leaves_process(&self) -> bool {
        self.socket().is_some()
    }

    fn is_watched_by_reactor(&self) -> bool {
        self.source().is_some()
    }

    fn arm(&self, doorbell: &Weak<dyn Doorbell>) {
        match self.source() {
            Some(socket) => socket.arm(doorbell),
            None => self.local.arm(doorbell),
        }
    }

    fn disarm(&self) {
        match self.source() {
            Some(socket) => socket.disarm(),
            None => self.local.disarm(),
        }
    }

    fn linger(&self) {
        if let Some(socket) = self.socket() {
            socket.linger();
        }
    }

    fn check(&self, mut carried: Vec<Attachments>) -> Result<(), String> {
        carried.extend(self.local.carried());
        match self.socket() {
            Some(socket) => socket.check(carried),
            None => carried.iter().try_for_each(Attachments::check),
        }
    }

    fn depart(&self, queued: &mut Vec<Frame>) -> Result<Departed, String> {
        if self.socket().is_none() {
            // What a message carries may be the other end, which then leaves here.
            for frame in queued.iter_mut() {
                frame.body.attachments().pack()?;
            }
        }
        let leaving = self.leaving.lock();
        if let Some(socket) = self.socket() {
            queued.extend(self.local.rest());
            self.caught_up.store(true, Ordering::SeqCst);
            return socket.depart(queued);
        }
        let flags = SocketFlags::CLOEXEC;
        let ends = socketpair(AddressFamily::UNIX, SocketType::STREAM, flags, None);
        let (near, far) = ends.map_err(|error| error.to_string())?;
        let near = Socket::new(near, self.max);
        // A sender at the other end finds this one closed, and then waits until it has left.
        self.local.close();
        queued.extend(self.local.rest());
        for mut frame in queued.drain(..) {
            // What was sent in this very moment and cannot leave is an error for who receives it.
            if frame.body.attachments().pack().is_err() {
                *frame.body.attachments() = Attachments::default();
            }
            let _ = near.send(frame);
        }
        near.linger();
        if let Some(onward) = self.others.upgrade() {
            let _ = onward.socket.set(near);
        }
        drop(leaving);
        Ok(Departed { end: far, unread: Vec::new(), unsent: Vec::new() })
    }
}
