//! The worker of a function.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Type, ext::IdentExt};

use super::{argument, assertions, hidden, mixed, plan, quiet, recipe, reply, spawn, worker};
use crate::model::{Function, Inputs, MessengerTypes, Subject};

/// The items for a function with `#[worker]`.
pub(crate) fn function(function: &Function) -> TokenStream {
    let subject = &function.subject;
    let Subject { cfgs, names, .. } = subject;
    let (visibility, name, docs) = (&function.visibility, &names.worker, &function.docs);
    let space = (!docs.is_empty()).then(|| quote_spanned!(mixed()=> #[doc = ""]));
    let doc = format!(" The worker that runs the function `{}`.", function.function.unraw());
    let mut private = implementations(function);
    private.extend(recipe::items(function));
    let start = spawn::Start {
        subject,
        visibility,
        inputs: Some(&function.inputs),
        error: None,
        docs: &[],
        is_taken: false,
        runs_again: function.messenger.is_none(),
    };
    private.extend(spawn::items(&start));
    let (quiet, private) = (quiet(), hidden(cfgs, &private));
    quote_spanned! {mixed()=>
        #(#cfgs)*
        #(#docs)*
        #space
        #[doc = #doc]
        #quiet
        #visibility struct #name;

        #private
    }
}

fn implementations(function: &Function) -> TokenStream {
    let subject = &function.subject;
    let Subject { library, path, .. } = subject;
    let outcome = worker::outcome(Some(&function.reply));
    let (started, event) = (
        quote_spanned!(mixed()=> #library::__private::reply::<()>()),
        quote_spanned!(mixed()=> #library::__private::never()),
    );
    let writers = worker::writers(&started, Some(&function.reply), &event, subject);
    let plan = plan::of_function(subject, function.stable_name.as_ref(), &function.function);
    let (start, messenger) = (start(function), messenger(function));
    let text = subject.names.worker.to_string();
    quote_spanned! {mixed()=>
        #[automatically_derived]
        impl ::core::fmt::Debug for #path {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(#text)
            }
        }

        #[automatically_derived]
        impl #library::__private::Worker for #path {
            type Controller = #library::__private::FunctionController<#path>;
            type InitError = ::core::convert::Infallible;
            #outcome
            type Event = ::core::convert::Infallible;
            type Engine = #library::__private::Done;
            #plan

            fn start(
                parameters: #library::__private::StartParameters<Self>,
                arguments: #library::__private::Arguments<'_>,
            ) -> ::core::result::Result<Self::Engine, #library::__private::Ended> {
                #start
            }

            #writers
        }

        #[automatically_derived]
        impl #library::__private::Function for #path {
            #messenger
        }
    }
}

/// Decodes the arguments and then calls the function.
fn start(function: &Function) -> TokenStream {
    let library = &function.subject.library;
    let Inputs::Accepted(arguments) = &function.inputs else {
        return quote_spanned!(mixed()=> #library::__private::refused());
    };
    let (messenger, body) = match &function.messenger {
        Some(messenger) => {
            let name = &function.function;
            let decode = argument::decode(arguments, library);
            let lent = argument::lent(arguments, library);
            let messenger = assertions::messenger(&messenger.written);
            let call = quote_spanned!(reply::span(&function.reply)=> #name(#messenger #lent));
            let answer = reply::answer(&function.reply, library, &call);
            (
                quote_spanned!(mixed()=> messenger),
                quote_spanned!(mixed()=> #decode ::core::result::Result::Ok(#answer)),
            )
        }
        None => (
            quote_spanned!(mixed()=> _),
            quote_spanned!(mixed()=> <Self as #library::__private::PoolFunction>::call(arguments)),
        ),
    };
    quote_spanned! {mixed()=>
        ::core::result::Result::Err(
            #library::__private::function(parameters, arguments, |arguments, #messenger| { #body }),
        )
    }
}

/// The types of the function's messenger.
fn messenger(function: &Function) -> TokenStream {
    let unit: Type = syn::parse_quote_spanned!(mixed()=> ());
    let (sent, received, channels) = match &function.messenger {
        Some(MessengerTypes { sent, received, channels, .. }) => {
            (sent, received, channels.as_ref().unwrap_or(&unit))
        }
        None => (&unit, &unit, &unit),
    };
    let mut messenger = worker::named("Send", Some(sent));
    messenger.extend(worker::named("Receive", Some(received)));
    messenger.extend(worker::named("Channel", Some(channels)));
    messenger
}
