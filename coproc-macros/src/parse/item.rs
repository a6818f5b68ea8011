//! What kind of item a macro was written on.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Visibility,
    parse::{Parse, ParseStream, Parser},
};

/// The kind of an item, by its first word after attributes and visibility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Impl,
    Function,
    Type,
    Other,
}

impl Item {
    /// Looks at the tokens without reading further than needed.
    pub(crate) fn of(tokens: TokenStream) -> Self {
        let parser = |input: ParseStream<'_>| {
            input.call(Attribute::parse_outer)?;
            Visibility::parse(input)?;
            let mut found = Self::Other;
            while let Ok(token) = input.parse::<TokenTree>() {
                match token.to_string().as_str() {
                    "impl" => found = Self::Impl,
                    "fn" => found = Self::Function,
                    "struct" | "enum" => found = Self::Type,
                    "default" | "const" | "async" | "unsafe" | "extern" => continue,
                    name if name.starts_with('"') => continue,
                    _ => {}
                }
                break;
            }
            input.parse::<TokenStream>()?;
            Ok(found)
        };
        parser.parse2(tokens).unwrap_or(Self::Other)
    }
}
