//! Functions as workers.

use std::path::Path;

use coproc::prelude::*;

/// Squares.
#[worker]
fn square(n: u64) -> u64 {
    n * n
}

#[worker]
pub(crate) fn power(base: u64, exponent: u32) -> u64 {
    base.pow(exponent)
}

#[worker(name = "measure")]
fn measure(text: &str, path: &Path, many: &[String], maybe: Option<&str>, bytes: &[u8]) -> usize {
    text.len() + path.as_os_str().len() + many.len() + maybe.map_or(0, str::len) + bytes.len()
}

#[worker]
fn nothing() {}

#[worker]
fn fails(how: String) -> Result<(), String> {
    Err(how)
}

#[worker]
fn alias(n: &str) -> coproc::Result<u8> {
    Ok(n.parse()?)
}

#[worker]
fn echo(mut messenger: Messenger<String, String>, verbose: bool) -> coproc::Result<()> {
    let messenger = &mut messenger;
    while let Ok(text) = messenger.recv() {
        if verbose {
            println!("{text}");
        }
        messenger.reply(text)?;
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, coproc::protocol::Channel)]
enum Lane {
    Data,
    HighPriority,
}

#[worker]
fn lanes(messenger: coproc::Messenger<u8, u8, Lane>) -> u8 {
    messenger.on(Lane::HighPriority).recv().unwrap()
}

#[message(priority = match self { Self::Level(level) => *level, Self::Fire => -9 })]
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Alarm {
    Level(i32),
    Fire,
}

#[message(priority = self.level, channel = Lane::HighPriority)]
#[derive(Debug, Serialize, Deserialize)]
struct Report {
    level: i32,
}

#[coproc::main]
fn main() {
    assert_eq!(square(7), 49);
    assert_eq!(Square::spawn(7).unwrap().worker().join().unwrap(), 49);
    assert_eq!(Power::on(Thread).spawn(2, 3).unwrap().worker().join().unwrap(), 8);
    let many = ["a".to_owned()];
    let measured = Measure::spawn("ab", Path::new("abc"), &many, Some("a"), b"a").unwrap();
    assert_eq!(measured.worker().join().unwrap(), 8);
    Nothing::spawn().unwrap().worker().join().unwrap();
    let failed = Fails::spawn("so".into()).unwrap().worker().join();
    assert!(matches!(failed, Err(CallError::Handler(text)) if text == "so"));
    assert_eq!(Alias::spawn("3").unwrap().worker().join().unwrap(), 3);
    let echo = Echo::spawn(false).unwrap();
    echo.messenger().send_request("hello".into()).unwrap();
    assert_eq!(echo.messenger().recv().unwrap(), "hello");
    let lanes = Lanes::spawn().unwrap();
    lanes.messenger().on(Lane::HighPriority).send(7).unwrap();
    assert_eq!(lanes.worker().join().unwrap(), 7);
    assert_eq!(<Lane as coproc::protocol::Channel>::NAMES, ["data", "high_priority"]);
    assert_eq!(format!("{Square:?}"), "Square");

    let (left, right) = coproc::Messenger::<Alarm, Alarm>::pair();
    left.send(Alarm::Level(1)).unwrap();
    left.send(Alarm::Fire).unwrap();
    let both = [right.recv_message().unwrap(), right.recv_message().unwrap()];
    let mut priorities = both.map(|received| received.priority);
    priorities.sort_unstable();
    assert_eq!(priorities, [-9, 1]);
    let (left, right) = coproc::Messenger::<Report, Report, Lane>::pair();
    left.send(Report { level: 3 }).unwrap();
    let received = right.on(Lane::HighPriority).recv_message().unwrap();
    assert_eq!((received.value.level, received.priority), (3, 3));
    assert_eq!(Lane::Data as usize, 0);
}
