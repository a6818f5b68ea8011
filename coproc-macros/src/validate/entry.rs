//! Functions with `#[main]` and `#[test]`.

use proc_macro2::TokenStream;

use super::subject;
use crate::{
    diagnostics::{Errors, catalog},
    model::{Entry, EntryKind},
    parse::{FunctionSyntax, Options},
};

/// Validates the function.
pub(crate) fn entry(
    syntax: &FunctionSyntax,
    kind: EntryKind,
    options: &Options,
    errors: &mut Errors,
) -> Entry {
    let before = errors.count();
    is_not_async(syntax, kind, errors);
    takes_nothing(syntax, kind, errors);
    let mut signature = syntax.signature.clone();
    signature.inputs.clear();
    signature.asyncness = None;
    Entry {
        library: subject::library(options),
        kind,
        attributes: syntax.attributes.clone(),
        visibility: syntax.visibility.clone(),
        signature,
        body: syntax.body.clone(),
        refused: (errors.count() > before).then(|| refused(syntax)),
    }
}

// #[coproc::main]
// async fn main() {}
fn is_not_async(syntax: &FunctionSyntax, kind: EntryKind, errors: &mut Errors) {
    if let Some(asyncness) = &syntax.signature.asyncness {
        errors.push_at(asyncness, &catalog::ENTRY_ASYNC, &[kind.name()]);
    }
}

// #[coproc::test]
// fn prints(ch: char) {}
fn takes_nothing(syntax: &FunctionSyntax, kind: EntryKind, errors: &mut Errors) {
    if !syntax.signature.inputs.is_empty() {
        let name = syntax.signature.ident.to_string();
        let names = [kind.name(), &*name];
        errors.push_at(&syntax.signature.inputs, &catalog::ENTRY_ARGUMENTS, &names);
    }
}

/// The function as written, without its attributes, inside the accepted form, so that the compiler still
/// checks its body.
fn refused(syntax: &FunctionSyntax) -> TokenStream {
    let inner = FunctionSyntax { attributes: Vec::new(), ..syntax.clone() };
    quote::ToTokens::into_token_stream(inner)
}
