//! What the library knows of a worker without running it.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Ident, LitStr, ext::IdentExt};

use super::mixed;
use crate::model::{Channel, Handler, Nanoseconds, Subject, Worker};

/// How many messages may wait in a channel of which nothing is said.
const CAPACITY: usize = 1024;

/// The plan of a worker with handlers.
pub(super) fn of_worker(worker: &Worker) -> TokenStream {
    let subject = &worker.subject;
    let name_of = |name: Option<&Ident>| name.map(|name| name.unraw().to_string());
    let init = name_of(worker.init.as_ref().map(|init| &init.name)).unwrap_or_default();
    let close = name_of(worker.close.as_ref().map(|close| &close.name)).unwrap_or_default();
    let handlers = worker.handlers.iter().map(|handler| self::handler(handler, subject));
    let channels = worker.channels.iter().map(|channel| self::channel(channel, subject));
    let ticks = worker.ticks.iter().map(|tick| tick.name.unraw().to_string());
    let (aging, keep_on_panic) = (duration(worker.aging), worker.keep_on_panic);
    let (library, name) = (&subject.library, name(subject, worker.stable_name.as_ref()));
    quote_spanned! {mixed()=>
        const PLAN: #library::__private::Plan = #library::__private::Plan {
            name: #name,
            init: #init,
            close: #close,
            handlers: &[#(#handlers)*],
            channels: &[#(#channels)*],
            ticks: &[#(#ticks),*],
            aging: #aging,
            keep_on_panic: #keep_on_panic,
            lanes: 0,
        };
    }
}

/// The plan of a function's worker: it has one piece of work, which is what it closes with.
pub(super) fn of_function(
    subject: &Subject,
    stable_name: Option<&LitStr>,
    function: &Ident,
) -> TokenStream {
    let library = &subject.library;
    let (name, function) = (name(subject, stable_name), function.unraw().to_string());
    quote_spanned! {mixed()=>
        const PLAN: #library::__private::Plan = #library::__private::Plan {
            name: #name,
            init: "",
            close: #function,
            handlers: &[],
            channels: &[#library::__private::ChannelPlan {
                name: "default",
                capacity: #CAPACITY,
                reject: false,
            }],
            ticks: &[],
            aging: ::core::option::Option::None,
            keep_on_panic: false,
            lanes: <<Self as #library::__private::Function>::Channel as #library::__private::Channel>::NAMES.len(),
        };
    }
}

/// The stable name, or the path of the type.
fn name(subject: &Subject, stable: Option<&LitStr>) -> TokenStream {
    if let Some(stable) = stable {
        return quote_spanned!(mixed()=> #stable);
    }
    let name = subject.names.worker.unraw().to_string();
    quote_spanned!(mixed()=> ::core::concat!(::core::module_path!(), "::", #name))
}

fn handler(handler: &Handler, subject: &Subject) -> TokenStream {
    let Handler { number, cfgs, channel, idempotent, .. } = handler;
    let name = handler.name.unraw().to_string();
    // The library's numbers of channels have 16 bits. More channels than that do not fit into a
    // source file anybody wrote.
    let channel = u16::try_from(*channel).unwrap_or(u16::MAX);
    let (oneway, deadline) = (handler.reply.is_none(), duration(handler.deadline));
    let library = &subject.library;
    quote_spanned! {mixed()=>
        #(#cfgs)*
        #library::__private::Handler {
            number: #number,
            name: #name,
            channel: #channel,
            oneway: #oneway,
            idempotent: #idempotent,
            deadline: #deadline,
        },
    }
}

fn channel(channel: &Channel, subject: &Subject) -> TokenStream {
    let Channel { name, capacity, reject, .. } = channel;
    let capacity = match capacity {
        Some(capacity) => quote_spanned!(mixed()=> #capacity),
        None => quote_spanned!(mixed()=> #CAPACITY),
    };
    let library = &subject.library;
    quote_spanned! {mixed()=>
        #library::__private::ChannelPlan { name: #name, capacity: #capacity, reject: #reject },
    }
}

fn duration(duration: Option<Nanoseconds>) -> TokenStream {
    match duration {
        Some(Nanoseconds(nanoseconds)) => quote_spanned! {mixed()=>
            ::core::option::Option::Some(::core::time::Duration::from_nanos(#nanoseconds))
        },
        None => quote_spanned!(mixed()=> ::core::option::Option::None),
    }
}
