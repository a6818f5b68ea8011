//! How an argument is written at the caller, read in the worker, and lent to the handler.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Path, ext::IdentExt, spanned::Spanned};

use super::{mixed, owned};
use crate::model::{self, Argument, Borrow, Passing};

/// `name: Type`, each, as the controller's method takes them.
pub(super) fn parameters(arguments: &[Argument]) -> TokenStream {
    arguments
        .iter()
        .map(|Argument { name, ty, .. }| quote_spanned!(mixed()=> #name: #ty,))
        .collect()
}

/// `|draft| { … }`, which writes all arguments.
pub(super) fn encoder(arguments: &[Argument], library: &Path) -> TokenStream {
    if arguments.is_empty() {
        return quote_spanned!(mixed()=> |_| {});
    }
    let puts = puts(arguments, library);
    quote_spanned!(mixed()=> |draft| { #puts })
}

/// The statements that write all arguments to `draft`.
pub(super) fn puts(arguments: &[Argument], library: &Path) -> TokenStream {
    arguments.iter().map(|argument| put(argument, library)).collect()
}

fn put(argument: &Argument, library: &Path) -> TokenStream {
    let (name, witness) = (&argument.name, witness(argument, library));
    match &argument.passing {
        Passing::Value => quote_spanned!(mixed()=> #witness.put(draft, &#name);),
        Passing::Borrowed(_) => quote_spanned!(mixed()=> #witness.put(draft, #name);),
        Passing::Optional(_) => quote_spanned!(mixed()=> #witness.put_option(draft, #name);),
    }
}

/// The same, out of the owned arguments that `item` holds: the one, or the tuple of all.
pub(super) fn put_owned(arguments: &[Argument], library: &Path) -> TokenStream {
    let puts = arguments.iter().enumerate().map(|(place, argument)| {
        let (held, witness) = (model::held(place), witness(argument, library));
        let lent = lent_by_message(place, argument, library);
        match &argument.passing {
            Passing::Value => quote_spanned!(mixed()=> #witness.put(draft, #held);),
            Passing::Borrowed(_) => quote_spanned!(mixed()=> #witness.put(draft, #lent);),
            Passing::Optional(_) => quote_spanned!(mixed()=> #witness.put_option(draft, #lent);),
        }
    });
    let held = (0..arguments.len()).map(model::held);
    match arguments {
        [_] => quote_spanned!(mixed()=> let #(#held)* = item; #(#puts)*),
        _ => quote_spanned!(mixed()=> let (#(#held,)*) = item; #(#puts)*),
    }
}

/// The type of `item` in [`put_owned`].
pub(super) fn item(arguments: &[Argument], library: &Path) -> TokenStream {
    let owned = arguments.iter().map(|argument| owned::owned(argument, library));
    match arguments {
        [_] => quote_spanned!(mixed()=> #(#owned)*),
        _ => quote_spanned!(mixed()=> (#(#owned,)*)),
    }
}

/// `let held_0 = …;` for each argument, and then nothing may be left.
pub(super) fn decode(arguments: &[Argument], library: &Path) -> TokenStream {
    let takes = arguments.iter().enumerate().map(|(place, argument)| {
        let (held, witness) = (model::held(place), witness(argument, library));
        match argument.passing {
            Passing::Optional(_) => {
                quote_spanned!(mixed()=> let #held = #witness.take_option(arguments)?;)
            }
            _ => quote_spanned!(mixed()=> let #held = #witness.take(arguments)?;),
        }
    });
    quote_spanned! {mixed()=>
        #(#takes)*
        arguments.finish()?;
    }
}

/// What to pass to the user's function for each argument that `decode` has read.
pub(super) fn lent(arguments: &[Argument], library: &Path) -> TokenStream {
    arguments
        .iter()
        .enumerate()
        .map(|(place, argument)| {
            let lent = lend(place, argument, library);
            quote_spanned!(mixed()=> #lent,)
        })
        .collect()
}

// Where a type is not what its spelling says, such as an `Option` of the user's own, this is where
// the compiler finds out, so it has the span of that type.
fn lend(place: usize, argument: &Argument, library: &Path) -> TokenStream {
    let held = model::held(place);
    let span = mixed().located_at(argument.ty.span());
    match &argument.passing {
        Passing::Value
        | Passing::Borrowed(Borrow::Text | Borrow::Bytes)
        | Passing::Optional(Borrow::Text | Borrow::Bytes) => quote_spanned!(span=> #held),
        Passing::Borrowed(Borrow::Slice(_)) => quote_spanned!(span=> &#held),
        Passing::Borrowed(Borrow::Value(value)) => {
            quote_spanned!(span=> #library::__private::lend::<#value>(&#held))
        }
        Passing::Optional(Borrow::Slice(_)) => quote_spanned!(span=> #held.as_deref()),
        Passing::Optional(Borrow::Value(value)) => {
            quote_spanned!(span=> #held.as_ref().map(#library::__private::lend::<#value>))
        }
    }
}

/// The same out of the field of a message, which owns it.
pub(super) fn lent_by_message(place: usize, argument: &Argument, library: &Path) -> TokenStream {
    let held = model::held(place);
    match &argument.passing {
        Passing::Borrowed(Borrow::Text | Borrow::Bytes) => quote_spanned!(mixed()=> &#held,),
        Passing::Optional(Borrow::Text | Borrow::Bytes) => {
            quote_spanned!(mixed()=> #held.as_deref(),)
        }
        _ => {
            let lent = lend(place, argument, library);
            quote_spanned!(mixed()=> #lent,)
        }
    }
}

/// The one place where the compiler checks that the argument can be sent, with its span.
fn witness(argument: &Argument, library: &Path) -> TokenStream {
    let span = mixed().located_at(argument.ty.span());
    match &argument.passing {
        Passing::Value => {
            let ty = &argument.ty;
            quote_spanned!(span=> #library::__private::argument::<#ty>())
        }
        Passing::Borrowed(borrow) | Passing::Optional(borrow) => match borrow {
            Borrow::Text => quote_spanned!(span=> #library::__private::text()),
            Borrow::Bytes => quote_spanned!(span=> #library::__private::bytes()),
            Borrow::Slice(item) => quote_spanned!(span=> #library::__private::slice::<#item>()),
            Borrow::Value(value) => quote_spanned!(span=> #library::__private::by_ref::<#value>()),
        },
    }
}

/// The fields of the argument's message: `name: Owned,`.
pub(super) fn fields(arguments: &[Argument], library: &Path) -> TokenStream {
    arguments
        .iter()
        .map(|argument| {
            let (name, owned) = (&argument.name, owned::owned(argument, library));
            let doc = format!(" The argument `{}`.", name.unraw());
            quote_spanned!(mixed()=> #[doc = #doc] #name: #owned,)
        })
        .collect()
}
