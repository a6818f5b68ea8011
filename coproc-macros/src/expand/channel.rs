//! Enums of channels: a worker's, and those with `#[derive(Channel)]`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote_spanned;
use syn::Path;

use super::{hidden as hide, mixed, quiet};
use crate::model::{self, ChannelSet, Worker};

/// The enum of a worker's channels, if it declares any.
pub(super) fn item(worker: &Worker) -> Option<TokenStream> {
    if !worker.declares_channels {
        return None;
    }
    let (cfgs, visibility) = (&worker.subject.cfgs, &worker.visibility);
    let name = &worker.subject.names.channel;
    let variants = worker.channels.iter().enumerate().map(|(number, channel)| {
        let (variant, doc) = (&channel.variant, format!(" The channel `{}`.", channel.name));
        let default = (number == 0).then(|| quote_spanned!(mixed()=> #[default]));
        quote_spanned!(mixed()=> #default #[doc = #doc] #variant,)
    });
    let doc = format!(" The channels of a [`{}`].", worker.subject.names.worker);
    let quiet = quiet();
    Some(quote_spanned! {mixed()=>
        #(#cfgs)*
        #[doc = #doc]
        #quiet
        #[derive(
            ::core::clone::Clone,
            ::core::marker::Copy,
            ::core::fmt::Debug,
            ::core::default::Default,
            ::core::cmp::PartialEq,
            ::core::cmp::Eq,
            ::core::hash::Hash,
        )]
        #visibility enum #name {
            #(#variants)*
        }
    })
}

/// Its `impl Channel`.
pub(super) fn hidden(worker: &Worker) -> Option<TokenStream> {
    let (names, variants): (Vec<String>, Vec<Ident>) = worker
        .channels
        .iter()
        .map(|channel| (channel.name.clone(), channel.variant.clone()))
        .unzip();
    let subject = &worker.subject;
    worker
        .declares_channels
        .then(|| implementation(&subject.library, &subject.names.channel, &names, &variants))
}

/// The items for `#[derive(Channel)]`.
pub(crate) fn channel_set(set: &ChannelSet) -> TokenStream {
    let names: Vec<String> = set.variants.iter().map(model::snake).collect();
    hide(&[], &implementation(&set.library, &set.name, &names, &set.variants))
}

fn implementation(
    library: &Path,
    name: &Ident,
    names: &[String],
    variants: &[Ident],
) -> TokenStream {
    let numbers = (0..variants.len()).map(Literal::usize_unsuffixed);
    // With the span of the enum's name, where the compiler reports that `Copy` is missing.
    quote_spanned! {mixed()=>
        #[automatically_derived]
        impl #library::__private::Channel for #name {
            const NAMES: &'static [&'static str] = &[#(#names),*];

            fn index(self) -> usize {
                match self {
                    #(Self::#variants => #numbers,)*
                }
            }

            fn from_index(index: usize) -> ::core::option::Option<Self> {
                [#(Self::#variants),*].into_iter().nth(index)
            }
        }
    }
}
