use syn::{Ident, Type};

/// One argument of a handler, an `#[init]` or a function worker.
pub(crate) struct Argument {
    pub(crate) name: Ident,
    /// The type as the caller sees it, `Self` replaced by the worker's type.
    pub(crate) ty: Type,
    pub(crate) passing: Passing,
}

/// How it is passed to the handler.
pub(crate) enum Passing {
    /// By value.
    Value,
    /// By reference, at the caller and in the worker: `&str`, `&[T]`, `&T`.
    Borrowed(Borrow),
    /// The same for `Option<&str>`, `Option<&[T]>`, `Option<&T>`.
    Optional(Borrow),
}

/// The type behind a reference.
pub(crate) enum Borrow {
    /// `&str`
    Text,
    /// `&[u8]`, which is encoded as bytes and not as a list of numbers.
    Bytes,
    /// `&[T]`
    Slice(Type),
    /// `&T`
    Value(Type),
}
