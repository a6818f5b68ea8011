//! A function with `#[worker]`.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{PatType, Type, parse_quote_spanned};

use super::{
    arguments, attributes, reply,
    signature::{can_run_in_a_worker, inputs, last_segment, peeled},
    subject, worker,
};
use crate::{
    diagnostics::{Errors, catalog},
    model::{self, Function, MessengerTypes},
    parse::{FunctionSyntax, Options},
};

/// Validates the function. `None` if no worker type can be generated for it.
pub(crate) fn function(
    syntax: &FunctionSyntax,
    options: &Options,
    errors: &mut Errors,
) -> Option<Function> {
    let signature = &syntax.signature;
    is_not_a_method(syntax, errors)?;
    let name = model::upper_camel(&signature.ident);
    is_called_otherwise(syntax, &name, errors)?;
    let mut taken = TokenStream::new();
    signature.to_tokens(&mut taken);
    let cfgs = attributes::cfgs(&syntax.attributes);
    let subject = subject::of_function(name, &taken, cfgs, options);

    let stable_name = options.text("name").filter(|name| worker::is_not_empty(name, errors));
    let before = errors.count();
    can_run_in_a_worker(signature, errors);
    let (messenger, inputs) = messenger(inputs(signature), errors);
    let mut accepted = arguments::arguments(&inputs, &subject.path, errors);
    let reply = reply::last_word(&signature.output, &subject.library, &subject.path, errors);
    if errors.count() > before {
        accepted = arguments::refused(&inputs, &subject.path);
    }
    Some(Function {
        function: signature.ident.clone(),
        visibility: syntax.visibility.clone(),
        docs: attributes::docs(&syntax.attributes),
        stable_name: stable_name.cloned(),
        messenger,
        inputs: accepted,
        reply,
        subject,
    })
}

// impl Printer {
//     #[worker]
//     fn print(&self) {}
// }
fn is_not_a_method(syntax: &FunctionSyntax, errors: &mut Errors) -> Option<()> {
    match syntax.signature.receiver() {
        Some(receiver) => {
            errors.push_at(receiver, &catalog::WORKER_METHOD, &[]);
            None
        }
        None => Some(()),
    }
}

// #[worker]
// fn Square(n: u64) -> u64 {}
//
// A unit struct is also a value, as the function is.
fn is_called_otherwise(
    syntax: &FunctionSyntax,
    name: &syn::Ident,
    errors: &mut Errors,
) -> Option<()> {
    let function = &syntax.signature.ident;
    if function == name {
        errors.push(function.span(), &catalog::NAME_FUNCTION, &[&function.to_string()]);
        return None;
    }
    Some(())
}

/// Removes a leading `messenger: Messenger<S, R, C>` from the arguments.
///
/// The macro knows the type by its spelling; the call of the function confirms it.
fn messenger<'i>(
    inputs: Vec<&'i PatType>,
    errors: &mut Errors,
) -> (Option<MessengerTypes>, Vec<&'i PatType>) {
    let Some((first, rest)) = inputs.split_first() else { return (None, inputs) };
    if let Type::Reference(reference) = peeled(&first.ty)
        && names_messenger(&reference.elem).is_some()
    {
        is_given_away(first, errors);
    }
    for input in rest.iter().filter(|input| names_messenger(&input.ty).is_some()) {
        comes_first(input, errors);
    }
    match names_messenger(&first.ty) {
        Some(types) => (Some(says_what_it_carries(first, &types, errors)), rest.to_vec()),
        None => (None, inputs),
    }
}

/// The types in `Messenger<…>`.
fn names_messenger(ty: &Type) -> Option<Vec<&Type>> {
    match last_segment(peeled(ty))? {
        (name, types) if name == "Messenger" => Some(types),
        _ => None,
    }
}

// #[worker]
// fn echo(verbose: bool, messenger: Messenger<String, String>) {}
fn comes_first(input: &PatType, errors: &mut Errors) {
    errors.push_at(input, &catalog::MESSENGER_FIRST, &[]);
}

// #[worker]
// fn echo(messenger: &Messenger<String, String>) {}
fn is_given_away(input: &PatType, errors: &mut Errors) {
    errors.push_at(&input.ty, &catalog::MESSENGER_BORROWED, &[]);
}

// #[worker]
// fn echo(messenger: Messenger) {}
fn says_what_it_carries(input: &PatType, types: &[&Type], errors: &mut Errors) -> MessengerTypes {
    let written = (*input.ty).clone();
    let (sent, received, channels) = match types {
        [sent, received] => ((*sent).clone(), (*received).clone(), None),
        [sent, received, channels] => {
            ((*sent).clone(), (*received).clone(), Some((*channels).clone()))
        }
        _ => {
            errors.push_at(&input.ty, &catalog::MESSENGER_FORM, &[]);
            let unit: Type = parse_quote_spanned!(Span::mixed_site()=> ());
            (unit.clone(), unit, None)
        }
    };
    MessengerTypes { written, sent, received, channels }
}
