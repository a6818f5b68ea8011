//! Typed workers in processes of their own: a method call that survives a crash.
//!
//! A **worker** is a struct that lives in an operating-system process of its own. Its methods are
//! **messages**. [`#[worker]`](macro@worker) generates the message enum, the **controller** with a method
//! for each message, and the dispatch. Processes share no memory, so a crash, a leak or a panic in a worker
//! ends only that worker, and the call that it was handling returns an error that says why.
//!
//! ```
//! use coproc::prelude::*;
//!
//! pub struct Counter {
//!     count: u64,
//! }
//!
//! #[worker]
//! impl Counter {
//!     /// Runs inside the worker; its arguments become those of `Counter::spawn`.
//!     #[init]
//!     fn new(start: u64) -> Self {
//!         Self { count: start }
//!     }
//!
//!     #[message]
//!     fn add(&mut self, n: u64) -> u64 {
//!         self.count += n;
//!         self.count
//!     }
//!
//!     #[message]
//!     fn crash(&mut self) {
//!         std::process::abort()
//!     }
//! }
//!
//! #[coproc::main]
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let counter = Counter::spawn(5)?;
//!     assert_eq!(counter.add(2).wait()?, 7);
//!     match counter.crash().wait() {
//!         Err(CallError::Crashed(report)) => assert_eq!(report.handler(), Some("crash")),
//!         other => panic!("the worker should have crashed: {other:?}"),
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Where to look
//!
//! The root has the types that most programs name. The types that go with them are in modules, as in std.
//!
//! | topic | see |
//! | --- | --- |
//! | the attributes of a worker | [`#[worker]`](macro@worker) |
//! | calls: verbs, deadlines, priorities, cancelling | [`Call`], [`Pending`], [`call::OneWay`] |
//! | errors | [`CallError`], [`SpawnError`], [`error::CrashReport`] |
//! | places and their limits | [`Process`], [`Thread`], [`Inline`] |
//! | a running worker: joining, killing, events | [`spawn::WorkerResource`], [`spawn::WorkerHandle`] |
//! | workers that are joined and ended together | [`spawn::Group`] |
//! | a function that is run again when it fails | [`dispatch::Retrying`] |
//! | the context of a handler | [`Context`], [`worker::Later`], [`worker::Idle`] |
//! | values that many processes share | [`State`], [`state::Key`], [`state::View`], [`state::Watch`] |
//! | items that many processes send and receive | [`Queue`], [`queue::Delivery`] |
//! | many workers behind one handle | [`WorkerPool`], [`pool::Map`] |
//! | a function over many items | [`Pool`] |
//! | memory and CPU over time, with notes and plots | [`Monitor`], [`monitor::Stats`] |
//! | a function as a worker, with a messenger | [`Messenger`], [`worker::FunctionController`] |
//!
//! # How a worker's process starts
//!
//! A worker's process is the same program, started again from the inode of the running executable. With
//! [`#[coproc::main]`](macro@main), it runs the worker before the first line of `main`; [`init()`] as the
//! first statement does the same. [`#[coproc::test]`](macro@test) replaces `#[test]` on tests that spawn. A
//! program that spawns without one of these gets [`SpawnError::NotInitialized`].
//!
//! # Features
//!
//! | feature | default | what it does |
//! | --- | --- | --- |
//! | `process` | yes | workers in processes of their own; Linux only |
//! | `monitor` | yes | [`Monitor`]: memory and CPU of processes over time; with `process` |
//! | `plot` | no | figures of a monitor as SVG |
//! | `plot-png` | no | figures as PNG, too, with a font of its own |
//! | `codec-postcard` | no | messages are encoded with postcard instead of bincode 1.3, for the whole program |
//! | `progress` | no | `.progress(bar)` on a map over a pool moves a bar of indicatif |
//! | `fuzz` | no | hidden items for tests of this library, which may change with any version |
//!
//! bincode 1.3.3 is complete and no longer maintained (RUSTSEC-2025-0141). coproc decodes with it only
//! frames of bounded size, with its own limits on depth and on the number of elements. With
//! `codec-postcard`, no message is decoded with bincode.

#![warn(missing_docs, missing_debug_implementations)]
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

// Generated code names this crate by its name, also inside this crate.
#[allow(unused_extern_crates)]
extern crate self as coproc;

#[cfg(all(feature = "process", not(target_os = "linux")))]
compile_error!(
    "workers in processes of their own need Linux; elsewhere, build coproc with \
     `default-features = false` and use `Thread` and `Inline`"
);

pub mod call;
// Without processes, no frame is written to a stream.
#[cfg_attr(not(feature = "process"), allow(dead_code, unused_imports))]
mod codec;
pub mod dispatch;
#[cfg_attr(not(feature = "process"), allow(dead_code, unused_imports))]
pub mod error;
mod link;
pub mod messenger;
#[cfg(all(test, coproc_model))]
mod models;
#[cfg(feature = "monitor")]
pub mod monitor;
mod multiqueue;
pub mod pool;
pub mod prelude;
pub mod protocol;
pub mod queue;
pub mod spawn;
pub mod state;
mod sync;
#[cfg_attr(not(feature = "process"), allow(dead_code, unused_imports))]
mod transport;
pub mod worker;

#[doc(hidden)]
pub mod __private;

pub use codec::Bytes;
pub use coproc_macros::{main, message, test, worker};

#[doc(inline)]
pub use call::{Call, Pending};
#[doc(inline)]
pub use error::{CallError, Cancelled, Error, Result, SpawnError};
#[doc(inline)]
pub use messenger::Messenger;
#[cfg(feature = "monitor")]
#[doc(inline)]
pub use monitor::Monitor;
#[doc(inline)]
pub use pool::{Pool, WorkerPool};
#[doc(inline)]
pub use queue::Queue;
#[cfg(feature = "process")]
#[doc(inline)]
pub use spawn::Process;
#[doc(inline)]
pub use spawn::{Inline, Thread, init};
#[doc(inline)]
pub use state::State;
#[doc(inline)]
pub use worker::{Context, Worker};

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
