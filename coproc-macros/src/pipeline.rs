//! Parse, validate, expand: each macro from its tokens to its tokens.
//!
//! The result always contains the user's own items, so that a mistake causes no further errors about
//! missing names.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::{
    diagnostics::{Errors, catalog},
    expand,
    model::EntryKind,
    parse::{FunctionSyntax, ImplBlock, Item, Options, Place},
    validate,
};

/// `#[worker]`
pub(crate) fn worker(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let generated = match Item::of(item.clone()) {
        Item::Impl => of_block(options, item, &mut errors),
        Item::Function => of_function(options, item, &mut errors),
        Item::Type | Item::Other => {
            errors.push(first_word(&item), &catalog::WORKER_PLACE, &[]);
            item
        }
    };
    with_errors(generated, errors)
}

fn of_block(options: TokenStream, item: TokenStream, errors: &mut Errors) -> TokenStream {
    let block = match ImplBlock::parse(item.clone(), errors) {
        Ok(block) => block,
        Err(error) => {
            errors.add(error);
            return item;
        }
    };
    let options = Options::parse(options, Place::Worker, errors);
    let worker = validate::worker(&block, &options, errors);
    let generated = worker.as_ref().map(expand::worker);
    if let (Some(worker), Some(generated)) = (&worker, &generated) {
        show(&worker.subject.names.worker.to_string(), generated);
    }
    quote!(#block #generated)
}

fn of_function(options: TokenStream, item: TokenStream, errors: &mut Errors) -> TokenStream {
    let function: FunctionSyntax = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            errors.add(error);
            return item;
        }
    };
    let options = Options::parse(options, Place::Function, errors);
    let worker = validate::function(&function, &options, errors);
    let generated = worker.as_ref().map(expand::function);
    if let (Some(worker), Some(generated)) = (&worker, &generated) {
        show(&worker.subject.names.worker.to_string(), generated);
    }
    quote!(#function #generated)
}

/// `#[message]`
pub(crate) fn message(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let generated = match Item::of(item.clone()) {
        Item::Type => {
            let options = Options::parse(options, Place::MessageType, &mut errors);
            validate::message(item.clone(), &options, &mut errors)
                .map(|message| expand::message(&message))
        }
        Item::Function => {
            errors.push(first_word(&item), &catalog::MESSAGE_METHOD, &[]);
            None
        }
        Item::Impl | Item::Other => {
            errors.push(first_word(&item), &catalog::MESSAGE_PLACE, &[]);
            None
        }
    };
    with_errors(quote!(#item #generated), errors)
}

/// `#[derive(Channel)]`
pub(crate) fn channel(item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let set = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => validate::channel_set(&input, &mut errors),
        Err(error) => {
            errors.add(error);
            None
        }
    };
    with_errors(set.map(|set| expand::channel_set(&set)).unwrap_or_default(), errors)
}

/// `#[main]`
pub(crate) fn main(options: TokenStream, item: TokenStream) -> TokenStream {
    entry(EntryKind::Main, options, item)
}

/// `#[test]`
pub(crate) fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    entry(EntryKind::Test, options, item)
}

fn entry(kind: EntryKind, options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let options = Options::parse(options, Place::Entry, &mut errors);
    let generated = match (Item::of(item.clone()), syn::parse2::<FunctionSyntax>(item.clone())) {
        (Item::Function, Ok(function)) => {
            expand::entry(&validate::entry(&function, kind, &options, &mut errors))
        }
        (Item::Function, Err(error)) => {
            errors.add(error);
            item
        }
        _ => {
            errors.push(first_word(&item), &catalog::FUNCTION_PLACE, &[kind.name()]);
            item
        }
    };
    with_errors(generated, errors)
}

fn with_errors(mut generated: TokenStream, errors: Errors) -> TokenStream {
    generated.extend(errors.finish());
    generated
}

/// The span of an item's first token, for mistakes about the whole item.
fn first_word(item: &TokenStream) -> proc_macro2::Span {
    item.clone()
        .into_iter()
        .find(|token| matches!(token, proc_macro2::TokenTree::Ident(_)))
        .map_or_else(proc_macro2::Span::call_site, |token| token.span())
}

/// Prints what was generated for `name` if `COPROC_EXPAND` asks for it.
fn show(name: &str, generated: &TokenStream) {
    let wanted = std::env::var("COPROC_EXPAND").ok();
    if let Some(text) = shown(name, wanted.as_deref(), generated) {
        eprintln!("{text}");
    }
}

/// The text to print, if `COPROC_EXPAND` names this item.
pub(crate) fn shown(name: &str, wanted: Option<&str>, generated: &TokenStream) -> Option<String> {
    // An expansion that does not parse is printed unformatted, so that the mistake can be found.
    (wanted == Some(name)).then(|| formatted(generated).unwrap_or_else(|_| generated.to_string()))
}

/// The items as text, with a blank line behind each block that another item follows.
pub(crate) fn formatted(items: &TokenStream) -> syn::Result<String> {
    const BEGINNINGS: [&str; 6] = ["///", "#[", "pub ", "impl", "fn ", "const "];
    let text = prettyplease::unparse(&syn::parse2(items.clone())?);
    let mut spaced = String::new();
    let mut after_block = false;
    for line in text.lines() {
        let begins = BEGINNINGS.iter().any(|word| line.trim_start().starts_with(word));
        if after_block && begins {
            spaced.push('\n');
        }
        after_block = matches!(line.trim_start(), "}" | "};");
        spaced.push_str(line);
        spaced.push('\n');
    }
    Ok(spaced)
}
