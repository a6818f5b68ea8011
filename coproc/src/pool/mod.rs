//! Pools: equal workers behind one handle.
//!
//! | module | what it decides or does |
//! | --- | --- |
//! | `scheduler` | which worker does what next, and when one is replaced |
//! | `window` | how far a map reads ahead, what it tries again, in which order results come out |
//! | `dispatcher` | carries out what the scheduler says, on whichever thread has news |
//! | `into_call` | what the closure of a map gives |
//! | `runner`, `batch` | the worker that runs functions, and how it is sent items |
//! | `calls`, `chunks` | the messages of a map over workers, and over functions |
//! | `worker_pool`, `functions`, `map` | what users see |

#![expect(private_interfaces, reason = "what feeds a map is this crate's own")]

mod batch;
mod calls;
mod chunks;
mod functions;
mod into_call;
mod map;
mod map_window;
mod place;
mod runner;
mod worker_pool;

pub use chunks::Applicable;

pub use functions::{Pool, PoolOn};
pub use into_call::IntoCall;
pub use map::{Map, Ordered, Unordered};
pub use place::Pooled;
pub use worker_pool::WorkerPool;
