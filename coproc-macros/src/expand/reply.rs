//! Replies: their types at the caller, and their encoding in the worker.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Ident, Path, spanned::Spanned};

use super::mixed;
use crate::model::Reply;

/// `T` or `T, E`: the arguments of `Call`.
pub(super) fn types(reply: &Reply) -> TokenStream {
    let Reply { value, error, .. } = reply;
    match error {
        Some(error) => quote_spanned!(mixed()=> #value, #error),
        None => quote_spanned!(mixed()=> #value),
    }
}

/// The span for a type whose spelling may mislead, such as a `Result` of the user's own.
///
/// An alias has the user's own span, so that the compiler merges its error with that of the projections.
/// Generated variables must not have it.
pub(super) fn span(reply: &Reply) -> Span {
    match &reply.alias {
        Some(alias) => alias.span(),
        None => mixed().located_at(reply.value.span()),
    }
}

/// `Call<T, E>`, which the controller's method returns.
pub(super) fn returned(reply: &Reply, library: &Path) -> TokenStream {
    let (span, types) = (span(reply), types(reply));
    let mut library = library.clone();
    // The compiler reports an unmet bound of an alias for the whole type, from its first token to its last.
    if let (Some(_), Some(colons)) = (&reply.alias, &mut library.leading_colon) {
        colons.spans = [span; 2];
    }
    quote_spanned!(span=> #library::__private::Call<#types>)
}

/// The reply's codec, with the reply's span. The compiler checks here that it can be sent.
pub(super) fn codec(reply: &Reply, library: &Path) -> TokenStream {
    let span = span(reply);
    let types = types(reply);
    match reply {
        Reply { alias: Some(alias), .. } => {
            quote_spanned!(span=> <#alias as #library::__private::Fallible>::reply())
        }
        Reply { error: Some(_), .. } => {
            quote_spanned!(span=> #library::__private::fallible::<#types>())
        }
        Reply { .. } => quote_spanned!(span=> #library::__private::reply::<#types>()),
    }
}

/// A call of the method of this name, the user's or the controller's, with these arguments after `self`.
pub(super) fn call(reply: Option<&Reply>, name: &Ident, arguments: &TokenStream) -> TokenStream {
    let receiver = quote_spanned!(mixed()=> self);
    let Some(reply) = reply else {
        return quote_spanned!(mixed()=> Self::#name(#receiver, #arguments));
    };
    let span = span(reply);
    let mut name = name.clone();
    if reply.alias.is_some() {
        name.set_span(span);
    }
    quote_spanned!(span=> Self::#name(#receiver, #arguments))
}

/// The answer for the value that the user's function returned.
pub(super) fn answer(reply: &Reply, library: &Path, call: &TokenStream) -> TokenStream {
    let codec = codec(reply, library);
    let span = span(reply);
    match reply {
        Reply { alias: Some(alias), .. } => quote_spanned! {span=>
            #codec.result(<#alias as #library::__private::Fallible>::into_result(#call))
        },
        Reply { later: true, .. } => quote_spanned!(span=> #codec.later(#call)),
        Reply { error: Some(_), .. } => quote_spanned!(span=> #codec.result(#call)),
        Reply { .. } => quote_spanned!(span=> #codec.value(#call)),
    }
}
