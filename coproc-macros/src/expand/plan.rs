//! The static description of a worker, for the library.

use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;
use syn::{Ident, LitStr, ext::IdentExt};

use super::mixed;
use crate::model::{Channel, Handler, Nanoseconds, Subject, Worker};

/// The plan of a worker with handlers. Other fields are as in a worker without options.
pub(super) fn of_worker(worker: &Worker) -> TokenStream {
    let subject = &worker.subject;
    let name_of = |name: &Ident| name.unraw().to_string();
    let init = worker.init.as_ref().map(|init| {
        let name = name_of(&init.name);
        quote_spanned!(mixed()=> init: #name,)
    });
    let close = worker.close.as_ref().map(|close| {
        let name = name_of(&close.name);
        quote_spanned!(mixed()=> close: #name,)
    });
    let handlers = worker.handlers.iter().map(|handler| self::handler(handler, subject));
    let channels = worker.declares_channels.then(|| {
        let channels = worker.channels.iter().map(|channel| self::channel(channel, subject));
        quote_spanned!(mixed()=> channels: &[#(#channels)*],)
    });
    let ticks = worker.ticks.iter().map(|tick| name_of(&tick.name));
    let aging = worker.aging.map(|Nanoseconds(nanoseconds)| {
        let nanoseconds = Literal::u64_unsuffixed(nanoseconds);
        quote_spanned! {mixed()=>
            aging: ::core::option::Option::Some(
                ::core::time::Duration::from_nanos(#nanoseconds),
            ),
        }
    });
    let keep_on_panic =
        worker.keep_on_panic.then(|| quote_spanned!(mixed()=> keep_on_panic: true,));
    let (library, name) = (&subject.library, name(subject, worker.stable_name.as_ref()));
    quote_spanned! {mixed()=>
        const PLAN: #library::__private::Plan = #library::__private::Plan {
            #init
            #close
            handlers: &[#(#handlers)*],
            #channels
            ticks: &[#(#ticks),*],
            #aging
            #keep_on_panic
            ..#library::__private::Plan::new(#name)
        };
    }
}

/// The plan of a function's worker, which runs the function when it closes.
pub(super) fn of_function(
    subject: &Subject,
    stable_name: Option<&LitStr>,
    function: &Ident,
) -> TokenStream {
    let library = &subject.library;
    let (name, function) = (name(subject, stable_name), function.unraw().to_string());
    quote_spanned! {mixed()=>
        const PLAN: #library::__private::Plan = #library::__private::Plan {
            close: #function,
            lanes: #library::__private::lanes::<Self>(),
            ..#library::__private::Plan::new(#name)
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
    let (number, name) = (Literal::u32_unsuffixed(*number), handler.name.unraw().to_string());
    // The library's channel numbers have 16 bits, more than a source file has channels.
    let channel = (*channel > 0).then(|| {
        let channel = Literal::u16_unsuffixed(u16::try_from(*channel).unwrap_or(u16::MAX));
        quote_spanned!(mixed()=> .channel(#channel))
    });
    let oneway = handler.reply.is_none().then(|| quote_spanned!(mixed()=> .oneway()));
    let idempotent = idempotent.then(|| quote_spanned!(mixed()=> .idempotent()));
    let deadline = handler.deadline.map(|Nanoseconds(nanoseconds)| {
        let nanoseconds = Literal::u64_unsuffixed(nanoseconds);
        quote_spanned!(mixed()=> .deadline(#nanoseconds))
    });
    let library = &subject.library;
    quote_spanned! {mixed()=>
        #(#cfgs)*
        #library::__private::Handler::new(#number, #name) #channel #oneway #idempotent #deadline,
    }
}

fn channel(channel: &Channel, subject: &Subject) -> TokenStream {
    let Channel { name, capacity, reject, .. } = channel;
    let library = &subject.library;
    let capacity = capacity.as_ref().map(|it| quote_spanned!(mixed()=> .capacity(#it)));
    let reject = reject.then(|| quote_spanned!(mixed()=> .reject()));
    quote_spanned!(mixed()=> #library::__private::ChannelPlan::new(#name) #capacity #reject,)
}
