use proc_macro2::Span;
use syn::{Attribute, Expr, Generics, Ident, LitStr, Path, Type, Visibility};

use super::{Argument, Channel, Handler, Names, Nanoseconds, RefusedHandler, Reply};

/// The type that becomes a worker, and the library that makes it one.
pub(crate) struct Subject {
    /// `::coproc`, or what `crate = path` says.
    pub(crate) library: Path,
    /// The type, with a turbofish so that it can stand in expressions too.
    pub(crate) path: Path,
    pub(crate) generics: Generics,
    pub(crate) names: Names,
    /// Each `#[cfg]` that stands below the macro, for everything that is generated.
    pub(crate) cfgs: Vec<Attribute>,
}

/// An `impl` block with `#[worker]`.
pub(crate) struct Worker {
    pub(crate) subject: Subject,
    /// Of everything generated; `pub` if absent.
    pub(crate) visibility: Visibility,
    /// Where the visibility was written.
    pub(crate) visibility_span: Span,
    pub(crate) stable_name: Option<LitStr>,
    pub(crate) aging: Option<Nanoseconds>,
    pub(crate) keep_on_panic: bool,
    pub(crate) event: Option<Type>,
    /// The default channel first; alone if none is declared.
    pub(crate) channels: Vec<Channel>,
    /// Whether the user declared channels, and so gets an enum of them.
    pub(crate) declares_channels: bool,
    /// Without one, the value itself is sent.
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

/// The arguments of a function that may have been refused.
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
    /// Always if absent.
    pub(crate) when: Option<Expr>,
}
