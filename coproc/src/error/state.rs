//! How an operation on shared state can fail.

use serde::{Deserialize, Serialize};

/// Why an operation on a [`State`](crate::State) gave nothing.
///
/// ```
/// use std::time::Duration;
/// use coproc::{State, state::StateError};
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let state = State::spawn()?;
///     let n = state.key::<u32>("n");
///     match n.wait_some_timeout(Duration::from_millis(10)) {
///         Ok(n) => println!("{n}"),
///         Err(StateError::Timeout) => println!("not yet"),
///         Err(error) => return Err(error.into()),
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The operation did not end within its time limit. The state goes on.
    #[error("the operation timed out")]
    Timeout,
    /// The state or its host has ended, or the host did not answer within the state's timeout. A
    /// write may have been done.
    #[error("the state gave no answer: {0}")]
    Lost(String),
    /// The value is of another type than the one asked for.
    #[error(
        "`{name}` holds a `{stored}`, not a `{asked}`; ask for the type that it holds, or set it again"
    )]
    Type {
        /// The value's name.
        name: String,
        /// The type it was set with.
        stored: String,
        /// The type asked for.
        asked: String,
    },
    /// The value or its message is too large or cannot be encoded.
    #[error("the value cannot be stored or sent: {0}")]
    Encode(String),
    /// The value cannot be decoded as the type it was set with.
    #[error("`{name}` cannot be read: {text}")]
    Decode {
        /// The value's name.
        name: String,
        /// Why.
        text: String,
    },
    /// Within a closure: a value that the closure has read has changed. The closure runs again after
    /// it returns. No operation outside of a closure gives this.
    #[error("a value that the closure has read has changed; the closure runs again")]
    Stale,
}
