//! The updates that a watch gives.

use serde::{Deserialize, Serialize};

use super::value::{Stored, load};
use crate::{error::StateError, protocol::Wire};

/// One name was set or removed; see [`State::watch`](super::State::watch).
///
/// ```
/// use coproc::State;
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let state = State::spawn()?;
///     let mut watch = state.watch(["apples"]);
///     state.set("apples", &5_u32)?;
///     state.remove("apples")?;
///
///     let set = watch.recv()?;
///     assert_eq!((set.name.as_str(), set.version, set.missed), ("apples", 1, 0));
///     assert_eq!((set.before::<u32>()?, set.after::<u32>()?), (None, Some(5)));
///
///     let removed = watch.recv()?;
///     assert_eq!((removed.before::<u32>()?, removed.after::<u32>()?), (Some(5), None));
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Update {
    /// The name.
    pub name: String,
    /// The number of the update in its namespace. The updates of all names are numbered from 1 in the
    /// order in which they were made, without gaps.
    pub version: u64,
    /// How many updates the watch has missed since the one that it gave before: the history has
    /// dropped them, or the watch is [live](super::Watch::live) and skipped them. Updates that the
    /// history has dropped count, whether or not the watch is for their names.
    pub missed: u64,
    pub(super) before: Option<Stored>,
    pub(super) after: Option<Stored>,
}

impl Update {
    /// The value that the name had before; `None` if there was none, or if the history has dropped this
    /// update and only knows what the name was set to.
    ///
    /// # Errors
    ///
    /// [`StateError::Type`] and [`StateError::Decode`], as they say.
    pub fn before<T: Wire>(&self) -> Result<Option<T>, StateError> {
        self.before.as_ref().map(|stored| load(&self.name, stored)).transpose()
    }

    /// The value that the name was set to; `None` if it was removed.
    ///
    /// # Errors
    ///
    /// [`StateError::Type`] and [`StateError::Decode`], as they say.
    pub fn after<T: Wire>(&self) -> Result<Option<T>, StateError> {
        self.after.as_ref().map(|stored| load(&self.name, stored)).transpose()
    }
}
