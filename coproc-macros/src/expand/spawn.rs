//! How a worker is started: `spawn` and `on`, and its registration.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, Generics, Path, Type, Visibility, spanned::Spanned};

use super::{argument, fallback, mixed};
use crate::model::{Argument, Inputs, Subject};

/// The parts of a worker that its start depends on.
pub(super) struct Start<'a> {
    pub(super) subject: &'a Subject,
    pub(super) visibility: &'a Visibility,
    /// The arguments of its `#[init]`; `None` if the value itself is sent.
    pub(super) inputs: Option<&'a Inputs>,
    /// The error of its `#[init]`.
    pub(super) error: Option<&'a Type>,
    /// The documentation of its `#[init]`.
    pub(super) docs: &'a [Attribute],
    /// Whether the user's block has functions of these names.
    pub(super) is_taken: bool,
    /// Whether it is a function that can be run again.
    pub(super) runs_again: bool,
}

/// `spawn`, `on` and the registration.
pub(super) fn items(start: &Start<'_>) -> TokenStream {
    let mut items = placed(start);
    if !start.is_taken {
        items.extend(on_the_worker(start));
    }
    items.extend(registration(start.subject));
    items
}

/// The type that `on` returns.
fn placed(start: &Start<'_>) -> TokenStream {
    let Subject { library, path, names, generics, .. } = start.subject;
    let (placed, place, by) = (&names.placed, &names.place, &names.by);
    let with_place = with_place(generics, place);
    let (bounds, parameters, clause) = with_place.split_for_impl();
    let (error, written) = (error(start), written(start));
    let Written { receiver, parameters: arguments, encoder, .. } = &written;
    let docs = docs(start, " Starts the worker, and returns its owner when it has started.");
    let body = match encoder {
        Some(encoder) => quote_spanned!(mixed()=> self.0.spawn(#encoder)),
        None => quote_spanned!(mixed()=> #library::__private::refused()),
    };
    let value = receiver.as_ref().map(|_| quote_spanned!(mixed()=> worker: #path));
    let later = later(start, &written);
    quote_spanned! {mixed()=>
        /// A worker that is not started; `spawn` starts it.
        #[derive(::core::fmt::Debug)]
        pub struct #placed #with_place (#library::__private::On<#path, #place>) #clause;

        impl #bounds #placed #parameters #clause {
            #docs
            pub fn spawn<#by>(
                self,
                #arguments #value
            ) -> ::core::result::Result<
                <#place as #library::__private::Place<#path, #by>>::Spawned,
                #library::__private::SpawnError<#error>,
            >
            where
                #place: #library::__private::Place<#path, #by>,
            {
                #body
            }

            #later
        }
    }
}

/// `retry_with` of a function that has arguments.
fn later(start: &Start<'_>, written: &Written) -> Option<TokenStream> {
    let Subject { library, path, names, .. } = start.subject;
    let (place, by) = (&names.place, &names.by);
    let Written { parameters, encoder, .. } = written;
    if !start.runs_again || parameters.is_empty() {
        return None;
    }
    let body = match encoder {
        Some(encoder) => quote_spanned!(mixed()=> Self(self.0.retry_with(#encoder))),
        None => quote_spanned!(mixed()=> #library::__private::refused()),
    };
    Some(quote_spanned! {mixed()=>
        /// Sets the arguments of the later runs; by default they are those of the first.
        #[must_use = "nothing starts before `spawn`"]
        pub fn retry_with<#by>(self, #parameters) -> Self
        where
            #place: #library::__private::RetryPlace<#path, #by>,
        {
            #body
        }
    })
}

/// `spawn` and `on` of the worker itself.
fn on_the_worker(start: &Start<'_>) -> TokenStream {
    let Subject { library, path, generics, names, .. } = start.subject;
    let (bounds, _, clause) = generics.split_for_impl();
    let (placed, place, visibility) = (&names.placed, &names.place, start.visibility);
    let with_place = with_place(generics, place);
    let (_, parameters, _) = with_place.split_for_impl();
    let (error, written) = (error(start), written(start));
    let Written { receiver, parameters: arguments, passed, .. } = &written;
    let (by, condition) = condition(start.subject);
    let docs = docs(
        start,
        " Starts the worker in a process of its own, and returns its owner when it has started.",
    );
    let spawn = cfg!(feature = "process").then(|| {
        quote_spanned! {mixed()=>
            #docs
            #visibility fn spawn #by (
                #receiver #arguments
            ) -> ::core::result::Result<
                #library::__private::WorkerResource<Self>,
                #library::__private::SpawnError<#error>,
            > #condition {
                Self::on(#library::__private::Process::new()).spawn(#passed)
            }
        }
    });
    quote_spanned! {mixed()=>
        impl #bounds #path #clause {
            #spawn

            /// A worker for a place: `Process::new()` with its options, `Thread` or `Inline`. `spawn` starts
            /// it.
            #[must_use = "nothing starts before `spawn`"]
            #visibility fn on<#place>(place: #place) -> #placed #parameters {
                #placed(#library::__private::On::new(place))
            }
        }
    }
}

/// The bound for starting a generic worker in a process: the instance is listed with `register!`.
fn condition(subject: &Subject) -> (Option<TokenStream>, Option<TokenStream>) {
    if subject.generics.params.is_empty() {
        return (None, None);
    }
    let Subject { library, names, .. } = subject;
    let by = &names.by;
    let condition = quote_spanned! {mixed()=>
        where
            #library::__private::Process:
                #library::__private::Place<Self, #by, Spawned = #library::__private::WorkerResource<Self>>,
    };
    (Some(quote_spanned!(mixed()=> <#by>)), Some(condition))
}

/// The pieces of `spawn` that depend on the arguments.
struct Written {
    /// `self,` if the value itself is sent.
    receiver: Option<TokenStream>,
    parameters: TokenStream,
    /// The arguments of the call of one `spawn` by the other.
    passed: TokenStream,
    /// `None` if they were refused.
    encoder: Option<TokenStream>,
}

fn written(start: &Start<'_>) -> Written {
    let Subject { library, path, .. } = start.subject;
    match start.inputs {
        None => Written {
            receiver: Some(quote_spanned!(mixed()=> self,)),
            parameters: TokenStream::new(),
            passed: quote_spanned!(mixed()=> self),
            encoder: Some(encoded_value(library, path)),
        },
        Some(Inputs::Accepted(arguments)) => {
            let names = arguments.iter().map(|Argument { name, .. }| name);
            Written {
                receiver: None,
                parameters: argument::parameters(arguments),
                passed: quote_spanned!(mixed()=> #(#names),*),
                encoder: Some(argument::encoder(arguments, library)),
            }
        }
        Some(Inputs::Refused(types)) => {
            let names = (0..types.len()).map(fallback::name);
            Written {
                receiver: None,
                parameters: fallback::parameters(types),
                passed: quote_spanned!(mixed()=> #(#names),*),
                encoder: None,
            }
        }
    }
}

/// Encodes the worker's value, which has to be serde.
fn encoded_value(library: &Path, path: &Path) -> TokenStream {
    let span = mixed().located_at(path.span());
    let codec = quote_spanned!(span=> #library::__private::whole::<#path>());
    quote_spanned!(mixed()=> |draft| #codec.put(draft, &worker))
}

fn error(start: &Start<'_>) -> TokenStream {
    match start.error {
        Some(error) => error.to_token_stream(),
        None => quote_spanned!(mixed()=> ::core::convert::Infallible),
    }
}

fn docs(start: &Start<'_>, first: &str) -> TokenStream {
    let docs = start.docs;
    let space = (!docs.is_empty()).then(|| quote_spanned!(mixed()=> #[doc = ""]));
    quote_spanned!(mixed()=> #[doc = #first] #space #(#docs)*)
}

/// The worker's generics, after the place.
fn with_place(generics: &Generics, place: &syn::Ident) -> Generics {
    let mut generics = generics.clone();
    generics.params.insert(0, syn::parse_quote_spanned!(mixed()=> #place));
    generics
}

/// The entry in the table of workers. The user lists instances of a generic worker.
fn registration(subject: &Subject) -> Option<TokenStream> {
    let Subject { library, path, generics, .. } = subject;
    // The mark of the entry is the worker's type, which is visible wherever it can be spawned.
    generics.params.is_empty().then(|| {
        quote_spanned! {mixed()=> #library::__private::register! { #path, #path } }
    })
}
