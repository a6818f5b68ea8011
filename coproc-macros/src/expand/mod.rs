//! Model to tokens. This cannot fail, since a model is valid.
//!
//! All paths are absolute. All variables have the span of the macro, so that they do not collide with
//! arguments. The user's identifiers keep their spans, so that an editor finds them.

mod argument;
mod assertions;
mod channel;
mod controller;
mod dispatch;
mod entry;
mod fallback;
mod function;
mod message;
mod owned;
mod plan;
mod recipe;
mod reply;
mod spawn;
mod urgent;
mod worker;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Attribute;

pub(crate) use self::{
    channel::channel_set, entry::entry, function::function, urgent::message, worker::worker,
};

/// The span of generated variables, which the user's code cannot name.
fn mixed() -> Span {
    Span::mixed_site()
}

/// The lints that are off in generated code.
fn quiet() -> TokenStream {
    quote_spanned! {mixed()=>
        #[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
    }
}

/// Items that only `coproc` uses, in a scope of their own.
fn hidden(cfgs: &[Attribute], items: &TokenStream) -> TokenStream {
    let quiet = quiet();
    quote_spanned! {mixed()=>
        #(#cfgs)*
        #quiet
        #[allow(rustdoc::all)]
        const _: () = {
            // A change of the variable rebuilds the crate, so that the macro runs again.
            const _: ::core::option::Option<&str> = ::core::option_env!("COPROC_EXPAND");
            #items
        };
    }
}
