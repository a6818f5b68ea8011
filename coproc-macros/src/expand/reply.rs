//! Replies, as the caller names them and as the worker writes them.

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

/// Where the compiler finds out that a type is not what its spelling says, such as a `Result` of the
/// user's own: where it is written.
///
/// What is said of an alias is said at the user's own span, word for word as of its projections, so
/// that the compiler says it once. Variables have no place there.
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
    // What does not hold of an alias, the compiler says of the whole type as well, from its first
    // token to its last.
    if let (Some(_), Some(colons)) = (&reply.alias, &mut library.leading_colon) {
        colons.spans = [span; 2];
    }
    quote_spanned!(span=> #library::__private::Call<#types>)
}

/// The one place where the compiler checks that the reply can be sent, with its span.
pub(super) fn witness(reply: &Reply, library: &Path) -> TokenStream {
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

/// The call of the method of this name, the user's or the controller's, with the arguments behind
/// `self`.
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

/// The answer made of what the user's function returned.
pub(super) fn answer(reply: &Reply, library: &Path, call: &TokenStream) -> TokenStream {
    let witness = witness(reply, library);
    let span = span(reply);
    match reply {
        Reply { alias: Some(alias), .. } => quote_spanned! {span=>
            #witness.result(<#alias as #library::__private::Fallible>::into_result(#call))
        },
        Reply { later: true, .. } => quote_spanned!(span=> #witness.later(#call)),
        Reply { error: Some(_), .. } => quote_spanned!(span=> #witness.result(#call)),
        Reply { .. } => quote_spanned!(span=> #witness.value(#call)),
    }
}
