//! The controller: one method for each handler, and `worker()`.

use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;
use syn::{
    Attribute, GenericParam, Lifetime, LifetimeParam, Path, ext::IdentExt, spanned::Spanned,
};

use super::{argument, fallback, message, mixed, quiet, reply};
use crate::model::{Argument, Handler, Subject, Worker};

/// The struct.
pub(super) fn item(worker: &Worker) -> TokenStream {
    let subject = &worker.subject;
    let Subject { library, path, generics, cfgs, names } = subject;
    let (name, visibility, clause) =
        (&names.controller, &worker.visibility, &generics.where_clause);
    let doc = format!(
        " The controller of a [`{}`], with a method for each of its messages.",
        names.worker
    );
    let quiet = quiet();
    quote_spanned! {mixed()=>
        #(#cfgs)*
        #[doc = #doc]
        #quiet
        #visibility struct #name #generics #clause {
            link: #library::__private::Link<#path>,
        }
    }
}

/// Its methods.
fn methods(worker: &Worker) -> TokenStream {
    let subject = &worker.subject;
    let Subject { library, path, generics, names, .. } = subject;
    let name = &names.controller;
    let (bounds, parameters, clause) = generics.split_for_impl();
    let methods = worker.handlers.iter().map(|handler| method(handler, subject));
    let refused = worker.refused.iter().map(|handler| fallback::method(handler, library));
    quote_spanned! {mixed()=>
        impl #bounds #name #parameters #clause {
            #(#methods)*
            #(#refused)*

            /// The handle of the worker: its pid, its statistics, how it ends.
            pub fn worker(&self) -> #library::__private::WorkerHandle<'_, #path> {
                #library::__private::handle(&self.link)
            }
        }
    }
}

fn method(handler: &Handler, subject: &Subject) -> TokenStream {
    let Handler { number, name, cfgs, attributes, arguments, priority, .. } = handler;
    let (library, number) = (&subject.library, Literal::u32_unsuffixed(*number));
    let doc = undocumented(attributes).then(|| format!(" Sends the message `{}`.", name.unraw()));
    let doc = doc.map(|doc| quote_spanned!(mixed()=> #[doc = #doc]));
    let parameters = argument::parameters(arguments);
    let (encoder, encode) = encoder(arguments, library);
    let priority = match priority {
        Some(priority) => quote_spanned!(mixed().located_at(priority.span())=> #priority),
        None => quote_spanned!(mixed()=> 0),
    };
    // The encoder borrows the arguments before the priority is evaluated, so that the compiler reports a
    // priority that moves an argument at the priority.
    let (output, body) = match &handler.reply {
        Some(answer) => {
            let codec = reply::codec(answer, library);
            (
                reply::returned(answer, library),
                quote_spanned!(mixed()=> self.link.call(#number, #encode, #priority, #codec)),
            )
        }
        None => (
            quote_spanned!(mixed()=> #library::__private::OneWay),
            quote_spanned!(mixed()=> self.link.one_way(#number, #encode, #priority)),
        ),
    };
    quote_spanned! {mixed()=>
        #(#cfgs)*
        #(#attributes)*
        #doc
        pub fn #name(&self, #parameters) -> #output {
            #encoder
            #body
        }
    }
}

/// The encoder of the arguments, and the statement that defines it.
fn encoder(arguments: &[Argument], library: &Path) -> (Option<TokenStream>, TokenStream) {
    if arguments.is_empty() {
        return (None, quote_spanned!(mixed()=> |_| {}));
    }
    let puts = argument::puts(arguments, library);
    let statement = quote_spanned! {mixed()=>
        let encode = |draft: &mut #library::__private::Draft| { #puts };
    };
    (Some(statement), quote_spanned!(mixed()=> encode))
}

fn undocumented(attributes: &[Attribute]) -> bool {
    !attributes.iter().any(|attribute| attribute.path().is_ident("doc"))
}

/// The impls of a controller that are not its methods.
pub(super) fn hidden(worker: &Worker) -> TokenStream {
    let (methods, common) = (methods(worker), common(worker));
    let (controller, travels) = (controller(worker), travels(worker));
    quote_spanned!(mixed()=> #methods #common #controller #travels)
}

fn common(worker: &Worker) -> TokenStream {
    let Subject { generics, names, .. } = &worker.subject;
    let name = &names.controller;
    let (bounds, parameters, clause) = generics.split_for_impl();
    let text = name.to_string();
    quote_spanned! {mixed()=>
        #[automatically_derived]
        impl #bounds ::core::clone::Clone for #name #parameters #clause {
            fn clone(&self) -> Self {
                Self { link: ::core::clone::Clone::clone(&self.link) }
            }
        }

        #[automatically_derived]
        impl #bounds ::core::fmt::Debug for #name #parameters #clause {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#text).field("link", &self.link).finish()
            }
        }
    }
}

fn controller(worker: &Worker) -> TokenStream {
    let Subject { library, path, generics, names, .. } = &worker.subject;
    let (name, messages) = (&names.controller, &names.message);
    let (bounds, parameters, clause) = generics.split_for_impl();
    let channel = if worker.declares_channels {
        let channel = &names.channel;
        quote_spanned!(mixed()=> #channel)
    } else {
        quote_spanned!(mixed()=> ())
    };
    let posts = worker.handlers.iter().map(|handler| message::post_arm(handler, messages, library));
    let never = message::never_arm(worker);
    quote_spanned! {mixed()=>
        #[automatically_derived]
        impl #bounds #library::__private::Controller<#path> for #name #parameters #clause {
            type Message = #messages #parameters;
            type Channel = #channel;

            fn from_link(link: #library::__private::Link<#path>) -> Self {
                Self { link }
            }

            fn link(&self) -> &#library::__private::Link<#path> {
                &self.link
            }

            fn post(
                &self,
                message: Self::Message,
            ) -> ::core::result::Result<(), #library::__private::CallError> {
                match message {
                    #(#posts)*
                    #never
                }
            }
        }
    }
}

/// `Serialize` and `Deserialize`: messages can hold a controller.
fn travels(worker: &Worker) -> TokenStream {
    let Subject { library, generics, names, .. } = &worker.subject;
    let (name, codec) = (&names.controller, &names.codec);
    let (bounds, parameters, clause) = generics.split_for_impl();
    let lifetime = Lifetime::new("'de", mixed());
    let mut reading = generics.clone();
    reading.params.insert(0, GenericParam::Lifetime(LifetimeParam::new(lifetime.clone())));
    let (reading, ..) = reading.split_for_impl();
    quote_spanned! {mixed()=>
        #[automatically_derived]
        impl #bounds #library::__private::serde::Serialize for #name #parameters #clause {
            fn serialize<#codec: #library::__private::serde::Serializer>(
                &self,
                writer: #codec,
            ) -> ::core::result::Result<#codec::Ok, #codec::Error> {
                #library::__private::write_link(&self.link, writer)
            }
        }

        #[automatically_derived]
        impl #reading #library::__private::serde::Deserialize<#lifetime>
            for #name #parameters #clause
        {
            fn deserialize<#codec: #library::__private::serde::Deserializer<#lifetime>>(
                reader: #codec,
            ) -> ::core::result::Result<Self, #codec::Error> {
                ::core::result::Result::Ok(Self { link: #library::__private::read_link(reader)? })
            }
        }
    }
}
