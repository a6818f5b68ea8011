//! The reactor: coproc's own thread, which watches descriptors while no other thread does.
//!
//! It learns of the death of processes, reads for callers that wait in an async runtime, and
//! finishes writes that the kernel had no room for. It starts with the first process that is
//! spawned, sleeps in the kernel while nothing happens, and lives as long as this process:
//! processes are spawned from it, because the kernel ties a worker's death signal to the life of
//! the thread that spawned it, `PR_SET_PDEATHSIG(2const)`.

use std::{
    collections::HashMap,
    io,
    os::fd::{AsFd, OwnedFd},
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use rustix::event::{EventfdFlags, epoll, eventfd};

use crate::sync::{
    AtomicU64, Mutex, OnceLock, Ordering, Weak,
    thread::{self, ThreadId},
};

/// Told on the reactor's thread when a descriptor is ready.
pub(crate) trait Ready: Send + Sync {
    /// The descriptor can be read or written, or its peer is gone. It is watched again only when
    /// [`Reactor::watch`] asks for it.
    fn ready(&self, events: epoll::EventFlags);
}

type Command = Box<dyn FnOnce() + Send>;

/// Identifies a watched descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Token(u64);

const WAKE: u64 = 0;

/// How long a thread waits for the reactor to run what it was given.
const PATIENCE: Duration = Duration::from_secs(1);

/// The name of the reactor's thread.
const NAME: &str = "coproc";

pub(crate) struct Reactor {
    epoll: OwnedFd,
    wake: OwnedFd,
    sources: Mutex<HashMap<u64, Weak<dyn Ready>>>,
    next: AtomicU64,
    commands: Sender<Command>,
    /// The thread that runs it.
    runs_on: OnceLock<ThreadId>,
}

impl Reactor {
    /// The reactor of this process; starts it if this is the first call.
    pub(crate) fn get() -> io::Result<&'static Self> {
        static REACTOR: OnceLock<Reactor> = OnceLock::new();
        Self::start(&REACTOR, NAME)
    }

    /// The reactor that lives in `cell`; starts it, with a thread of this name, if there is none.
    pub(crate) fn start(
        cell: &'static OnceLock<Self>,
        name: &'static str,
    ) -> io::Result<&'static Self> {
        static STARTING: Mutex<()> = Mutex::new(());
        if let Some(reactor) = cell.get() {
            return Ok(reactor);
        }
        let _starting = STARTING.lock();
        if let Some(reactor) = cell.get() {
            return Ok(reactor);
        }
        let (commands, queue) = unbounded();
        let reactor = Self::new(commands)?;
        let (give, take) = bounded::<&'static Self>(1);
        // The thread comes first: a reactor without a thread must never be found in its cell.
        thread::Builder::new().name(name.into()).spawn(move || {
            if let Ok(reactor) = take.recv() {
                reactor.run(&queue);
            }
        })?;
        let reactor = cell.get_or_init(|| reactor);
        let _ = give.send(reactor);
        Ok(reactor)
    }

    fn new(commands: Sender<Command>) -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &wake, epoll::EventData::new_u64(WAKE), epoll::EventFlags::IN)?;
        let sources = Mutex::new(HashMap::new());
        Ok(Self {
            epoll,
            wake,
            sources,
            next: AtomicU64::new(WAKE + 1),
            commands,
            runs_on: OnceLock::new(),
        })
    }

    /// Registers a descriptor that is watched for nothing yet but the end of its peer, which the
    /// kernel always tells of, `epoll_ctl(2)`.
    pub(crate) fn register(&self, fd: impl AsFd, source: Weak<dyn Ready>) -> io::Result<Token> {
        let token = self.next.fetch_add(1, Ordering::Relaxed);
        self.sources.lock().insert(token, source);
        let flags = epoll::EventFlags::ONESHOT;
        match epoll::add(&self.epoll, fd, epoll::EventData::new_u64(token), flags) {
            Ok(()) => Ok(Token(token)),
            Err(error) => {
                self.sources.lock().remove(&token);
                Err(error.into())
            }
        }
    }

    /// Watches a registered descriptor for `events`, until the first of them happens.
    pub(crate) fn watch(&self, fd: impl AsFd, token: Token, events: epoll::EventFlags) {
        let flags = events | epoll::EventFlags::ONESHOT;
        // It fails only for a descriptor that is not registered.
        let _ = epoll::modify(&self.epoll, fd, epoll::EventData::new_u64(token.0), flags);
    }

    /// Forgets a descriptor; to be called before it is closed.
    pub(crate) fn forget(&self, fd: impl AsFd, token: Token) {
        let _ = epoll::delete(&self.epoll, fd);
        self.sources.lock().remove(&token.0);
    }

    /// Runs `job` on the reactor's thread and waits for what it gives.
    pub(crate) fn run_here<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        if self.runs_on.get() == Some(&thread::current().id()) {
            return Ok(job());
        }
        let (give, take) = bounded(1);
        self.post(move || drop(give.send(job())))?;
        take.recv().map_err(|_| io::Error::other("the thread `coproc` has ended or panicked"))
    }

    /// Waits until what was ready or posted before is done with; not for long, should its thread be
    /// held up.
    pub(crate) fn catch_up(&self) {
        if self.runs_on.get() == Some(&thread::current().id()) {
            return;
        }
        let (give, take) = bounded(1);
        let caught_up = move || {
            let _ = give.send(());
        };
        if self.post(caught_up).is_ok() {
            let _ = take.recv_timeout(PATIENCE);
        }
    }

    /// Runs `job` on the reactor's thread, some time.
    pub(crate) fn post(&self, job: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let gone = |_| io::Error::other("a thread of coproc's has ended");
        self.commands.send(Box::new(job)).map_err(gone)?;
        rustix::io::write(&self.wake, &1u64.to_ne_bytes())?;
        Ok(())
    }

    fn run(&self, commands: &Receiver<Command>) {
        let _ = self.runs_on.set(thread::current().id());
        let mut events = Vec::with_capacity(64);
        loop {
            events.clear();
            // The only failure that can happen to a valid epoll is an interruption.
            let _ = epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), None);
            for event in &events {
                match event.data.u64() {
                    WAKE => drop(rustix::io::read(&self.wake, &mut [0; 8])),
                    token => self.tell(token, event.flags),
                }
            }
            while let Ok(job) = commands.try_recv() {
                survive(job);
            }
        }
    }

    fn tell(&self, token: u64, events: epoll::EventFlags) {
        let source = self.sources.lock().get(&token).cloned();
        survive(|| {
            if let Some(source) = source.and_then(|source| source.upgrade()) {
                source.ready(events);
            }
        });
    }
}

