//! Pools: whatever happens to an item or a worker, every item has its one result in its place.

mod addresses;
mod deaths;
mod functions;
mod handles;
mod leftovers;
mod maps;
mod starts;
mod turns;

use std::{
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use coproc::{Process, WorkerPool, prelude::*};
use coproc_tests::gate;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0} is no good")]
struct NoGood(u64);

/// Does with numbers what its message is called.
struct Hand {
    factor: u64,
    handled: u64,
}

#[worker]
impl Hand {
    #[init]
    fn new(factor: u64) -> Self {
        Self { factor, handled: 0 }
    }

    #[message]
    fn scale(&mut self, n: u64) -> u64 {
        self.handled += 1;
        n * self.factor
    }

    /// Fails for multiples of seven.
    #[message]
    fn scale_some(&mut self, n: u64) -> Result<u64, NoGood> {
        if n.is_multiple_of(7) { Err(NoGood(n)) } else { Ok(n * self.factor) }
    }

    /// Takes the whole process along for multiples of seven.
    #[message]
    fn survive_some(&mut self, n: u64) -> u64 {
        if n.is_multiple_of(7) {
            process::abort();
        }
        n * self.factor
    }

    #[message]
    fn panic_at_some(&mut self, n: u64) -> u64 {
        assert!(!n.is_multiple_of(7), "{n} is no good");
        n * self.factor
    }

    #[message]
    fn set_factor(&mut self, factor: u64) {
        self.factor = factor;
    }

    #[message(oneway)]
    fn drop_factor(&mut self) {
        self.factor = 0;
    }

    #[message]
    fn pid(&self) -> u32 {
        process::id()
    }

    /// Says that it runs, and returns when the gate `end` is opened.
    #[message]
    fn hold(&mut self, begun: &Path, end: &Path) -> u64 {
        gate::open(begun);
        gate::pass(end);
        self.handled
    }

    #[message(oneway)]
    fn hold_up(&mut self, begun: &Path, end: &Path) {
        self.hold(begun, end);
    }

    #[message(oneway)]
    fn crash(&mut self) {
        process::abort();
    }

    /// The first time for this mark, it fails, or dies.
    #[message]
    fn fail_first(&mut self, mark: &Path, dies: bool) -> Result<u64, NoGood> {
        match std::fs::create_dir(mark) {
            Ok(()) if dies => process::abort(),
            Ok(()) => Err(NoGood(0)),
            Err(_) => Ok(self.factor),
        }
    }

    /// The same for the death, and it may be run again.
    #[message(idempotent)]
    fn die_first(&mut self, mark: &Path) -> u64 {
        self.fail_first(mark, true).unwrap_or(0)
    }

    #[message]
    fn length(&mut self, text: &str) -> usize {
        text.len()
    }

    /// Keeps so many bytes for ever.
    #[message]
    fn leak(&mut self, bytes: usize) -> u32 {
        std::mem::forget(std::hint::black_box(vec![1u8; bytes]));
        process::id()
    }

    #[close]
    fn finish(self) -> u64 {
        self.handled
    }
}

/// Can be started only once for each mark.
struct Once;

#[worker]
impl Once {
    #[init]
    fn new(mark: &Path) -> coproc::Result<Self> {
        std::fs::create_dir(mark)?;
        Ok(Self)
    }

    #[message]
    fn crash(&self) {
        process::abort();
    }
}

/// A path that nothing is at, until this is dropped.
struct Mark(PathBuf);

impl Mark {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("coproc-mark-{}-{}", process::id(), NEXT.fetch_add(1, Relaxed));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}

/// So many of them, in processes, that scale by 10.
fn hands(workers: usize) -> WorkerPool<Hand> {
    Hand::on(Process::new().pool(workers)).spawn(10).expect("the workers start")
}
