//! Pools: equal workers behind one handle.
//!
//! | module | what it decides or does |
//! | --- | --- |
//! | `roster` | which worker does what next, and when one is replaced |
//! | `course` | how far a map reads ahead, what it tries again, in which order results come out |
//! | `desk` | carries out what the roster says, on whichever thread has news |
//! | `errand`, `inbox` | a message on its way through a pool, and where its outcome waits |
//! | `worker_pool`, `call`, `map` | what users see |

mod call;
mod calls;
mod course;
mod desk;
mod errand;
mod inbox;
mod map;
mod place;
mod roster;
mod worker_pool;

pub use call::{PoolCall, PoolCallFuture, Submission};
pub use errand::Routed;
pub use map::{Map, Ordered, Unordered};
pub use place::Pooled;
pub use worker_pool::{Keyed, WorkerPool};
