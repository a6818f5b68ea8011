//! What generated code knows of the types of arguments.
//!
//! Each argument is made by a function with the one bound that its type has to meet, at the place
//! where the user wrote the type. It holds what follows from the bound as plain function pointers,
//! so that nothing else in the generated code has a bound, and a wrong type is one error.

use std::{
    convert::identity,
    ffi::{CStr, CString, OsStr, OsString},
    fmt,
    path::{Path, PathBuf},
};

use super::{Arguments, Draft, Malformed, draft::Piece};
use crate::protocol::Wire;

type Put<T> = fn(&mut Draft, &T);
type Take<T> = fn(&mut Arguments<'_>) -> Result<T, Malformed>;

/// Debug by hand: a derive would ask for `T: Debug`.
macro_rules! debug {
    ($($name:ident<$kind:ident $(: $bound:ident + ?$sized:ident)?>)*) => {$(
        impl<$kind $(: $bound + ?$sized)?> fmt::Debug for $name<$kind> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )*};
}

debug! { Argument<T> Reference<X: ByRef + ?Sized> Slice<T> }

/// An argument by value.
pub struct Argument<T> {
    put: Put<T>,
    take: Take<T>,
}

/// The argument of an argument by value.
#[must_use]
pub fn argument<T: Wire>() -> Argument<T> {
    Argument { put: |draft, value| draft.put(value), take: |arguments| arguments.take() }
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
pub fn whole<T: Whole>() -> Argument<T> {
    argument()
}

impl<T> Argument<T> {
    /// Writes it.
    pub fn put(self, draft: &mut Draft, value: &T) {
        (self.put)(draft, value);
    }

    /// Reads it.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value.
    pub fn take(self, arguments: &mut Arguments<'_>) -> Result<T, Malformed> {
        (self.take)(arguments)
    }
}

/// What a handler may take by reference: it travels as what owns it.
///
/// It holds for everything with a size, and for paths and foreign strings.
pub trait ByRef {
    /// What holds the value on the other side.
    type Owned;

    /// The reference to pass to the handler.
    fn lend(held: &Self::Owned) -> &Self;

    /// Writes the value as its owned form is read. Like its neighbours it takes no `self`, so that
    /// this trait, which everything implements, adds no method to anything.
    fn put(value: &Self, draft: &mut Draft)
    where
        Self::Owned: Wire;

    /// Writes what may be absent as an option of the owned form is read.
    fn put_option(value: Option<&Self>, draft: &mut Draft)
    where
        Self::Owned: Wire;

    /// Reads the owned form.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value.
    fn take(arguments: &mut Arguments<'_>) -> Result<Self::Owned, Malformed>
    where
        Self::Owned: Wire;

    /// Reads the owned form, if it is there.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value.
    fn take_option(arguments: &mut Arguments<'_>) -> Result<Option<Self::Owned>, Malformed>
    where
        Self::Owned: Wire;
}

/// The ways to write and to read, as `$written` of the value and back by `$read`.
macro_rules! travels {
    ($written:expr, $read:expr) => {
        fn put(value: &Self, draft: &mut Draft)
        where
            Self::Owned: Wire,
        {
            draft.put($written(value));
        }

        fn put_option(value: Option<&Self>, draft: &mut Draft)
        where
            Self::Owned: Wire,
        {
            draft.put(&value.map($written));
        }

        fn take(arguments: &mut Arguments<'_>) -> Result<Self::Owned, Malformed>
        where
            Self::Owned: Wire,
        {
            arguments.take().map($read)
        }

        fn take_option(arguments: &mut Arguments<'_>) -> Result<Option<Self::Owned>, Malformed>
        where
            Self::Owned: Wire,
        {
            let held: Option<_> = arguments.take()?;
            Ok(held.map($read))
        }
    };
}

impl<T> ByRef for T {
    type Owned = T;

    fn lend(held: &T) -> &T {
        held
    }

    travels! { identity, identity }
}

impl ByRef for Path {
    type Owned = PathBuf;

    fn lend(held: &PathBuf) -> &Self {
        held
    }

    // As serde writes a path, it has to be text, and not every file's name is.
    travels! { Path::as_os_str, <OsString as Into<PathBuf>>::into }
}

impl ByRef for OsStr {
    type Owned = OsString;

    fn lend(held: &OsString) -> &Self {
        held
    }

    travels! { identity, identity }
}

impl ByRef for CStr {
    type Owned = CString;

    fn lend(held: &CString) -> &Self {
        held
    }

    travels! { identity, identity }
}

/// The reference to pass to a handler that takes one.
pub fn lend<X: ByRef + ?Sized>(held: &X::Owned) -> &X {
    X::lend(held)
}

/// An argument by reference.
pub struct Reference<X: ByRef + ?Sized> {
    put: Put<X>,
    take: Take<X::Owned>,
    put_option: fn(&mut Draft, Option<&X>),
    take_option: Take<Option<X::Owned>>,
}

/// The argument of an argument by reference, to something sized or a path or foreign string.
#[must_use]
pub fn by_ref<X: ByRef<Owned: Wire> + ?Sized>() -> Reference<X> {
    Reference {
        put: |draft, value| X::put(value, draft),
        take: X::take,
        put_option: |draft, value| X::put_option(value, draft),
        take_option: X::take_option,
    }
}

impl<X: ByRef + ?Sized> Reference<X> {
    /// Writes it.
    pub fn put(self, draft: &mut Draft, value: &X) {
        (self.put)(draft, value);
    }

    /// Reads what owns it.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value.
    pub fn take(self, arguments: &mut Arguments<'_>) -> Result<X::Owned, Malformed> {
        (self.take)(arguments)
    }

    /// Writes it if it is there.
    pub fn put_option(self, draft: &mut Draft, value: Option<&X>) {
        (self.put_option)(draft, value);
    }

    /// Reads what owns it, if it is there.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value.
    pub fn take_option(self, arguments: &mut Arguments<'_>) -> Result<Option<X::Owned>, Malformed> {
        (self.take_option)(arguments)
    }
}

/// An argument that is a slice.
pub struct Slice<T> {
    put: Put<[T]>,
    take: Take<Vec<T>>,
    put_option: fn(&mut Draft, Option<&[T]>),
    take_option: Take<Option<Vec<T>>>,
}

/// The argument of an argument that is a slice.
#[must_use]
pub fn slice<T: Wire>() -> Slice<T> {
    Slice {
        put: |draft, value| draft.put(value),
        take: |arguments| arguments.take(),
        put_option: |draft, value| draft.put(&value),
        take_option: |arguments| arguments.take(),
    }
}

impl<T> Slice<T> {
    /// Writes it.
    pub fn put(self, draft: &mut Draft, value: &[T]) {
        (self.put)(draft, value);
    }

    /// Reads the vector to lend.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value.
    pub fn take(self, arguments: &mut Arguments<'_>) -> Result<Vec<T>, Malformed> {
        (self.take)(arguments)
    }

    /// Writes it if it is there.
    pub fn put_option(self, draft: &mut Draft, value: Option<&[T]>) {
        (self.put_option)(draft, value);
    }

    /// Reads the vector to lend, if it is there.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the bytes are no such value.
    pub fn take_option(self, arguments: &mut Arguments<'_>) -> Result<Option<Vec<T>>, Malformed> {
        (self.take_option)(arguments)
    }
}

/// The two witnesses whose values borrow from the message.
macro_rules! borrowed {
    ($(#[$doc:meta] $name:ident, #[$of:meta] $make:ident, $kind:ty, $write:expr;)*) => {$(
        #[$doc]
        #[derive(Debug)]
        pub struct $name(());

        #[$of]
        #[must_use]
        pub fn $make() -> $name {
            $name(())
        }

        impl $name {
            /// Writes it.
            pub fn put(self, draft: &mut Draft, value: &$kind) {
                draft.put(&$write(value));
            }

            /// Reads it, without copying.
            ///
            /// # Errors
            ///
            /// [`Malformed`] if the bytes are no such value.
            pub fn take<'a>(self, arguments: &mut Arguments<'a>) -> Result<&'a $kind, Malformed> {
                arguments.take()
            }

            /// Writes it if it is there.
            pub fn put_option(self, draft: &mut Draft, value: Option<&$kind>) {
                draft.put(&value.map($write));
            }

            /// Reads it without copying, if it is there.
            ///
            /// # Errors
            ///
            /// [`Malformed`] if the bytes are no such value.
            pub fn take_option<'a>(
                self,
                arguments: &mut Arguments<'a>,
            ) -> Result<Option<&'a $kind>, Malformed> {
                arguments.take()
            }
        }
    )*};
}

borrowed! {
    /// An argument that is a text.
    Text,
    /// The argument of an argument that is a text.
    text, str, identity;
    /// An argument that is bytes.
    ByteSlice,
    /// The argument of an argument that is bytes.
    bytes, [u8], Piece;
}
