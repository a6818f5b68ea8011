use syn::{Ident, Type};

/// One argument of a handler, an `#[init]` or a function worker.
pub(crate) struct Argument {
    pub(crate) name: Ident,
    /// The type as the caller sees it, `Self` replaced by the worker's type.
    pub(crate) ty: Type,
    pub(crate) passing: Passing,
}

/// How it gets to the worker.
pub(crate) enum Passing {
    /// The worker gets the value.
    Value,
    /// The caller keeps it and the worker sees what was sent: `&str`, `&[T]`, `&T`.
    Borrowed(Borrow),
    /// The same for `Option<&str>`, `Option<&[T]>`, `Option<&T>`.
    Optional(Borrow),
}

/// What is borrowed.
pub(crate) enum Borrow {
    /// `&str`
    Text,
    /// `&[u8]`, which travels as bytes and not as a list of numbers.
    Bytes,
    /// `&[T]`
    Slice(Type),
    /// `&T`
    Value(Type),
}