/// A panic of one is not to end the thread that all others depend on. It poisons no lock here.
fn survive(body: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(body));
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use rustix::event::epoll::EventFlags;

    use super::*;
    use crate::sync::Arc;

    struct Panicking;

    impl Ready for Panicking {
        fn ready(&self, _: EventFlags) {
            panic!("ready for nothing")
        }
    }

    struct Telling(Sender<EventFlags>);

    impl Ready for Telling {
        fn ready(&self, events: EventFlags) {
            let _ = self.0.send(events);
        }
    }

    fn reactor() -> &'static Reactor {
        static REACTOR: OnceLock<Reactor> = OnceLock::new();
        Reactor::start(&REACTOR, "a reactor").unwrap()
    }

    #[test]
    fn it_survives_a_job_that_panics() {
        let panicked = reactor().run_here(|| panic!("no job"));
        assert!(panicked.is_err_and(|error| error.to_string().contains("panicked")));
        assert_eq!(reactor().run_here(|| 7).unwrap(), 7);
    }

    #[test]
    fn it_survives_a_source_that_panics() {
        let (near, far) = UnixStream::pair().unwrap();
        let panicking: Arc<dyn Ready> = Arc::new(Panicking);
        let token = reactor().register(&near, Arc::downgrade(&panicking)).unwrap();
        reactor().watch(&near, token, EventFlags::IN);
        drop(far);
        reactor().catch_up();
        let (give, take) = unbounded();
        let telling: Arc<dyn Ready> = Arc::new(Telling(give));
        let (near, far) = UnixStream::pair().unwrap();
        reactor().register(&near, Arc::downgrade(&telling)).unwrap();
        drop(far);
        // It is a bound for hangs only.
        let events = take.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(events.contains(EventFlags::HUP));
    }
}
