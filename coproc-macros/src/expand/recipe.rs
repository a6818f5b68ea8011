//! A function that a pool runs on items.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::ext::IdentExt;

use super::{argument, mixed, reply};
use crate::model::{Argument, Function, Inputs, Subject};

/// Its entry in the table of functions for pools, unless it takes a messenger.
pub(super) fn items(function: &Function) -> Option<TokenStream> {
    let (Inputs::Accepted(arguments), None) = (&function.inputs, &function.messenger) else {
        return None;
    };
    let Subject { library, path, .. } = &function.subject;
    let name = &function.function;
    let text = name.unraw().to_string();
    let (item, puts) =
        (argument::item(arguments, library), argument::put_owned(arguments, library));
    let (decode, lent) = (argument::decode(arguments, library), argument::lent(arguments, library));
    let answer = reply::answer(&function.reply, library, &quote_spanned!(mixed()=> #name(#lent)));
    let with = with(function, arguments);
    Some(quote_spanned! {mixed()=>
        #[automatically_derived]
        impl #library::__private::PoolFunction for #path {
            type Item = #item;
            const FUNCTION: &'static ::core::primitive::str = #text;

            fn put(item: &Self::Item, draft: &mut #library::__private::Draft) {
                #puts
            }

            fn call(
                arguments: &mut #library::__private::Arguments<'_>,
            ) -> #library::__private::Decoded<#library::__private::Answer> {
                #decode
                ::core::result::Result::Ok(#answer)
            }
        }

        #library::__private::inventory::submit! {
            #library::__private::Recipe::new::<#path>()
        }

        #with
    })
}

/// `with`, for a function with several arguments.
fn with(function: &Function, arguments: &[Argument]) -> Option<TokenStream> {
    let (first, rest) = arguments.split_first().filter(|(_, rest)| !rest.is_empty())?;
    let Subject { library, path, .. } = &function.subject;
    let (visibility, first) = (&function.visibility, std::slice::from_ref(first));
    let (item, put_first) = (argument::item(first, library), argument::put_owned(first, library));
    let (parameters, encoder) = (argument::parameters(rest), argument::encoder(rest, library));
    Some(quote_spanned! {mixed()=>
        impl #path {
            /// The function with all arguments but the first fixed, for a pool whose items are the first.
            #visibility fn with(self, #parameters) -> #library::__private::With<Self> {
                #library::__private::with(#encoder)
            }
        }

        #[automatically_derived]
        impl #library::__private::FirstArgument for #path {
            type First = #item;

            fn put_first(item: &Self::First, draft: &mut #library::__private::Draft) {
                #put_first
            }
        }
    })
}
