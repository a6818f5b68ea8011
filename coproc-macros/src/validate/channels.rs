//! Channels: those that a worker declares, and enums of them.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Data, DeriveInput, Expr, Fields, Ident, Lit, ext::IdentExt};

use super::subject;
use crate::{
    diagnostics::{Errors, catalog, suggest},
    model::{self, Channel, ChannelSet},
    parse::{ChannelSyntax, Options, Place},
};

/// The channel of handlers that name none.
const DEFAULT: &str = "default";

/// A worker's channels, the default one first.
pub(super) fn channels(declared: Option<&Vec<ChannelSyntax>>, errors: &mut Errors) -> Vec<Channel> {
    let mut channels = vec![Channel {
        name: DEFAULT.to_owned(),
        variant: Ident::new("Default", Span::mixed_site()),
        capacity: None,
        reject: false,
    }];
    let mut default_is_declared = false;
    for syntax in declared.into_iter().flatten() {
        let channel = channel(syntax, errors);
        let same = channels.iter_mut().find(|other| other.variant == channel.variant);
        match same {
            Some(default) if channel.name == DEFAULT && !default_is_declared => {
                default_is_declared = true;
                *default = channel;
            }
            Some(other) => is_told_apart(syntax, other, &channel, errors),
            None => channels.push(channel),
        }
    }
    channels
}

fn channel(syntax: &ChannelSyntax, errors: &mut Errors) -> Channel {
    let options = &syntax.options;
    let capacity = options.expression("capacity");
    Channel {
        name: syntax.name.unraw().to_string(),
        variant: model::upper_camel(&syntax.name),
        capacity: capacity.filter(|capacity| holds_a_message(capacity, errors)).cloned(),
        reject: options.word("overflow").is_some_and(|overflow| overflow == "reject"),
    }
}

// #[worker(channels(data, data))]
//
// #[worker(channels(high_data, high__data))]
fn is_told_apart(syntax: &ChannelSyntax, other: &Channel, this: &Channel, errors: &mut Errors) {
    let names = [&*other.name, &*this.name, &*this.variant.to_string()];
    errors.push(syntax.name.span(), &catalog::CHANNEL_TWICE, &names);
}

// #[worker(channels(data(capacity = 0)))]
fn holds_a_message(capacity: &Expr, errors: &mut Errors) -> bool {
    let zero = matches!(capacity, Expr::Lit(literal)
        if matches!(&literal.lit, Lit::Int(number) if number.base10_digits() == "0"));
    if zero {
        errors.push_at(capacity, &catalog::CAPACITY_ZERO, &[]);
    }
    !zero
}

/// The number of the channel that a handler names.
//
// #[message(channel = contrl)]
// fn stop(&mut self) {}
pub(super) fn is_declared(
    name: &Ident,
    channels: &[Channel],
    declares: bool,
    errors: &mut Errors,
) -> Option<usize> {
    let written = name.unraw().to_string();
    let found = channels.iter().position(|channel| channel.name == written);
    if found.is_none() && declares {
        let known: Vec<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
        let help = suggest::help(&written, &known);
        errors.push(name.span(), &catalog::CHANNEL_UNKNOWN, &[&written, &help]);
    } else if found.is_none() {
        errors.push(name.span(), &catalog::CHANNEL_UNDECLARED, &[&written]);
    }
    found
}

/// An enum with `#[derive(Channel)]`.
pub(crate) fn channel_set(input: &DeriveInput, errors: &mut Errors) -> Option<ChannelSet> {
    let variants = is_a_list_of_names(input, errors)?;
    let mut library = subject::library(&Options::default());
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("channel")) {
        let tokens = match &attribute.meta {
            syn::Meta::List(list) => list.tokens.clone(),
            meta => meta.to_token_stream(),
        };
        library = subject::library(&Options::parse(tokens, Place::ChannelType, errors));
    }
    Some(ChannelSet { library, name: input.ident.clone(), variants })
}

// #[derive(Channel)]
// enum Lane { Data(u8) }
//
// #[derive(Channel)]
// struct Lane;
fn is_a_list_of_names(input: &DeriveInput, errors: &mut Errors) -> Option<Vec<Ident>> {
    let variants: Option<Vec<Ident>> = match &input.data {
        Data::Enum(data) if input.generics.params.is_empty() && !data.variants.is_empty() => data
            .variants
            .iter()
            .map(|variant| matches!(variant.fields, Fields::Unit).then(|| variant.ident.clone()))
            .collect(),
        _ => None,
    };
    if variants.is_none() {
        errors.push(input.ident.span(), &catalog::CHANNEL_SHAPE, &[]);
    }
    variants
}
