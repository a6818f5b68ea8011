use syn::{Attribute, Ident, LitStr, Type, Visibility};

use super::{Inputs, Reply, Subject};

/// A function with `#[worker]`.
pub(crate) struct Function {
    /// The worker type that is generated for it.
    pub(crate) subject: Subject,
    pub(crate) function: Ident,
    /// The visibility of the function, and of the worker type.
    pub(crate) visibility: Visibility,
    /// The documentation of the function, for the worker type.
    pub(crate) docs: Vec<Attribute>,
    pub(crate) stable_name: Option<LitStr>,
    /// The types in `messenger: Messenger<S, R, C>`, if it takes one.
    pub(crate) messenger: Option<MessengerTypes>,
    pub(crate) inputs: Inputs,
    pub(crate) reply: Reply,
}

/// What a function's messenger sends and receives, over which channels.
pub(crate) struct MessengerTypes {
    /// The type of the argument as written.
    pub(crate) written: Type,
    pub(crate) sent: Type,
    pub(crate) received: Type,
    /// `()` if absent.
    pub(crate) channels: Option<Type>,
}
