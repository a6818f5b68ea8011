//! The messages that the closure of a map or of `each` returns.

use std::convert::Infallible;

use crate::call::{Call, OneWay};

/// A message that a closure makes for a pool: a [`Call`] or a [`OneWay`].
///
/// It is not meant to be implemented elsewhere.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no message that a pool can carry",
    label = "this closure gives no message",
    note = "it only picks the message, and the pool sends it: `|worker, item| worker.resize(item)`, \
            without `.wait()`, `.send()` or `.tell()`"
)]
pub trait IntoCall {
    /// The handler's value; `()` for a one-way message.
    type Value;
    /// The handler's error.
    type Error;

    /// The message as a call, which is answered when the handler has returned.
    fn into_call(self) -> Call<Self::Value, Self::Error>;
}

impl<T, E> IntoCall for Call<T, E> {
    type Value = T;
    type Error = E;

    fn into_call(self) -> Self {
        self
    }
}

impl IntoCall for OneWay {
    type Value = ();
    type Error = Infallible;

    fn into_call(self) -> Call<()> {
        self.into()
    }
}
