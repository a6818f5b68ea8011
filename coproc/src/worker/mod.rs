//! Workers: what runs in one, and what its handlers are given.

mod context;
pub(crate) mod function;
mod handlers;
mod later;
mod link;
pub(crate) mod panics;
mod peer;
pub(crate) mod recipe;
pub(crate) mod registry;
pub(crate) mod schedule;
pub(crate) mod serve;
pub(crate) mod start_parameters;
#[expect(clippy::module_inception, reason = "the file is named after the trait")]
mod worker;

pub use context::Context;
pub(crate) use function::Function;
pub use function::FunctionController;
pub use handlers::{Handlers, Idle};
pub use later::{Later, LaterAnswer};
pub use peer::Peer;
pub(crate) use recipe::Recipe;
pub use recipe::{FirstArgument, PoolFunction, With};
pub use registry::Registered;
pub(crate) use start_parameters::{Ended, StartParameters, content, panicked};
pub use worker::{Engine, Worker};
