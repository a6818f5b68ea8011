//! Channels between two threads of one process: no encoding, no second process.

use std::{sync::mpsc, thread};

use crate::{NOTE, TEXT};

/// What goes to the other thread.
pub enum Request {
    Echo(String),
    Note(String),
    Count,
}

/// What comes back.
pub enum Reply {
    Text(String),
    Count(u64),
}

/// The two ends of a thread that echoes and counts, over whatever channel.
pub struct Partner<Send, Receive> {
    send: Send,
    receive: Receive,
}

fn serve(requests: impl Iterator<Item = Request>, mut reply: impl FnMut(Reply)) {
    let mut notes = 0;
    for request in requests {
        match request {
            Request::Echo(text) => reply(Reply::Text(text)),
            Request::Note(text) => notes += u64::from(!text.is_empty()),
            Request::Count => reply(Reply::Count(notes)),
        }
    }
}

/// A thread behind channels of the standard library.
#[must_use]
pub fn std_mpsc() -> Partner<impl Fn(Request), impl Fn() -> Option<Reply>> {
    let (out, requests) = mpsc::channel();
    let (replies, back) = mpsc::channel();
    thread::spawn(move || {
        serve(requests.into_iter(), |reply| drop(replies.send(reply)));
    });
    Partner { send: move |request| drop(out.send(request)), receive: move || back.recv().ok() }
}

/// A thread behind channels of crossbeam.
#[must_use]
pub fn crossbeam() -> Partner<impl Fn(Request), impl Fn() -> Option<Reply>> {
    let (out, requests) = crossbeam_channel::unbounded();
    let (replies, back) = crossbeam_channel::unbounded();
    thread::spawn(move || {
        serve(requests.into_iter(), |reply| drop(replies.send(reply)));
    });
    Partner { send: move |request| drop(out.send(request)), receive: move || back.recv().ok() }
}

impl<Send: Fn(Request), Receive: Fn() -> Option<Reply>> Partner<Send, Receive> {
    /// Sends the text and gets it back; `None` if the thread has ended.
    pub fn round_trip(&self) -> Option<String> {
        (self.send)(Request::Echo(TEXT.to_owned()));
        match (self.receive)()? {
            Reply::Text(text) => Some(text),
            Reply::Count(_) => None,
        }
    }

    /// Sends one note.
    pub fn note(&self) {
        (self.send)(Request::Note(NOTE.to_owned()));
    }

    /// How many notes came so far; `None` if the thread has ended.
    pub fn notes(&self) -> Option<u64> {
        (self.send)(Request::Count);
        match (self.receive)()? {
            Reply::Count(count) => Some(count),
            Reply::Text(_) => None,
        }
    }
}
