//! Methods with `#[message]`.

use syn::{FnArg, PatType, Receiver, ReceiverKind, ReturnType, Signature, Type, ext::IdentExt};

use super::{
    arguments, attributes, channels, names, priority, reply, self_type,
    signature::{can_run_in_a_worker, inputs, is_unit, last_segment, peeled},
};
use crate::{
    diagnostics::{Errors, catalog},
    model::{Channel, Handler, Inputs, RefusedHandler, Reply, Subject},
    parse::{Mark, Method, Options, Place},
};

/// A method with `#[message]`, validated.
pub(super) enum Verdict {
    Accepted(Box<Handler>),
    Refused(Box<RefusedHandler>),
    /// The controller has no method for it.
    Lost,
}

/// The worker around a handler.
pub(super) struct Surroundings<'a> {
    pub(super) subject: &'a Subject,
    pub(super) channels: &'a [Channel],
    pub(super) declares_channels: bool,
    /// The handlers so far, by name and variant.
    pub(super) earlier: &'a [(syn::Ident, syn::Ident)],
    pub(super) number: u32,
}

/// Validates one method.
pub(super) fn handler(
    method: &Method,
    mark: &Mark,
    around: &Surroundings<'_>,
    errors: &mut Errors,
) -> Verdict {
    let tokens = mark.options.clone().unwrap_or_default();
    let options = Options::parse(tokens, Place::Message, errors);
    let channel = options.word("channel").and_then(|name| {
        channels::is_declared(name, around.channels, around.declares_channels, errors)
    });
    let worker = &around.subject.path;
    let priority = options.expression("priority");
    let priority = priority.and_then(|it| priority::of_handler(it, worker, errors));

    let signature = &method.signature;
    let before = errors.count();
    let free = names::is_not_worker(&signature.ident, errors);
    let variant = names::has_a_variant_of_its_own(&signature.ident, around.earlier, errors);
    takes_self_by_reference(signature, errors);
    can_run_in_a_worker(signature, errors);
    let (context, inputs) = context(inputs(signature), around.subject, errors);
    let arguments = arguments::arguments(&inputs, worker, errors);
    let reply = answer(signature, options.has("oneway"), around.subject, errors);
    let sound = errors.count() == before;
    match (variant, reply, arguments) {
        (Some(variant), Some(reply), Inputs::Accepted(arguments)) if sound => {
            Verdict::Accepted(Box::new(Handler {
                number: around.number,
                name: signature.ident.clone(),
                variant,
                cfgs: attributes::cfgs(&method.attributes),
                attributes: attributes::carried(&method.attributes),
                context,
                arguments,
                reply: reply.0,
                priority,
                channel: channel.unwrap_or(0),
                deadline: options.duration("deadline").copied(),
                idempotent: options.has("idempotent"),
            }))
        }
        (_, Some(reply), _) if free && !sound => {
            Verdict::Refused(Box::new(refused(method, &inputs, reply.0, around)))
        }
        _ => Verdict::Lost,
    }
}

fn refused(
    method: &Method,
    inputs: &[&PatType],
    reply: Option<Reply>,
    around: &Surroundings<'_>,
) -> RefusedHandler {
    let worker = &around.subject.path;
    RefusedHandler {
        name: method.name().clone(),
        cfgs: attributes::cfgs(&method.attributes),
        generics: method.signature.generics.clone(),
        arguments: inputs.iter().map(|input| self_type::named_in_type(&input.ty, worker)).collect(),
        reply,
    }
}

// #[message]
// fn stop(self) {}
//
// #[message]
// fn version() -> u32 {}
//
// #[message]
// fn share(self: Rc<Self>) {}
fn takes_self_by_reference(signature: &Signature, errors: &mut Errors) {
    match signature.receiver() {
        Some(receiver) if is_reference(receiver) => {}
        Some(receiver) if matches!(receiver.kind, ReceiverKind::Value) => {
            errors.push_at(receiver, &catalog::RECEIVER_VALUE, &[]);
        }
        Some(receiver) => {
            let name = signature.ident.to_string();
            errors.push_at(receiver, &catalog::RECEIVER, &[&name]);
        }
        None => {
            let name = signature.ident.to_string();
            errors.push(signature.ident.span(), &catalog::RECEIVER, &[&name]);
        }
    }
}

