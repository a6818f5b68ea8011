//! The arguments: encoded at the caller, decoded in the worker, passed to the handler.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Path, ext::IdentExt, spanned::Spanned};

use super::{mixed, owned};
use crate::model::{self, Argument, Borrow, Passing};

/// The parameters `name: Type` of the controller's method.
pub(super) fn parameters(arguments: &[Argument]) -> TokenStream {
    arguments
        .iter()
        .map(|Argument { name, ty, .. }| quote_spanned!(mixed()=> #name: #ty,))
        .collect()
}

/// The closure `|draft| { … }`, which encodes all arguments.
pub(super) fn encoder(arguments: &[Argument], library: &Path) -> TokenStream {
    if arguments.is_empty() {
        return quote_spanned!(mixed()=> |_| {});
    }
    let puts = puts(arguments, library);
    quote_spanned!(mixed()=> |draft| { #puts })
}

/// The statements that encode all arguments to `draft`.
pub(super) fn puts(arguments: &[Argument], library: &Path) -> TokenStream {
    arguments.iter().map(|argument| put(argument, library)).collect()
}

fn put(argument: &Argument, library: &Path) -> TokenStream {
    let (name, codec) = (&argument.name, codec(argument, library));
    match &argument.passing {
        Passing::Value => quote_spanned!(mixed()=> #codec.put(draft, &#name);),
        Passing::Borrowed(_) => quote_spanned!(mixed()=> #codec.put(draft, #name);),
        Passing::Optional(_) => quote_spanned!(mixed()=> #codec.put_option(draft, #name);),
    }
}

/// The same for the owned arguments in `item`: the only one, or a tuple of all.
pub(super) fn put_owned(arguments: &[Argument], library: &Path) -> TokenStream {
    let puts = arguments.iter().enumerate().map(|(place, argument)| {
        let (variable, codec) = (model::variable(place), codec(argument, library));
        let lent = lent_by_message(place, argument, library);
        match &argument.passing {
            Passing::Value => quote_spanned!(mixed()=> #codec.put(draft, #variable);),
            Passing::Borrowed(_) => quote_spanned!(mixed()=> #codec.put(draft, #lent);),
            Passing::Optional(_) => quote_spanned!(mixed()=> #codec.put_option(draft, #lent);),
        }
    });
    let variable = (0..arguments.len()).map(model::variable);
    match arguments {
        [_] => quote_spanned!(mixed()=> let #(#variable)* = item; #(#puts)*),
        _ => quote_spanned!(mixed()=> let (#(#variable,)*) = item; #(#puts)*),
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

/// The statements `let arg_0 = …;`, and a check that no bytes are left.
pub(super) fn decode(arguments: &[Argument], library: &Path) -> TokenStream {
    let takes = arguments.iter().enumerate().map(|(place, argument)| {
        let (variable, codec) = (model::variable(place), codec(argument, library));
        match argument.passing {
            Passing::Optional(_) => {
                quote_spanned!(mixed()=> let #variable = #codec.take_option(arguments)?;)
            }
            _ => quote_spanned!(mixed()=> let #variable = #codec.take(arguments)?;),
        }
    });
    quote_spanned! {mixed()=>
        #(#takes)*
        arguments.finish()?;
    }
}

/// The expressions that pass the decoded arguments to the user's function.
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

// The span is that of the type: if the type is not what its spelling says, such as an `Option` of the
// user's own, the compiler reports it there.
fn lend(place: usize, argument: &Argument, library: &Path) -> TokenStream {
    let variable = model::variable(place);
    let span = mixed().located_at(argument.ty.span());
    match &argument.passing {
        Passing::Value
        | Passing::Borrowed(Borrow::Text | Borrow::Bytes)
        | Passing::Optional(Borrow::Text | Borrow::Bytes) => quote_spanned!(span=> #variable),
        Passing::Borrowed(Borrow::Slice(_)) => quote_spanned!(span=> &#variable),
        Passing::Borrowed(Borrow::Value(value)) => {
            quote_spanned!(span=> #library::__private::lend::<#value>(&#variable))
        }
        Passing::Optional(Borrow::Slice(_)) => quote_spanned!(span=> #variable.as_deref()),
        Passing::Optional(Borrow::Value(value)) => {
            quote_spanned!(span=> #variable.as_ref().map(#library::__private::lend::<#value>))
        }
    }
}

/// The same for the field of a message, which owns the value.
pub(super) fn lent_by_message(place: usize, argument: &Argument, library: &Path) -> TokenStream {
    let variable = model::variable(place);
    match &argument.passing {
        Passing::Borrowed(Borrow::Text | Borrow::Bytes) => quote_spanned!(mixed()=> &#variable,),
        Passing::Optional(Borrow::Text | Borrow::Bytes) => {
            quote_spanned!(mixed()=> #variable.as_deref(),)
        }
        _ => {
            let lent = lend(place, argument, library);
            quote_spanned!(mixed()=> #lent,)
        }
    }
}

/// The argument's codec, with the argument's span. The compiler checks here that it can be sent.
fn codec(argument: &Argument, library: &Path) -> TokenStream {
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
