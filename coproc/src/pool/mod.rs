//! Pools: equal workers behind one handle, and maps over items.

mod batch;
mod calls;
mod chunks;
mod functions;
mod into_call;
mod map;
mod map_window;
mod place;
mod runner;
mod source;
mod worker_pool;

pub use calls::Calls;
pub use chunks::{Applicable, Chunks};
pub use functions::{Pool, PoolOn};
pub use into_call::IntoCall;
pub use map::{Map, MapOrder, Ordered, Unordered};
pub use place::Pooled;
pub use source::Source;
pub use worker_pool::WorkerPool;