/// `&self`, `&mut self`, or one of them in full.
pub(super) fn is_reference(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(..) => true,
        ReceiverKind::Typed(_, ty) => match peeled(ty) {
            Type::Reference(reference) => {
                last_segment(&reference.elem).is_some_and(|(name, _)| name == "Self")
            }
            _ => false,
        },
        _ => false,
    }
}

/// Removes a leading `cx: &mut Context<Self>` from the arguments.
///
/// The macro knows the type by its spelling; the call of the handler confirms it.
pub(super) fn context<'i>(
    inputs: Vec<&'i PatType>,
    subject: &Subject,
    errors: &mut Errors,
) -> (Option<Type>, Vec<&'i PatType>) {
    let inputs = comes_first(inputs, errors);
    let Some((first, rest)) = inputs.split_first() else { return (None, inputs) };
    match peeled(&first.ty) {
        ty if is_context(ty) => {
            let named = self_type::named_in_type(&first.ty, &subject.path);
            (Some(named), rest.to_vec())
        }
        ty if is_context_otherwise(ty, subject) => {
            errors.push_at(ty, &catalog::CONTEXT_FORM, &[]);
            (None, rest.to_vec())
        }
        _ => (None, inputs),
    }
}

// #[message]
// fn print(&mut self, ch: char, cx: &mut Context<Self>) {}
fn comes_first<'i>(inputs: Vec<&'i PatType>, errors: &mut Errors) -> Vec<&'i PatType> {
    let mut place = 0;
    inputs
        .into_iter()
        .filter(|input| {
            place += 1;
            let late = place > 1 && is_context(&input.ty);
            if late {
                errors.push_at(&input.ty, &catalog::CONTEXT_FIRST, &[]);
            }
            !late
        })
        .collect()
}

/// Whether the type is spelled `&mut Context<…>`.
fn is_context(ty: &Type) -> bool {
    match peeled(ty) {
        Type::Reference(reference) => {
            reference.mutability.is_some() && names_context(&reference.elem, None)
        }
        _ => false,
    }
}

// #[message]
// fn load(&mut self, cx: &Context<Self>) {}
//
// The user may have a type `Context` too. A `Context` of the worker is coproc's.
fn is_context_otherwise(ty: &Type, subject: &Subject) -> bool {
    let inner = match ty {
        Type::Reference(reference) => &*reference.elem,
        ty => ty,
    };
    names_context(inner, Some(subject))
}

/// Whether the type is spelled `Context`, and if asked, `Context<Self>`.
fn names_context(ty: &Type, of: Option<&Subject>) -> bool {
    let Some((name, types)) = last_segment(ty) else { return false };
    let worker = |ty: &Type| match (last_segment(ty), of) {
        (Some((name, _)), Some(subject)) => name == "Self" || subject.names.worker.unraw() == name,
        _ => false,
    };
    name == "Context" && (of.is_none() || types.first().is_some_and(|ty| worker(ty)))
}

/// The reply of a handler: `Some(None)` for `oneway`, `None` if its type cannot be named.
fn answer(
    signature: &Signature,
    oneway: bool,
    subject: &Subject,
    errors: &mut Errors,
) -> Option<(Option<Reply>,)> {
    if oneway {
        returns_nothing(signature, errors);
        return Some((None,));
    }
    reply::reply(&signature.output, &subject.library, &subject.path, errors)
        .map(|reply| (Some(reply),))
}

// #[message(oneway)]
// fn log(&mut self, line: &str) -> usize {}
fn returns_nothing(signature: &Signature, errors: &mut Errors) {
    if let ReturnType::Type(_, ty) = &signature.output
        && !is_unit(ty)
    {
        errors.push_at(ty, &catalog::ONEWAY, &[]);
    }
}

/// Refuses arguments after the receiver.
pub(super) fn first_argument(signature: &Signature) -> Option<&PatType> {
    signature.inputs.iter().find_map(|input| match input {
        FnArg::Typed(input) => Some(input),
        FnArg::Receiver(_) => None,
    })
}
