//! A struct or an enum with `#[message]`.

use proc_macro2::TokenStream;
use syn::{
    Attribute, Generics, Ident, Token, Visibility,
    parse::{Parse, ParseStream, Parser},
};

use super::{priority, subject};
use crate::{
    diagnostics::{Errors, catalog},
    model::MessageType,
    parse::Options,
};

/// Validates the type.
pub(crate) fn message(
    item: TokenStream,
    options: &Options,
    errors: &mut Errors,
) -> Option<MessageType> {
    let (name, generics) = match head.parse2(item) {
        Ok(head) => head,
        Err(error) => {
            errors.add(error);
            return None;
        }
    };
    is_not_generic(&name, &generics, errors)?;
    let priority = options.expression("priority");
    Some(MessageType {
        library: subject::library(options),
        name,
        priority: priority
            .filter(|priority| priority::is_a_whole_number(priority, errors).is_some())
            .cloned(),
        channel: options.expression("channel").cloned(),
    })
}

/// The name of a struct or an enum, and its type parameters.
fn head(input: ParseStream<'_>) -> syn::Result<(Ident, Generics)> {
    input.call(Attribute::parse_outer)?;
    Visibility::parse(input)?;
    if input.parse::<Option<Token![struct]>>()?.is_none() {
        input.parse::<Token![enum]>()?;
    }
    let head = (input.parse()?, input.parse()?);
    input.parse::<TokenStream>()?;
    Ok(head)
}

// #[message(priority = -1)]
// struct Alarm<T>(T);
fn is_not_generic(name: &Ident, generics: &Generics, errors: &mut Errors) -> Option<()> {
    if generics.params.is_empty() {
        return Some(());
    }
    errors.push(name.span(), &catalog::MESSAGE_GENERIC, &[]);
    None
}
