//! What each kind of end makes of the bytes that the other end says before it goes.

use std::{
    fmt::{Debug, Display, Write as _},
    io::{Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    thread,
};

use coproc::{__private::fuzz, Messenger, messenger::RecvError, prelude::*};

use crate::wire::heads;

/// How large messages may be at these ends.
pub(crate) const MAX: usize = 64 << 20;

/// A value that is as deep as it likes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Chain(Option<Box<Chain>>);

#[derive(Default)]
pub(crate) struct Subject;

#[worker(pub(crate), channels(control(capacity = 2), data(capacity = 2)), event = String)]
impl Subject {
    #[init]
    fn new() -> Self {
        Self
    }

    #[message]
    fn text(&self, text: &str) -> String {
        text.to_owned()
    }

    #[message(channel = data)]
    fn units(&self, units: Vec<()>) -> Vec<()> {
        units
    }

    #[message]
    fn chain(&self, chain: Chain) -> Result<Chain, String> {
        Ok(chain)
    }
}

#[worker]
fn talk(messenger: Messenger<String, String>) -> u64 {
    drop(messenger);
    0
}

fn outcome<T: Debug, E: Display + Debug>(result: &Result<T, E>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(error) => format!("{error}"),
    }
}

/// The end of a caller with the calls 1 (`text`), 2 (`units`) and 3 (`chain`) open, and 4 given up.
fn caller(bytes: &[u8]) -> String {
    let (near, mut far) = UnixStream::pair().unwrap();
    let subject = fuzz::caller::<Subject>(near.into(), MAX).unwrap();
    let text = subject.text("x").send().unwrap();
    let units = subject.units(Vec::new()).send().unwrap();
    let chain = subject.chain(Chain::default()).send().unwrap();
    drop(subject.text("y").send().unwrap());
    far.write_all(bytes).unwrap();
    drop(far);
    let events = subject.worker().events().count();
    let mut said = String::new();
    writeln!(said, "text: {}", outcome(&text.wait())).unwrap();
    writeln!(said, "units: {}", outcome(&units.wait())).unwrap();
    writeln!(said, "chain: {}", outcome(&chain.wait())).unwrap();
    writeln!(said, "join: {}", outcome(&subject.worker().join())).unwrap();
    let stats = subject.worker().stats();
    assert_eq!(stats.remaining, 0);
    let (unheard, late, missed) = (stats.unheard_errors, stats.late_replies, stats.missed_events);
    writeln!(said, "events: {events}, missed: {missed}, unheard: {unheard}, late: {late}").unwrap();
    said
}

/// The end of a worker, which is asked to go on until its owner has nothing more to say.
fn worker(bytes: &[u8]) -> String {
    let (near, mut far) = UnixStream::pair().unwrap();
    far.write_all(bytes).unwrap();
    far.shutdown(Shutdown::Write).unwrap();
    let mut answers = Vec::new();
    let (violation, read) = thread::scope(|scope| {
        let reader = scope.spawn(|| far.read_to_end(&mut answers));
        (fuzz::serve::<Subject>(near.into()), reader.join().unwrap())
    });
    // What was answered before the breach is a question of time.
    violation.map_or_else(
        || format!("ended; {} bytes of answers: {:?}\n", read.unwrap(), heads(&answers)),
        |text| format!("broken: {text}\n"),
    )
}

/// A messenger with two requests open, 1 and 2.
fn by_hand(bytes: &[u8]) -> String {
    let (near, mut far) = UnixStream::pair().unwrap();
    let messenger = fuzz::messenger::<String, String, ()>(near.into());
    messenger.send_requests(["a".to_owned(), "b".to_owned()]).unwrap();
    far.write_all(bytes).unwrap();
    drop(far);
    let received = received(&messenger);
    assert!(messenger.send("c".into()).is_err());
    format!("{received}; remaining {}\n", messenger.remaining())
}

/// The host's end of a function worker, with the requests 1 and 2 open.
fn function(bytes: &[u8]) -> String {
    let (near, mut far) = UnixStream::pair().unwrap();
    let talk = fuzz::caller::<Talk>(near.into(), MAX).unwrap();
    talk.messenger().send_requests(["a".to_owned(), "b".to_owned()]).unwrap();
    far.write_all(bytes).unwrap();
    drop(far);
    let received = received(talk.messenger());
    format!("{received}; join: {}\n", outcome(&talk.worker().join()))
}

/// What is received until nothing is left.
fn received(messenger: &Messenger<String, String>) -> String {
    let mut all = Vec::new();
    loop {
        let received = messenger.recv();
        all.push(outcome(&received));
        match received {
            Err(RecvError::Closed) => break,
            // The end of the link is told again and again, a bad message once.
            Err(RecvError::Protocol(_)) if messenger.recv() == received => break,
            _ => {}
        }
    }
    let runs = all.chunk_by(|left, right| left == right);
    let lines = runs.map(|run| match run.len() {
        1 => run[0].clone(),
        times => format!("{times} times {}", run[0]),
    });
    lines.collect::<Vec<_>>().join(", ")
}

/// What the ends of all kinds make of `bytes`.
pub(crate) fn all(bytes: &[u8]) -> String {
    let mut said = String::new();
    for (end, lines) in [
        ("caller", caller(bytes)),
        ("worker", worker(bytes)),
        ("by hand", by_hand(bytes)),
        ("function", function(bytes)),
    ] {
        for line in lines.lines() {
            writeln!(said, "{end}: {line}").unwrap();
        }
    }
    said
}
