use syn::{Attribute, Expr, Generics, Ident, Type};

use super::{Argument, Nanoseconds, Reply};

/// A method with `#[message]`.
pub(crate) struct Handler {
    /// Its index among the handlers as written. Handlers that `#[cfg]` removes count too, so the number does
    /// not depend on the configuration.
    pub(crate) number: u32,
    pub(crate) name: Ident,
    /// Its variant in the message enum.
    pub(crate) variant: Ident,
    /// Each `#[cfg]`, for all items that are generated for the handler.
    pub(crate) cfgs: Vec<Attribute>,
    /// Documentation, `#[deprecated]` and `#[must_use]`, for the controller's method.
    pub(crate) attributes: Vec<Attribute>,
    /// The type in `cx: &mut Context<Self>`, if the handler takes it.
    pub(crate) context: Option<Type>,
    pub(crate) arguments: Vec<Argument>,
    /// `None` for `oneway`.
    pub(crate) reply: Option<Reply>,
    /// The expression, with `Self` replaced; 0 if absent.
    pub(crate) priority: Option<Expr>,
    /// The number of its channel.
    pub(crate) channel: usize,
    pub(crate) deadline: Option<Nanoseconds>,
    pub(crate) idempotent: bool,
}

/// A method with `#[message]` that was refused, but whose types can be named. The controller has a method
/// for it, so that its callers get no errors.
pub(crate) struct RefusedHandler {
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) generics: Generics,
    pub(crate) arguments: Vec<Type>,
    /// `None` for `oneway`.
    pub(crate) reply: Option<Reply>,
}
