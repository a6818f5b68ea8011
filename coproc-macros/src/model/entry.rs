use proc_macro2::TokenStream;
use syn::{Attribute, Path, Signature, Visibility};

/// A function with `#[main]` or `#[test]`.
pub(crate) struct Entry {
    pub(crate) library: Path,
    pub(crate) kind: EntryKind,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// The body, with its braces.
    pub(crate) body: TokenStream,
    /// The function as written, if it was refused.
    pub(crate) refused: Option<TokenStream>,
}

/// Which of the two attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Main,
    Test,
}

impl EntryKind {
    /// The attribute.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Test => "test",
        }
    }
}
