//! How generated code encodes and decodes the arguments of a handler.
//!
//! The function that makes an [`Argument`] has the one bound that the type of the argument has to
//! meet, and generated code calls it with the span of that type. The [`Argument`] holds what follows
//! from the bound as function pointers. So nothing else in the generated code has a bound, and a
//! wrong type is one error.

use std::{
    convert::identity,
    ffi::{CStr, CString, OsStr, OsString},
    path::{Path, PathBuf},
};

use serde::{Serialize, Serializer};

use super::{Arguments, Draft, Malformed};
use crate::protocol::Wire;

/// Encodes an `X` and decodes the `O` that owns it, or that borrows from the message.
#[derive(Debug)]
pub struct Argument<'a, X: ?Sized, O = X> {
    put: fn(&mut Draft, &X),
    put_option: fn(&mut Draft, Option<&X>),
    take: fn(&mut Arguments<'a>) -> Result<O, Malformed>,
    take_option: fn(&mut Arguments<'a>) -> Result<Option<O>, Malformed>,
}

/// An argument that is encoded as `$encoded` of it, and that `$decoded` makes of what is decoded.
macro_rules! travels {
    ($encoded:expr, $decoded:expr) => {
        Argument {
            put: |draft, value| draft.put(&$encoded(value)),
            put_option: |draft, value| draft.put(&value.map($encoded)),
            take: |arguments| arguments.take().map($decoded),
            take_option: |arguments| Ok(arguments.take::<Option<_>>()?.map($decoded)),
        }
    };
}

impl<'a, X: ?Sized, O> Argument<'a, X, O> {
    /// Encodes the argument.
    pub fn put(self, draft: &mut Draft, value: &X) {
        (self.put)(draft, value);
    }

    /// Encodes an argument that is an option.
    pub fn put_option(self, draft: &mut Draft, value: Option<&X>) {
        (self.put_option)(draft, value);
    }

    /// Decodes the argument.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value.
    pub fn take(self, arguments: &mut Arguments<'a>) -> Result<O, Malformed> {
        (self.take)(arguments)
    }

    /// Decodes an argument that is an option.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value.
    pub fn take_option(self, arguments: &mut Arguments<'a>) -> Result<Option<O>, Malformed> {
        (self.take_option)(arguments)
    }
}

/// An argument by value.
#[must_use]
pub fn argument<'a, T: Wire>() -> Argument<'a, T> {
    travels!(identity, identity)
}

/// A worker without `#[init]`, which is sent itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `#[init]`, and cannot be sent to a process itself",
    label = "this does not implement `Serialize` and `Deserialize`",
    note = "mark the function that makes it with `#[init]`",
    note = "or derive `Serialize` and `Deserialize` for it, and call `spawn` on a value"
)]
pub trait Whole: Wire {}

#[diagnostic::do_not_recommend]
impl<T: Wire> Whole for T {}

/// The argument of a worker that is sent itself.
#[must_use]
pub fn whole<'a, T: Whole>() -> Argument<'a, T> {
    argument()
}

/// What a handler may take by reference: everything with a size, paths and foreign strings.
///
/// All types implement it, so it has no methods with `self`: they would be methods of all types.
pub trait ByRef {
    /// What owns the value in the worker.
    type Owned;

    /// The reference to pass to the handler.
    fn lend(held: &Self::Owned) -> &Self;

    /// The argument that is a reference to it.
    fn argument<'a>() -> Argument<'a, Self, Self::Owned>
    where
        Self::Owned: Wire;
}

macro_rules! by_ref {
    ($borrowed:ty, $owned:ty, $encoded:expr, $decoded:expr $(; $T:ident)?) => {
        impl$(<$T>)? ByRef for $borrowed {
            type Owned = $owned;

            fn lend(held: &$owned) -> &Self {
                held
            }

            fn argument<'a>() -> Argument<'a, Self, $owned>
            where
                $owned: Wire,
            {
                travels!($encoded, $decoded)
            }
        }
    };
}

by_ref!(T, T, identity, identity; T);
by_ref!(OsStr, OsString, identity, identity);
by_ref!(CStr, CString, identity, identity);
// serde writes a path as text, and not every path is text.
by_ref!(Path, PathBuf, Path::as_os_str, <PathBuf as From<OsString>>::from);

/// The reference to pass to a handler that takes one.
pub fn lend<X: ByRef + ?Sized>(held: &X::Owned) -> &X {
    X::lend(held)
}

/// An argument that is a reference to a value with a size, a path or a foreign string.
#[must_use]
pub fn by_ref<'a, X: ByRef<Owned: Wire> + ?Sized>() -> Argument<'a, X, X::Owned> {
    X::argument()
}

/// An argument that is a slice.
#[must_use]
pub fn slice<'a, T: Wire>() -> Argument<'a, [T], Vec<T>> {
    travels!(identity, identity)
}

/// An argument that is a text, which is not copied to decode it.
#[must_use]
pub fn text<'a>() -> Argument<'a, str, &'a str> {
    travels!(identity, identity)
}

/// An argument that is bytes, which are not copied to decode it.
#[must_use]
pub fn bytes<'a>() -> Argument<'a, [u8], &'a [u8]> {
    travels!(Piece, identity)
}

/// Bytes that are encoded in one piece; serde encodes a slice element by element.
struct Piece<'a>(&'a [u8]);

impl Serialize for Piece<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}
