//! One end of a link, with the threads and tasks that wait at it.
//!
//! The first thread that waits is the leader: it takes frames off the link and hands each to the
//! request, the inbox or the thread that it is for. Other threads that wait are followers: they
//! sleep until what they wait for is there, or until one of them is promoted to leader. The reactor
//! reads only while no thread waits.
//!
//! Invariants:
//!
//! 1. Only the holder of `leader` receives from `link`.
//! 2. No thread holds `state` while it waits or sends.
//! 3. A thread that unlocks `leader`, or that stops waiting although it may have been promoted,
//!    promotes the next follower, or arms the doorbell if there is none.

mod leaving;
mod reading;
mod requesting;

use std::time::{Duration, Instant};

use super::{
    disconnect_cause::ExitEvent,
    state::{LinkState, Role, Waiter},
};
use crate::{
    codec::{Body, Frame},
    protocol::Packet,
    sync::{Arc, AtomicBool, Mutex, MutexGuard, Ordering, Weak, now, park, thread},
    transport::{Broken, Doorbell, Transport, UNREAD_MOST, Wait},
};

/// How many bytes of frames one look takes in at most: as many as can wait at two ends that keep
/// to the limits. A peer that never stops sending must not keep the reading thread for ever.
const LOOK_MOST: usize = 2 * UNREAD_MOST;

/// The same for coproc's own thread, which has others to look after.
const ATTENTION_MOST: usize = 1 << 20;

fn is_over(until: Option<Instant>) -> bool {
    until.is_some_and(|until| until <= now())
}

/// The result of one read of the leader.
enum ReadOutcome<R> {
    /// It took in a frame, and what it looked for has arrived.
    Found(R),
    /// It took in a frame.
    Frame,
    /// No frame came, or none counts any more.
    Nothing,
}

/// One end of a link.
#[derive(Debug)]
pub(crate) struct Endpoint {
    link: Arc<dyn Transport>,
    state: Mutex<LinkState>,
    leader: Mutex<()>,
    armed: AtomicBool,
    concluded: AtomicBool,
    role: Role,
    this: Weak<Endpoint>,
}

