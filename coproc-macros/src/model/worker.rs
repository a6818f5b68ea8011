use proc_macro2::Span;
use syn::{Attribute, Expr, Generics, Ident, LitStr, Path, Type, Visibility};

use super::{Argument, Channel, Handler, Names, Nanoseconds, RefusedHandler, Reply};

/// The worker's type, and the path of the library.
pub(crate) struct Subject {
    /// `::coproc`, or the path of `crate = path`.
    pub(crate) library: Path,
    /// The type, with a turbofish, so that it is valid in expressions too.
    pub(crate) path: Path,
    pub(crate) generics: Generics,
    pub(crate) names: Names,
    /// Each `#[cfg]` below the macro, for all generated items.
    pub(crate) cfgs: Vec<Attribute>,
}

/// An `impl` block with `#[worker]`.
pub(crate) struct Worker {
    pub(crate) subject: Subject,
    /// The visibility of all generated items; `pub` if absent.
    pub(crate) visibility: Visibility,
    /// Where the visibility was written.
    pub(crate) visibility_span: Span,
    pub(crate) stable_name: Option<LitStr>,
    pub(crate) aging: Option<Nanoseconds>,
    pub(crate) keep_on_panic: bool,
    pub(crate) event: Option<Type>,
    /// The channels, the default one first.
    pub(crate) channels: Vec<Channel>,
    /// Whether the user declared channels; an enum of them is then generated.
    pub(crate) declares_channels: bool,
    /// Without it, the worker's value is sent.
    pub(crate) init: Option<Init>,
    pub(crate) close: Option<Close>,
    pub(crate) idle: Option<Idle>,
    pub(crate) gone: Option<Gone>,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) refused: Vec<RefusedHandler>,
    /// Whether the user's own block has a `spawn` or an `on`, which was refused.
    pub(crate) spawn_is_taken: bool,
}

/// A function with `#[init]`.
pub(crate) struct Init {
    pub(crate) name: Ident,
    pub(crate) inputs: Inputs,
    pub(crate) error: Option<Type>,
    pub(crate) docs: Vec<Attribute>,
}

/// The arguments of a function, which may have been refused.
pub(crate) enum Inputs {
    Accepted(Vec<Argument>),
    /// Their types, as far as they can be named.
    Refused(Vec<Type>),
}

/// A function with `#[close]`.
pub(crate) struct Close {
    pub(crate) name: Ident,
    pub(crate) reply: Reply,
    /// Its signature is wrong, so it cannot be called.
    pub(crate) refused: bool,
}

/// A function with `#[idle]`.
pub(crate) struct Idle {
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) context: Option<Type>,
}

/// A function with `#[gone]`.
pub(crate) struct Gone {
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    /// The type of its argument.
    pub(crate) peer: Type,
}

/// A function with `#[tick]`.
pub(crate) struct Tick {
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) context: Option<Type>,
    pub(crate) every: Expr,
    /// Without it, always.
    pub(crate) when: Option<Expr>,
}
