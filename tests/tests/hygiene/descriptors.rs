//! What a worker has open, and what the two processes have between them.

use std::{collections::BTreeMap, fs, os::fd::OwnedFd, process::Command};

use coproc::{Process, prelude::*};
use coproc_tests::{Watch, census};
use rustix::fs::{Mode, OFlags, open};

/// Tells what it has open.
pub(crate) struct Inventory;

#[worker(pub(crate))]
impl Inventory {
    #[init]
    fn new() -> Self {
        Self
    }

    #[message]
    fn open(&self) -> BTreeMap<i32, String> {
        census::open()
    }

    /// What a program has open that the worker runs.
    #[message]
    fn open_below(&self) -> String {
        let listed = Command::new("ls").arg("/proc/self/fd").output().expect("it is listed");
        String::from_utf8(listed.stdout).expect("numbers").split_whitespace().collect()
    }

    /// Closes what coproc has open, and whatever else there is.
    #[message]
    fn close_all(&self) {
        for fd in census::open().into_keys().filter(|fd| *fd > 2) {
            // SAFETY: what owned the descriptor is robbed of it, and this process is to be unable
            // to go on; no other descriptor is opened in between that could be hit in its place.
            unsafe { rustix::io::close(fd) }
        }
    }
}

/// The number of a socket.
fn number(target: &str) -> Option<&str> {
    target.strip_prefix("socket:[")?.strip_suffix(']')
}

/// Every descriptor above standard error, if those below are as they should be.
#[track_caller]
fn own(mut open: BTreeMap<i32, String>) -> Vec<String> {
    assert_eq!(open.remove(&0).as_deref(), Some("/dev/null"), "{open:?}");
    assert!(open.remove(&1).is_some(), "{open:?}");
    assert!(open.remove(&2).is_some_and(|target| target.starts_with("pipe:")), "{open:?}");
    open.into_values().collect()
}

/// The link, which is two sockets, one of them for descriptors, the ledger, and what tells of its
/// parent's end.
#[track_caller]
fn assert_own_only(open: BTreeMap<i32, String>) {
    let kind = |target: String| match target {
        link if number(&link).is_some() => "link".into(),
        // How it is called differs between kernels.
        parent if parent.contains("pidfd") => "parent".into(),
        other => other,
    };
    let mut kinds: Vec<String> = own(open).into_iter().map(kind).collect();
    kinds.sort();
    assert_eq!(kinds, ["/memfd:coproc-ledger (deleted)", "link", "link", "parent"]);
}

#[coproc::test]
fn it_starts_with_its_own_only() {
    let _watch = Watch::set();
    let inventory = Inventory::spawn().expect("a worker");
    assert_own_only(inventory.open().wait().expect("its descriptors"));
    // `ls` has the directory open that it lists.
    assert_eq!(inventory.open_below().wait().as_deref(), Ok("0123"));
}

/// Programs leave descriptors open for what they execute. A worker is not what they were left for.
#[coproc::test]
fn it_has_none_that_its_host_left_open() {
    let _watch = Watch::set();
    let left_open: Vec<OwnedFd> = (0..500)
        .map(|_| open("/dev/zero", OFlags::RDONLY, Mode::empty()).expect("a descriptor"))
        .collect();
    // They are what a worker would have, but for coproc: this program has.
    let listed = Command::new("ls").arg("/proc/self/fd").output().expect("it is listed");
    assert!(listed.stdout.iter().filter(|byte| **byte == b'\n').count() > 500);
    let inventory = Inventory::spawn().expect("a worker");
    assert_own_only(inventory.open().wait().expect("its descriptors"));
    drop(left_open);
}

/// What connects the two has no name by which somebody else could get at it, and nobody listens.
#[coproc::test]
fn nothing_has_a_name() {
    let _watch = Watch::set();
    let inventory = Inventory::spawn().expect("a worker");
    let theirs = inventory.open().wait().expect("its descriptors");
    let known = fs::read_to_string("/proc/net/unix").expect("the sockets");
    let known: Vec<Vec<&str>> =
        known.lines().map(|line| line.split_whitespace().collect()).collect();
    let numbers: Vec<&str> = theirs.values().filter_map(|target| number(target)).collect();
    assert!(!numbers.is_empty(), "{theirs:?}");
    for number in numbers {
        let line = known.iter().find(|line| line.get(6) == Some(&number));
        let line = line.unwrap_or_else(|| panic!("socket {number} is none of this machine's"));
        assert_eq!(line.get(7), None, "socket {number} has a name: {line:?}");
        assert_eq!(line.get(3), Some(&"00000000"), "somebody listens: {line:?}");
    }
    let shared = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    let shared = shared.filter(|entry| entry.file_name().to_string_lossy().contains("coproc"));
    assert_eq!(shared.count(), 0);
}

/// A handler that closes what is not its own ends its worker; nobody waits for it for ever.
#[coproc::test]
fn it_closes_everything() {
    let _watch = Watch::set();
    let place = Process::new().name("careless");
    let inventory = Inventory::on(place).spawn().expect("a worker");
    match inventory.close_all().wait() {
        Err(CallError::Crashed(report)) => {
            assert_eq!((report.worker(), report.handler()), ("careless", Some("close_all")));
        }
        other => panic!("expected a crash, got {other:?}"),
    }
    assert!(inventory.open().wait().expect_err("it is gone").is_unstarted());
}
