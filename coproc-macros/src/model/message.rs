use syn::{Expr, Ident, Path};

/// A struct or an enum with `#[message]`.
pub(crate) struct MessageType {
    pub(crate) library: Path,
    pub(crate) name: Ident,
    /// An expression over `self`; 0 if absent.
    pub(crate) priority: Option<Expr>,
    /// A variant of some enum of channels.
    pub(crate) channel: Option<Expr>,
}
