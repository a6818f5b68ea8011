//! What the closure of a map or of `each` gives.

use std::convert::Infallible;

use crate::call::{Call, OneWay};

/// What a closure gives that picks a message for a pool: a [`Call`] or a [`OneWay`].
///
/// It is implemented for these two and not meant to be implemented elsewhere.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no message that a pool can carry",
    label = "this closure gives no message",
    note = "it only picks the message, and the pool sends it: `|worker, item| worker.resize(item)`, \
            without `.wait()`, `.send()` or `.tell()`"
)]
pub trait IntoCall {
    /// What the handler returns; `()` of a message that no reply exists for.
    type Value;
    /// The handler's error.
    type Error;

    /// The message as a call, which is answered when its handler has returned.
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
