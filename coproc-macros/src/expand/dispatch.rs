//! The dispatch: decodes a message by its number, and calls the user's method.

use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;
use syn::{Path, spanned::Spanned};

use super::{argument, assertions, mixed, reply};
use crate::model::{Close, Gone, Handler, Idle, Init, Inputs, Subject, Tick, Worker};

/// `impl Handlers`.
pub(super) fn implementation(worker: &Worker) -> TokenStream {
    let Subject { library, path, generics, .. } = &worker.subject;
    let (bounds, _, clause) = generics.split_for_impl();
    let init = init(worker);
    let arms = worker.handlers.iter().map(|handler| arm(handler, library));
    let close = close(worker);
    let ticks = ticks(worker);
    let idle = worker.idle.as_ref().map(|idle| self::idle(idle, library));
    let gone = worker.gone.as_ref().map(|gone| self::gone(gone, library));
    // Not `return`: without other arms, the statement after the match would be unreachable.
    quote_spanned! {mixed()=>
        #[automatically_derived]
        impl #bounds #library::__private::Handlers for #path #clause {
            fn init(
                arguments: &mut #library::__private::Arguments<'_>,
            ) -> #library::__private::Decoded<
                ::core::result::Result<Self, #library::__private::Answer>,
            > {
                #init
            }

            fn dispatch(
                &mut self,
                cx: &mut #library::__private::Context<Self>,
                number: u32,
                arguments: &mut #library::__private::Arguments<'_>,
            ) -> #library::__private::Decoded<#library::__private::Answer> {
                let answer = match number {
                    #(#arms)*
                    _ => #library::__private::no_handler(number)?,
                };
                ::core::result::Result::Ok(answer)
            }

            fn close(self) -> #library::__private::Answer {
                #close
            }

            #ticks
            #idle
            #gone
        }
    }
}

fn init(worker: &Worker) -> TokenStream {
    let Subject { library, path, .. } = &worker.subject;
    match &worker.init {
        None => {
            let span = mixed().located_at(path.span());
            let codec = quote_spanned!(span=> #library::__private::whole::<#path>());
            quote_spanned! {mixed()=>
                let worker = #codec.take(arguments)?;
                arguments.finish()?;
                ::core::result::Result::Ok(::core::result::Result::Ok(worker))
            }
        }
        Some(Init { inputs: Inputs::Refused(_), .. }) => {
            quote_spanned!(mixed()=> #library::__private::refused())
        }
        Some(Init { name, inputs: Inputs::Accepted(arguments), error, .. }) => {
            let decode = argument::decode(arguments, library);
            let lent = argument::lent(arguments, library);
            let started = match error {
                Some(error) => {
                    let span = mixed().located_at(error.span());
                    quote_spanned! {span=>
                        #library::__private::fallible::<(), #error>().split(Self::#name(#lent))
                    }
                }
                None => quote_spanned!(mixed()=> ::core::result::Result::Ok(Self::#name(#lent))),
            };
            quote_spanned! {mixed()=>
                #decode
                ::core::result::Result::Ok(#started)
            }
        }
    }
}

fn arm(handler: &Handler, library: &Path) -> TokenStream {
    let Handler { number, name, cfgs, context, arguments, .. } = handler;
    let number = Literal::u32_unsuffixed(*number);
    let decode = argument::decode(arguments, library);
    let lent = argument::lent(arguments, library);
    let cx = assertions::context(context.as_ref());
    let call = reply::call(handler.reply.as_ref(), name, &quote_spanned!(mixed()=> #cx #lent));
    let answer = match &handler.reply {
        Some(reply) => reply::answer(reply, library, &call),
        None => quote_spanned! {mixed()=>
            #call;
            #library::__private::Answer::none()
        },
    };
    quote_spanned! {mixed()=>
        #(#cfgs)*
        #number => {
            #decode
            #answer
        }
    }
}

fn close(worker: &Worker) -> TokenStream {
    let library = &worker.subject.library;
    match &worker.close {
        Some(Close { refused: true, .. }) => {
            quote_spanned!(mixed()=> #library::__private::refused())
        }
        Some(Close { name, reply, .. }) => {
            let call = reply::call(Some(reply), name, &TokenStream::new());
            reply::answer(reply, library, &call)
        }
        None => quote_spanned! {mixed()=>
            ::core::mem::drop(self);
            #library::__private::reply::<()>().value(())
        },
    }
}

fn ticks(worker: &Worker) -> Option<TokenStream> {
    let library = &worker.subject.library;
    if worker.ticks.is_empty() {
        return None;
    }
    let lines = (0_u32..).zip(&worker.ticks).map(|(index, tick)| schedule(index, tick));
    let arms = (0_u32..).zip(&worker.ticks).map(|(index, tick)| {
        let Tick { name, cfgs, context, .. } = tick;
        let index = Literal::u32_unsuffixed(index);
        let cx = assertions::context(context.as_ref());
        quote_spanned!(mixed()=> #(#cfgs)* #index => Self::#name(self, #cx),)
    });
    // The user's expressions use `self`, so this `self` has the user's hygiene.
    let receiver = quote_spanned!(proc_macro2::Span::call_site()=> &self);
    Some(quote_spanned! {mixed()=>
        fn schedule(#receiver, schedule: &mut #library::__private::Schedule) {
            #(#lines)*
        }

        fn tick(&mut self, cx: &mut #library::__private::Context<Self>, index: u32) {
            match index {
                #(#arms)*
                _ => {}
            }
        }
    })
}

fn schedule(index: u32, tick: &Tick) -> TokenStream {
    let Tick { cfgs, every, when, .. } = tick;
    let index = Literal::u32_unsuffixed(index);
    let when = match when {
        Some(when) => quote_spanned!(mixed()=> #when),
        None => quote_spanned!(mixed()=> true),
    };
    quote_spanned! {mixed()=>
        #(#cfgs)*
        schedule.tick(#index, #when, || #every);
    }
}

fn idle(idle: &Idle, library: &Path) -> TokenStream {
    let Idle { name, cfgs, context } = idle;
    let cx = assertions::context(context.as_ref());
    quote_spanned! {mixed()=>
        #(#cfgs)*
        const IDLE: bool = true;

        #(#cfgs)*
        fn idle(&mut self, cx: &mut #library::__private::Context<Self>) -> #library::__private::Idle {
            Self::#name(self, #cx)
        }
    }
}

fn gone(gone: &Gone, library: &Path) -> TokenStream {
    let Gone { name, cfgs, peer } = gone;
    let peer = assertions::peer(peer);
    quote_spanned! {mixed()=>
        #(#cfgs)*
        fn gone(&mut self, peer: #library::__private::Peer) {
            Self::#name(self, #peer);
        }
    }
}
