//! Named values that many processes share.

mod core;
mod dictionary;
mod key;
#[expect(clippy::module_inception, reason = "the module is named after its main type")]
mod state;
#[cfg(test)]
mod tests;
mod update;
mod value;
mod view;
mod waiting;
mod watch;
mod worker;

pub use crate::error::state::StateError;
pub use dictionary::{Entry, Snapshot};
pub use key::Key;
pub use state::{State, StateBuilder};
pub use update::Update;
pub use view::View;
pub use watch::Watch;
