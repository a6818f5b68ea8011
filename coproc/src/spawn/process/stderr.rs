//! The standard error of workers: it is passed on, and the last of it is kept.

use std::{
    collections::VecDeque,
    io::{self, Write},
    os::fd::OwnedFd,
};

use rustix::{
    event::epoll::EventFlags,
    fs::{OFlags, fcntl_setfl},
    pipe::{PipeFlags, pipe_with},
};

use crate::{
    sync::{Arc, Mutex, OnceLock, Weak},
    transport::reactor::{Reactor, Ready, Token},
};

/// How much is kept, in bytes: a long backtrace may follow the message that tells the cause.
const KEPT: usize = 64 * 1024;

/// How much of it a report shows, in bytes.
const SHOWN: usize = 4096;

/// How much is read at once, in bytes.
const PIECE: usize = 4096;

/// What one worker writes to its standard error.
#[derive(Debug)]
pub(super) struct Tail {
    pipe: OwnedFd,
    token: OnceLock<Token>,
    last: Mutex<VecDeque<u8>>,
}

/// The reactor that passes standard error on. It is not the one of connections, since the reader of this
/// process's standard error may be slow, and then only workers that write much should wait for it.
fn relay() -> io::Result<&'static Reactor> {
    static RELAY: OnceLock<Reactor> = OnceLock::new();
    Reactor::start(&RELAY, "coproc-stderr")
}

impl Tail {
    /// A tail, and the end of the pipe that the worker is to write to.
    pub(super) fn new() -> io::Result<(Arc<Self>, OwnedFd)> {
        let (read, write) = pipe_with(PipeFlags::CLOEXEC)?;
        fcntl_setfl(&read, OFlags::NONBLOCK)?;
        let last = Mutex::default();
        let tail = Arc::new(Self { pipe: read, token: OnceLock::new(), last });
        let ready: Weak<dyn Ready> = Arc::<Self>::downgrade(&tail);
        let token = relay()?.register(&tail.pipe, ready)?;
        let _ = tail.token.set(token);
        tail.watch();
        Ok((tail, write))
    }

    /// The last of what was written, all of it if the worker has ended.
    pub(super) fn last(&self) -> String {
        self.hand_on_rest();
        let mut last = self.last.lock();
        String::from_utf8_lossy(last.make_contiguous()).into_owned()
    }

    /// Passes on what is left, once the worker has ended: this process may be about to end, too.
    pub(super) fn pass_on_rest(&self) {
        self.hand_on_rest();
        if let Ok(relay) = relay() {
            relay.catch_up();
        }
    }

    fn hand_on_rest(&self) {
        let (rest, _) = self.read();
        if !rest.is_empty()
            && let Ok(relay) = relay()
        {
            let _ = relay.post(move || pass_on(&rest));
        }
    }

    fn watch(&self) {
        if let (Ok(relay), Some(token)) = (relay(), self.token.get()) {
            relay.watch(&self.pipe, *token, EventFlags::IN);
        }
    }

    /// Reads what has been written; `true` if more may come.
    fn read(&self) -> (Vec<u8>, bool) {
        let mut read = Vec::new();
        let mut last = self.last.lock();
        let mut piece = [0; PIECE];
        // Bounded, so that a worker that writes without end does not keep others waiting.
        for _ in 0..64 {
            match rustix::io::read(&self.pipe, &mut piece[..]) {
                Ok(0) => return (read, false),
                Ok(count) => {
                    let piece = &piece[..count];
                    read.extend_from_slice(piece);
                    last.extend(piece);
                    let over = last.len().saturating_sub(KEPT);
                    last.drain(..over);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => break,
            }
        }
        (read, true)
    }
}

/// The last part of `said`, which a report shows.
pub(super) fn end(said: &str) -> &str {
    let mut from = said.len().saturating_sub(SHOWN);
    while !said.is_char_boundary(from) {
        from += 1;
    }
    &said[from..]
}

fn pass_on(text: &[u8]) {
    // Standard error may be closed.
    let _ = io::stderr().write_all(text);
}

impl Ready for Tail {
    fn ready(&self, _: EventFlags) {
        let (text, more) = self.read();
        pass_on(&text);
        if more {
            self.watch();
        }
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        if let (Ok(relay), Some(token)) = (relay(), self.token.get()) {
            relay.forget(&self.pipe, *token);
        }
    }
}
