//! The items of a worker in their order, and its `impl Worker`.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Type, spanned::Spanned};

use super::{channel, controller, dispatch, hidden, message, mixed, plan, reply, spawn};
use crate::model::{Reply, Subject, Worker};

/// The items for one `impl` block.
pub(crate) fn worker(worker: &Worker) -> TokenStream {
    let mut public = message::item(worker);
    public.extend(channel::item(worker));
    public.extend(controller::item(worker));

    let mut private = message::debug(worker);
    private.extend(channel::hidden(worker));
    private.extend(controller::hidden(worker));
    private.extend(implementation(worker));
    private.extend(dispatch::implementation(worker));
    private.extend(spawn::items(&start(worker)));
    public.extend(hidden(&worker.subject.cfgs, &private));
    public
}

/// How the worker is started.
fn start(worker: &Worker) -> spawn::Start<'_> {
    let (visibility, subject) = (&worker.visibility, &worker.subject);
    let init = worker.init.as_ref();
    spawn::Start {
        subject,
        visibility,
        inputs: init.map(|init| &init.inputs),
        error: error(worker),
        docs: init.map_or(&[], |init| &init.docs),
        is_taken: worker.spawn_is_taken,
        runs_again: false,
    }
}

/// The error of the worker's `#[init]`.
fn error(worker: &Worker) -> Option<&Type> {
    worker.init.as_ref().and_then(|init| init.error.as_ref())
}

fn implementation(worker: &Worker) -> TokenStream {
    let Subject { library, path, generics, names, .. } = &worker.subject;
    let (bounds, parameters, clause) = generics.split_for_impl();
    let controller = &names.controller;
    let (associated, ends) = (associated(worker), ends(worker));
    let plan = plan::of_worker(worker);
    // The span is that of the visibility: the compiler reports here if it is narrower than the struct's.
    let key = quote_spanned!(worker.visibility_span=> type Controller = #controller #parameters;);
    quote_spanned! {mixed()=>
        #[automatically_derived]
        impl #bounds #library::__private::Worker for #path #clause {
            #key
            #associated
            type Engine = #library::__private::Serve<Self>;
            #plan

            fn start(
                parameters: #library::__private::StartParameters<Self>,
                arguments: #library::__private::Arguments<'_>,
            ) -> ::core::result::Result<Self::Engine, #library::__private::Ended> {
                #library::__private::serve(parameters, arguments)
            }

            #ends
        }
    }
}

/// The types of a worker's start, end and events.
fn associated(worker: &Worker) -> TokenStream {
    let close = worker.close.as_ref().map(|close| &close.reply);
    let mut associated = named("InitError", error(worker));
    associated.extend(outcome(close));
    associated.extend(named("Event", worker.event.as_ref()));
    associated
}

/// `Output` and `OutputError`.
pub(super) fn outcome(reply: Option<&Reply>) -> TokenStream {
    let unit: Type = syn::parse_quote_spanned!(mixed()=> ());
    let mut outcome = named("Output", Some(reply.map_or(&unit, |reply| &reply.value)));
    outcome.extend(named("OutputError", reply.and_then(|reply| reply.error.as_ref())));
    outcome
}

/// `type Name = Type;` with the span of the type, where the compiler reports a private type.
///
/// With the span of the macro located at the type, the compiler would point at the whole macro. The user's
/// span is safe here, since there are no variables.
pub(super) fn named(name: &str, ty: Option<&Type>) -> TokenStream {
    let span = ty.map_or_else(mixed, Spanned::span);
    let name = syn::Ident::new(name, span);
    match ty {
        Some(ty) => quote_spanned!(span=> type #name = #ty;),
        None => quote_spanned!(span=> type #name = ::core::convert::Infallible;),
    }
}

/// The text of these types.
fn ends(worker: &Worker) -> TokenStream {
    let library = &worker.subject.library;
    let started = match error(worker) {
        Some(error) => {
            let span = mixed().located_at(error.span());
            quote_spanned!(span=> #library::__private::fallible::<(), #error>())
        }
        None => quote_spanned!(mixed()=> #library::__private::reply::<()>()),
    };
    let said = error(worker).map(|_| {
        quote_spanned! {mixed()=>
            fn say_init_error(
                error: &Self::InitError,
                f: &mut ::core::fmt::Formatter<'_>,
            ) -> ::core::fmt::Result {
                #library::__private::say_error!(error, f)
            }
        }
    });
    let output = worker.close.as_ref().map(|close| &close.reply);
    let event = match &worker.event {
        Some(event) => {
            let span = mixed().located_at(event.span());
            quote_spanned!(span=> #library::__private::reply::<#event>())
        }
        None => quote_spanned!(mixed()=> #library::__private::never()),
    };
    let mut ends = writers(&started, output, &event, &worker.subject);
    ends.extend(said);
    ends
}

/// The three functions of `Worker` that give the text of its types.
pub(super) fn writers(
    started: &TokenStream,
    output: Option<&Reply>,
    event: &TokenStream,
    subject: &Subject,
) -> TokenStream {
    let library = &subject.library;
    let output = match output {
        Some(output) => reply::codec(output, library),
        None => quote_spanned!(mixed()=> #library::__private::reply::<()>()),
    };
    quote_spanned! {mixed()=>
        fn started() -> #library::__private::Reply<(), Self::InitError> {
            #started
        }

        fn output() -> #library::__private::Reply<Self::Output, Self::OutputError> {
            #output
        }

        fn event() -> #library::__private::Reply<Self::Event> {
            #event
        }
    }
}
