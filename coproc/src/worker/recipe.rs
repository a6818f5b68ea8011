//! Functions that a pool's workers run on items: the link-time table of them.

use std::{fmt, marker::PhantomData};

use super::{Worker, registry::key_of};
use crate::{
    codec::reply::Answer,
    codec::{Arguments, Attachments, Bytes, Draft, EncodeError, Malformed},
};

/// A function with `#[worker]` that takes no messenger: what `#[worker]` implements for its worker
/// type.
///
/// It is not meant to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run in a pool",
    label = "not a function for items",
    note = "a pool runs functions with `#[worker]`, each by its worker type: `Square` for `square`",
    note = "a function that takes a `Messenger` cannot run in a pool"
)]
pub trait PoolFunction: Worker {
    /// What it takes: its one argument, or the tuple of all; borrowed ones as what owns them.
    type Item;

    #[doc(hidden)]
    const FUNCTION: &'static str;

    #[doc(hidden)]
    fn put(item: &Self::Item, draft: &mut Draft);

    /// Reads the arguments and calls the function.
    #[doc(hidden)]
    fn call(arguments: &mut Arguments<'_>) -> Result<Answer, Malformed>;
}

/// A [`PoolFunction`] of two arguments or more.
///
/// It is not meant to be implemented by hand.
pub trait FirstArgument: PoolFunction {
    /// Its first argument; if that is borrowed, what owns it.
    type First;

    #[doc(hidden)]
    fn put_first(first: &Self::First, draft: &mut Draft);
}

/// A function whose arguments but the first are fixed: what `.with(…)` on its worker type gives. It
/// runs on items that are the first argument.
pub struct With<F> {
    pub(crate) fixed: Result<(Bytes, Attachments), EncodeError>,
    function: PhantomData<fn() -> F>,
}

/// Fixes the arguments that `write` writes.
pub fn with<F>(write: impl FnOnce(&mut Draft)) -> With<F> {
    let mut draft = Draft::new(usize::MAX);
    write(&mut draft);
    let fixed = draft
        .finish()
        .map(|mut body| (Bytes::from(body.payload()), std::mem::take(body.attachments())));
    With { fixed, function: PhantomData }
}

impl<F> Clone for With<F> {
    fn clone(&self) -> Self {
        Self { fixed: self.fixed.clone(), function: PhantomData }
    }
}

impl<F> fmt::Debug for With<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("With").field("fixed", &self.fixed).finish()
    }
}

/// A function in the link-time table.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    key: fn() -> u64,
    pub(crate) function: &'static str,
    pub(crate) call: fn(&mut Arguments<'_>) -> Result<Answer, Malformed>,
}

inventory::collect!(Recipe);

impl Recipe {
    /// The entry of `F`.
    #[must_use]
    pub const fn new<F: PoolFunction>() -> Self {
        Self { key: key_of::<F>, function: F::FUNCTION, call: F::call }
    }

    /// The number of `F` in the table; the same executable gives the same.
    pub(crate) fn key<F: PoolFunction>() -> u64 {
        key_of::<F>()
    }

    /// The function of this number.
    pub(crate) fn find(key: u64) -> Option<&'static Self> {
        inventory::iter::<Self>.into_iter().find(|recipe| (recipe.key)() == key)
    }
}
