//! `#[message]` on a type: its priority and channel.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::{hidden, mixed};
use crate::model::MessageType;

/// The items for `#[message]` on a struct or an enum.
pub(crate) fn message(message: &MessageType) -> TokenStream {
    let MessageType { library, name, priority, channel } = message;
    let priority = match priority {
        Some(priority) => quote_spanned!(mixed()=> #priority),
        None => quote_spanned!(mixed()=> 0),
    };
    let channel = match channel {
        Some(channel) => quote_spanned! {mixed()=>
            ::core::option::Option::Some(#library::__private::AnyChannel::of(#channel))
        },
        None => quote_spanned!(mixed()=> ::core::option::Option::None),
    };
    // The user's expression uses `self`, so this `self` has the user's hygiene.
    let receiver = quote_spanned!(Span::call_site()=> &self);
    hidden(
        &[],
        &quote_spanned! {mixed()=>
            #[automatically_derived]
            impl #library::__private::Urgent for #name {
                fn priority(#receiver) -> i32 {
                    #priority
                }

                fn channel() -> ::core::option::Option<#library::__private::AnyChannel> {
                    #channel
                }
            }

            #library::__private::inventory::submit! {
                #library::__private::MessageEntry::new::<#name>()
            }
        },
    )
}
