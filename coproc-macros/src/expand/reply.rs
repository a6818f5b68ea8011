//! Replies, as the caller names them and as the worker writes them.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Path, spanned::Spanned};

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

/// The one place where the compiler checks that the reply can be sent, with its span.
pub(super) fn witness(reply: &Reply, library: &Path) -> TokenStream {
    let span = mixed().located_at(reply.value.span());
    let types = types(reply);
    match reply.error {
        Some(_) => quote_spanned!(span=> #library::__private::fallible::<#types>()),
        None => quote_spanned!(span=> #library::__private::reply::<#types>()),
    }
}

/// The answer made of what the user's function returned.
pub(super) fn answer(reply: &Reply, library: &Path, call: &TokenStream) -> TokenStream {
    let witness = witness(reply, library);
    let span = mixed().located_at(reply.value.span());
    match reply {
        Reply { later: true, .. } => quote_spanned!(span=> #witness.later(#call)),
        Reply { error: Some(_), .. } => quote_spanned!(span=> #witness.result(#call)),
        Reply { .. } => quote_spanned!(span=> #witness.value(#call)),
    }
}
