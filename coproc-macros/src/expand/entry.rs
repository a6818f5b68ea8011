//! `#[main]` and `#[test]`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote_spanned;

use super::mixed;
use crate::model::{Entry, EntryKind};

/// The function, with a statement before its body.
pub(crate) fn entry(entry: &Entry) -> TokenStream {
    let Entry { library, attributes, visibility, signature, .. } = entry;
    let name = signature.ident.to_string();
    let (marker, first) = match entry.kind {
        EntryKind::Main => (None, quote_spanned!(mixed()=> #library::__private::init();)),
        EntryKind::Test => (
            Some(quote_spanned!(mixed()=> #[::core::prelude::v1::test])),
            quote_spanned! {mixed()=>
                #library::__private::test(
                    ::core::concat!(::core::module_path!(), "::", #name),
                );
            },
        ),
    };
    let body = match &entry.refused {
        Some(inner) => quote_spanned! {mixed()=>
            {
                #[allow(dead_code)]
                #inner
                #library::__private::refused()
            }
        },
        None => with_first(&entry.body, &first),
    };
    quote_spanned! {mixed()=>
        #marker
        #(#attributes)*
        #visibility #signature #body
    }
}

/// The body with a statement before it. The body is not parsed, since it may be incomplete.
fn with_first(body: &TokenStream, first: &TokenStream) -> TokenStream {
    body.clone()
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let rest = group.stream();
                let mut body = Group::new(Delimiter::Brace, quote_spanned!(mixed()=> #first #rest));
                body.set_span(group.span());
                TokenTree::Group(body)
            }
            token => token,
        })
        .collect()
}
