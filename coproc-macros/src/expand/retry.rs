//! How a function is told to be run again when it fails.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::{
    mixed,
    spawn::{Start, Written, at, written},
};
use crate::model::Subject;

/// The options of a function on its way to a place.
pub(super) fn items(start: &Start<'_>) -> TokenStream {
    let Subject { library, path, names, .. } = start.subject;
    let (placed, place) = (&names.placed, &names.place);
    let retrying = quote_spanned!(mixed()=> #library::__private::Retrying<#path, #place>);
    let retried = at(start.subject, &retrying);
    let with = other_arguments(start);
    quote_spanned! {mixed()=>
        impl<#place> #placed<#place> {
            /// Runs it again when it fails, so many times at most: what is spawned is `Retried`.
            #[must_use = "nothing starts before `spawn`"]
            pub fn retry(self, number: u32) -> #retried {
                #placed(<#retrying>::new(self.0, number), ::core::marker::PhantomData)
            }
        }

        impl<#place> #retried {
            /// How long to wait before each of the later runs; not at all unless said otherwise.
            #[must_use = "nothing starts before `spawn`"]
            pub fn retry_delay(self, delay: ::core::time::Duration) -> Self {
                #placed(self.0.delay(delay), ::core::marker::PhantomData)
            }

            /// Runs it again only after the errors that `which` says yes to; after all unless said
            /// otherwise.
            #[must_use = "nothing starts before `spawn`"]
            pub fn retry_if(
                self,
                which: impl ::core::ops::Fn(
                    &#library::__private::CallError<<#path as #library::__private::Worker>::OutputError>,
                ) -> bool
                    + ::core::marker::Send
                    + 'static,
            ) -> Self {
                #placed(self.0.only(which), ::core::marker::PhantomData)
            }

            #with
        }
    }
}

/// The later runs may have other arguments than the first, if there are any.
fn other_arguments(start: &Start<'_>) -> Option<TokenStream> {
    let Subject { library, path, names, .. } = start.subject;
    let (placed, place, by) = (&names.placed, &names.place, &names.by);
    let Written { parameters, encoder, .. } = written(start);
    if parameters.is_empty() {
        return None;
    }
    let body = match encoder {
        Some(encoder) => quote_spanned! {mixed()=>
            #placed(self.0.with::<#by>(#encoder), ::core::marker::PhantomData)
        },
        None => quote_spanned!(mixed()=> #library::__private::refused()),
    };
    Some(quote_spanned! {mixed()=>
        /// The arguments of the later runs; those of the first unless said otherwise.
        #[must_use = "nothing starts before `spawn`"]
        pub fn retry_with<#by>(self, #parameters) -> Self
        where
            #place: #library::__private::Place<#path, #by>,
        {
            #body
        }
    })
}
