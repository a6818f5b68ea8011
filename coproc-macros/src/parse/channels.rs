//! `channels(control(capacity = 16), data)`.

use syn::{Ident, ext::IdentExt, parenthesized, parse::ParseStream, token};

use super::{
    options::{Options, to_comma},
    table::Place,
};
use crate::diagnostics::{Errors, catalog};

/// One channel as declared.
#[derive(Debug)]
pub(crate) struct ChannelSyntax {
    pub(crate) name: Ident,
    pub(crate) options: Options,
}

/// The channels in their parentheses.
pub(super) fn parse(
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Vec<ChannelSyntax>> {
    let content;
    parenthesized!(content in input);
    let mut channels = Vec::new();
    while !content.is_empty() {
        match channel(&content, errors) {
            Ok(channel) => channels.push(channel),
            Err(_) => {
                let example = "channels(control, data(capacity = 64))";
                errors.push(content.span(), &catalog::OPTION_FORM, &["channels", example]);
            }
        }
        to_comma(&content);
    }
    Ok(channels)
}

/// `control(capacity = 16)`, or `control` alone.
fn channel(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<ChannelSyntax> {
    let name = input.call(Ident::parse_any)?;
    let options = if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        Options::parse(content.parse()?, Place::Channel, errors)
    } else {
        Options::default()
    };
    if input.is_empty() || input.peek(syn::Token![,]) {
        Ok(ChannelSyntax { name, options })
    } else {
        Err(input.error("expected a comma"))
    }
}