impl Endpoint {
    /// An end of `link` with channels of these capacities.
    pub(crate) fn new(
        link: Arc<dyn Transport>,
        role: Role,
        capacities: Vec<usize>,
        aging: Option<Duration>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            link,
            state: Mutex::new(LinkState::new(capacities, aging)),
            leader: Mutex::new(()),
            armed: AtomicBool::new(false),
            concluded: AtomicBool::new(false),
            role,
            this: Weak::clone(this),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, LinkState> {
        self.state.lock()
    }

    /// Whether it is known how the peer ended.
    pub(crate) fn is_concluded(&self) -> bool {
        self.concluded.load(Ordering::SeqCst)
    }

    /// The peer has ended; gives the threads and tasks to wake.
    fn conclude(&self, state: &mut LinkState, exit: ExitEvent) -> Vec<Waiter> {
        let wake = state.conclude(exit);
        self.concluded.store(true, Ordering::SeqCst);
        wake
    }

    pub(crate) fn link(&self) -> &dyn Transport {
        &*self.link
    }

    /// Makes what a message carries ready to go over this link.
    ///
    /// # Errors
    ///
    /// What cannot go, and why.
    pub(crate) fn pack(&self, body: &mut Body) -> Result<(), String> {
        if self.link.leaves_process() { body.attachments().pack() } else { Ok(()) }
    }

    /// Sends a frame that no answer comes to.
    pub(crate) fn send(&self, packet: Packet, body: Body) -> Result<(), Broken> {
        self.link.send(Frame { packet, body })
    }

    /// Sends an answer or a note without content.
    pub(crate) fn note(&self, packet: Packet) -> Result<(), Broken> {
        self.link.send(Frame::bare(packet))
    }

    /// Waits until `check` finds what it looks for, until `until` at the latest.
    pub(crate) fn wait_for<R>(
        &self,
        what: Option<u64>,
        until: Option<Instant>,
        mut check: impl FnMut(&mut LinkState) -> Option<R>,
    ) -> Option<R> {
        loop {
            let Some(leader) = self.leader.try_lock() else {
                if let Some(found) = check(&mut self.state()) {
                    return Some(found);
                }
                if is_over(until) {
                    // This thread may have been promoted a moment ago.
                    self.arm_if_idle();
                    return None;
                }
                if let Some(found) = self.follow(what, until, &mut check) {
                    return Some(found);
                }
                continue;
            };
            let (mut found, closed) = self.look(&mut check);
            let over = is_over(until);
            if found.is_none() && !over && !closed {
                found = self.read_until(until, &mut check);
                self.take_in_buffered();
            }
            drop(leader);
            self.promote_next();
            if found.is_some() || over {
                return found;
            }
            // Nothing more can be read for now, and who waits is woken when that changes.
            if closed && let Some(found) = self.follow(what, until, &mut check) {
                return Some(found);
            }
        }
    }

    /// Takes in what has come, without waiting, unless another thread is the leader.
    pub(crate) fn drain(&self) {
        self.drain_to_the_end();
    }

    /// The same; `false` if another thread is the leader, which may hold what has come and is not
    /// yet taken in.
    pub(crate) fn drain_to_the_end(&self) -> bool {
        self.drain_up_to(LOOK_MOST)
    }

    fn drain_up_to(&self, most: usize) -> bool {
        let Some(leader) = self.leader.try_lock() else { return false };
        let mut first = None;
        loop {
            if self.is_stuffed() {
                break;
            }
            // How much has been taken in since the first frame, as of the lock that it came under.
            let mut taken = 0;
            let read = self.read(Wait::No, &mut |state| {
                taken = state.taken_in.wrapping_sub(*first.get_or_insert(state.taken_in));
                None::<()>
            });
            if matches!(read, ReadOutcome::Nothing) {
                break;
            }
            if taken >= most as u64 {
                // What is buffered here is taken in at any rate: nothing tells of it again.
                self.take_in_buffered();
                break;
            }
        }
        drop(leader);
        self.promote_next();
        true
    }

    /// Takes in at least one frame, waiting for it until `wait` ends or an interruption.
    pub(crate) fn take_in_some(&self, wait: Wait) {
        let leader = self.leader.lock();
        if self.take_in(wait) {
            self.take_in_buffered();
        }
        drop(leader);
    }

    /// Has the reactor read while no thread waits.
    pub(crate) fn arm_if_idle(&self) {
        if self.armed.load(Ordering::SeqCst) {
            return;
        }
        if let Some(leader) = self.leader.try_lock() {
            drop(leader);
            self.promote_next();
        }
    }

    /// The peer has ended: takes in what it has sent, and then decides all that is open as `exit`
    /// says.
    pub(crate) fn finish(&self, exit: impl FnOnce(&LinkState) -> ExitEvent) {
        self.link.close();
        let leader = self.leader.lock();
        // The link is closed, so that it comes to its end, whatever interrupts.
        while self.take_in(Wait::No) || !self.state().ended {}
        let wake = {
            let mut state = self.state();
            let exit = exit(&state);
            self.conclude(&mut state, exit)
        };
        drop(leader);
        wake.into_iter().for_each(Waiter::wake);
    }

    /// What `check` finds, and whether nothing more is to be read: none comes, or what has come is
    /// to be received first.
    fn look<R>(&self, check: &mut impl FnMut(&mut LinkState) -> Option<R>) -> (Option<R>, bool) {
        let mut state = self.state();
        (check(&mut state), state.ended || state.is_stuffed())
    }

    fn read_until<R>(
        &self,
        until: Option<Instant>,
        check: &mut impl FnMut(&mut LinkState) -> Option<R>,
    ) -> Option<R> {
        if self.armed.load(Ordering::SeqCst) {
            // In this order: a thread that arms at the same time then finds it done, or does it anew.
            self.link.disarm();
            self.armed.store(false, Ordering::SeqCst);
        }
        loop {
            match self.read(Wait::until(until), check) {
                ReadOutcome::Found(found) => return Some(found),
                // Frames that keep coming would put the end of the time off for ever.
                ReadOutcome::Frame if !is_over(until) && !self.is_stuffed() => {}
                ReadOutcome::Frame | ReadOutcome::Nothing => return None,
            }
        }
    }

    /// Takes in what was read with the last frame: no descriptor tells of it any more.
    fn take_in_buffered(&self) {
        while !self.is_stuffed() && self.take_in(Wait::Buffered) {}
    }

    /// Whether so much waits to be received by hand that no more should be read.
    fn is_stuffed(&self) -> bool {
        matches!(self.role, Role::Function | Role::Peer) && self.state().is_stuffed()
    }

    fn follow<R>(
        &self,
        what: Option<u64>,
        until: Option<Instant>,
        check: &mut impl FnMut(&mut LinkState) -> Option<R>,
    ) -> Option<R> {
        let (token, found) = {
            let mut state = self.state();
            (state.add_waiter(what, Waiter::Thread(thread::current())), check(&mut state))
        };
        // Between the look above and this one the leader may have left without seeing us.
        let (_, closed) = self.look(&mut |_| None::<()>);
        let free = !closed && self.leader.try_lock().is_some();
        if found.is_none() && !free {
            park(until);
        }
        let found = {
            let mut state = self.state();
            state.remove_waiter(token);
            found.or_else(|| check(&mut state))
        };
        if found.is_some() || is_over(until) {
            self.arm_if_idle();
        }
        found
    }

    /// Promotes a follower to leader, or arms the doorbell if there is none.
    fn promote_next(&self) {
        let arm = {
            let mut state = self.state();
            if state.ended {
                let on_end = state.on_end.take();
                drop(state);
                if let Some(on_end) = on_end.and_then(|on_end| on_end.upgrade()) {
                    on_end.ring();
                }
                return;
            }
            match state.next_leader() {
                Some(thread) => {
                    thread.unpark();
                    false
                }
                None => state.wants_attention(),
            }
        };
        if arm && !self.armed.swap(true, Ordering::SeqCst) {
            let this: Weak<dyn Doorbell> = Weak::<Endpoint>::clone(&self.this);
            self.link.arm(&this);
        }
    }
}

impl Doorbell for Endpoint {
    fn ring(&self) {
        self.armed.store(false, Ordering::SeqCst);
        let reactor = self.link.is_watched_by_reactor();
        self.drain_up_to(if reactor { ATTENTION_MOST } else { LOOK_MOST });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Local;
    use crate::{
        link::{DisconnectCause, Outcome},
        protocol::Status,
    };

    /// A caller's end that has this many notes to take in.
    fn flooded(notes: u64) -> (Arc<Endpoint>, Local) {
        let (near, far) = Local::pair();
        let endpoint = Endpoint::new(Arc::new(near), Role::Caller, vec![1], None);
        for _ in 0..notes {
            let note = Packet::Unheard { errors: 1 };
            far.send(Frame::bare(note)).unwrap();
        }
        (endpoint, far)
    }

    #[test]
    fn a_deadline_holds_while_there_is_more_to_take_in() {
        let (endpoint, _far) = flooded(100);
        assert!(endpoint.read_until(Some(Instant::now()), &mut |_| None::<()>).is_none());
        assert_eq!(endpoint.state().unheard, 1);
    }

    /// Beyond that, only what one read has brought already.
    #[cfg(feature = "process")]
    #[test]
    fn a_look_takes_in_no_more_than_it_may() {
        use std::{io::Write, os::unix::net::UnixStream};

        let (near, mut far) = UnixStream::pair().unwrap();
        let socket = crate::transport::Socket::new(near.into(), 0);
        let endpoint = Endpoint::new(socket, Role::Caller, vec![1], None);
        let note = Packet::Unheard { errors: 1 };
        far.write_all(&Frame::bare(note).into_bytes().repeat(1000)).unwrap();
        endpoint.drain_up_to(1);
        let first = endpoint.state().unheard;
        assert!(0 < first && first < 1000, "{first} taken in");
        endpoint.drain();
        assert_eq!(endpoint.state().unheard, 1000);
    }

    #[test]
    fn what_follows_a_breach_does_not_count() {
        let (endpoint, far) = flooded(1);
        let id = endpoint.expect();
        far.send(Frame::bare(Packet::Ended(Status::Value))).unwrap();
        far.send(Frame::bare(Packet::Hello { pid: 1 })).unwrap();
        far.send(Frame::bare(Packet::Answer { id, status: Status::Value })).unwrap();
        endpoint.drain();
        assert!(endpoint.state().ended && endpoint.state().farewell.is_none());
        endpoint.finish(|state| ExitEvent {
            cause: DisconnectCause::Protocol(state.violation.clone().unwrap()),
            begun: None,
        });
        let outcome = endpoint.wait(id, None);
        assert!(
            matches!(outcome, Some(Outcome::Unstarted(DisconnectCause::Protocol(_)))),
            "{outcome:?}"
        );
    }
}
