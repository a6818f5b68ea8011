use syn::{Expr, Ident, Path};

/// A channel of a worker.
pub(crate) struct Channel {
    /// Its name as text: `control`.
    pub(crate) name: String,
    /// Its variant in the enum of channels.
    pub(crate) variant: Ident,
    /// How many messages may wait; the library's default if absent.
    pub(crate) capacity: Option<Expr>,
    /// Whether a full channel is an error and not a wait.
    pub(crate) reject: bool,
}

/// An enum with `#[derive(Channel)]`.
pub(crate) struct ChannelSet {
    pub(crate) library: Path,
    pub(crate) name: Ident,
    /// The variants in order, the first being the default channel.
    pub(crate) variants: Vec<Ident>,
}
