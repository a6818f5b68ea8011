//! Model to tokens. Nothing here can fail: what could is behind us.
//!
//! All paths are absolute. All variables have the span of the macro itself, so that arguments of
//! any name fit among them; the user's identifiers keep theirs, so that an editor finds them.

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

/// Where variables live that no user can see.
fn mixed() -> Span {
    Span::mixed_site()
}

/// What the compiler does not have to tell users about code that they did not write.
fn quiet() -> TokenStream {
    quote_spanned! {mixed()=>
        #[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
    }
}

/// The items that only `coproc` itself looks for, out of the user's sight.
fn hidden(cfgs: &[Attribute], items: &TokenStream) -> TokenStream {
    let quiet = quiet();
    quote_spanned! {mixed()=>
        #(#cfgs)*
        #quiet
        #[allow(rustdoc::all)]
        const _: () = {
            // Setting the variable has to run the macro again.
            const _: ::core::option::Option<&str> = ::core::option_env!("COPROC_EXPAND");
            #items
        };
    }
}
