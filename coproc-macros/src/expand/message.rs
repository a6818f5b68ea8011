//! The message enum: one variant for each handler, with its arguments as owned types.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::{GenericParam, Ident, Path, ext::IdentExt};

use super::{argument, mixed, quiet, reply};
use crate::model::{self, Handler, Worker};

/// The enum.
pub(super) fn item(worker: &Worker) -> TokenStream {
    let subject = &worker.subject;
    let (cfgs, generics, name) = (&subject.cfgs, &subject.generics, &subject.names.message);
    let (visibility, clause) = (&worker.visibility, &generics.where_clause);
    let variants = worker.handlers.iter().map(|handler| variant(handler, &subject.library));
    let never = never_variant(worker);
    let doc = format!(" The messages of a [`{}`].", subject.names.worker);
    let quiet = quiet();
    quote_spanned! {mixed()=>
        #(#cfgs)*
        #[doc = #doc]
        #quiet
        #visibility enum #name #generics #clause {
            #(#variants)*
            #never
        }
    }
}

fn variant(handler: &Handler, library: &Path) -> TokenStream {
    let Handler { variant, cfgs, arguments, name, .. } = handler;
    let doc = format!(" A call of `{}`.", name.unraw());
    if arguments.is_empty() {
        return quote_spanned!(mixed()=> #(#cfgs)* #[doc = #doc] #variant,);
    }
    let fields = argument::fields(arguments, library);
    quote_spanned!(mixed()=> #(#cfgs)* #[doc = #doc] #variant { #fields },)
}

/// A variant that cannot be constructed and uses all type parameters of the worker.
///
/// The handlers may not use all of them, and with `#[cfg]` that depends on the configuration.
fn never_variant(worker: &Worker) -> Option<TokenStream> {
    let parameters = type_parameters(worker);
    if parameters.is_empty() {
        return None;
    }
    let never = &worker.subject.names.never;
    Some(quote_spanned! {mixed()=>
        #[doc(hidden)]
        #never(
            ::core::convert::Infallible,
            ::core::marker::PhantomData<fn(#(*const #parameters),*)>,
        ),
    })
}

fn type_parameters(worker: &Worker) -> Vec<&Ident> {
    worker
        .subject
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            _ => None,
        })
        .collect()
}

/// `Debug`, which shows `_` for a field without `Debug`, where a derive would be an error.
pub(super) fn debug(worker: &Worker) -> TokenStream {
    let subject = &worker.subject;
    let (bounds, parameters, clause) = subject.generics.split_for_impl();
    let name = &subject.names.message;
    let arms = worker.handlers.iter().map(|handler| debug_arm(handler, &subject.library));
    let never = never_arm(worker);
    quote_spanned! {mixed()=>
        #[automatically_derived]
        impl #bounds ::core::fmt::Debug for #name #parameters #clause {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match *self {
                    #(#arms)*
                    #never
                }
            }
        }
    }
}

fn debug_arm(handler: &Handler, library: &Path) -> TokenStream {
    let Handler { variant, cfgs, arguments, .. } = handler;
    let text = variant.to_string();
    if arguments.is_empty() {
        return quote_spanned!(mixed()=> #(#cfgs)* Self::#variant => f.write_str(#text),);
    }
    let names = arguments.iter().map(|argument| &argument.name);
    let texts = names.clone().map(|name| name.unraw().to_string());
    let (held, shown) = (places(handler), places(handler));
    quote_spanned! {mixed()=>
        #(#cfgs)*
        Self::#variant { #(#names: ref #held),* } => f
            .debug_struct(#text)
            #(.field(#texts, #library::__private::debug_field!(#shown)))*
            .finish(),
    }
}

/// The arm of `post` that sends a variant with the controller's method.
pub(super) fn post_arm(handler: &Handler, messages: &Ident, library: &Path) -> TokenStream {
    let Handler { variant, cfgs, arguments, name, .. } = handler;
    let pattern = if arguments.is_empty() {
        TokenStream::new()
    } else {
        let names = arguments.iter().map(|argument| &argument.name);
        let held = places(handler);
        quote_spanned!(mixed()=> { #(#names: #held),* })
    };
    let lent = arguments
        .iter()
        .enumerate()
        .map(|(place, argument)| argument::lent_by_message(place, argument, library))
        .collect();
    let call = reply::call(handler.reply.as_ref(), name, &lent);
    quote_spanned! {mixed()=>
        #(#cfgs)*
        #messages::#variant #pattern => #library::__private::Tell::tell(#call),
    }
}

/// The arm for the variant that cannot be constructed.
pub(super) fn never_arm(worker: &Worker) -> Option<TokenStream> {
    let never = &worker.subject.names.never;
    let message = &worker.subject.names.message;
    (!type_parameters(worker).is_empty())
        .then(|| quote_spanned!(mixed()=> #message::#never(never, _) => match never {},))
}

fn places(handler: &Handler) -> impl Iterator<Item = impl ToTokens> {
    (0..handler.arguments.len()).map(model::variable)
}
