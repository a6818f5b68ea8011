//! Methods of the controller for handlers that were refused, so that the callers of these get no errors.

use proc_macro2::TokenStream;
use quote::{format_ident, quote_spanned};
use syn::{Ident, Path, Type};

use super::{mixed, owned, reply};
use crate::model::{RefusedHandler, Reply};

/// The method, with the types that can be named.
pub(super) fn method(handler: &RefusedHandler, library: &Path) -> TokenStream {
    let RefusedHandler { name, cfgs, generics, arguments, .. } = handler;
    let (bounds, _, clause) = generics.split_for_impl();
    let parameters = parameters(arguments);
    let output = match &handler.reply {
        Some(answer) => {
            let types = reply::types(&Reply {
                value: owned::without_lifetimes(&answer.value),
                error: answer.error.as_ref().map(owned::without_lifetimes),
                alias: None,
                later: answer.later,
            });
            quote_spanned!(mixed()=> #library::__private::Call<#types>)
        }
        None => quote_spanned!(mixed()=> #library::__private::OneWay),
    };
    quote_spanned! {mixed()=>
        #(#cfgs)*
        /// This message was refused by `#[worker]`.
        pub fn #name #bounds (&self, #parameters) -> #output #clause {
            #library::__private::refused()
        }
    }
}

/// Parameters without the user's names, which may be wrong.
pub(super) fn parameters(types: &[Type]) -> TokenStream {
    types
        .iter()
        .enumerate()
        .map(|(place, ty)| {
            let name = name(place);
            quote_spanned!(mixed()=> #name: #ty,)
        })
        .collect()
}

/// The name of such a parameter.
pub(super) fn name(place: usize) -> Ident {
    format_ident!("argument_{place}", span = mixed())
}
