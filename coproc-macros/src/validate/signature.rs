//! The checks of every function that a worker runs.

use quote::quote;
use syn::{
    FnArg, Lifetime, Safety, Signature, Type, TypeReference,
    visit::{self, Visit},
};

use crate::diagnostics::{Errors, catalog};

/// All checks of this file.
pub(super) fn can_run_in_a_worker(signature: &Signature, errors: &mut Errors) {
    is_not_async(signature, errors);
    is_not_unsafe(signature, errors);
    is_not_generic(signature, errors);
    names_no_lifetime(signature, errors);
}

// #[message]
// async fn load(&mut self) {}
fn is_not_async(signature: &Signature, errors: &mut Errors) {
    if let Some(asyncness) = &signature.asyncness {
        errors.push_at(asyncness, &catalog::ASYNC, &[]);
    }
}

// #[message]
// unsafe fn poke(&mut self) {}
fn is_not_unsafe(signature: &Signature, errors: &mut Errors) {
    if let Safety::Unsafe(unsafety) = &signature.safety {
        errors.push_at(unsafety, &catalog::UNSAFE, &[]);
    }
}

// #[message]
// fn push<T: Wire>(&mut self, item: T) {}
//
// #[message]
// fn print(&self) where K: Display {}
fn is_not_generic(signature: &Signature, errors: &mut Errors) {
    let generics = &signature.generics;
    let name = signature.ident.to_string();
    let mut parameters = generics
        .params
        .iter()
        .filter(|parameter| !matches!(parameter, syn::GenericParam::Lifetime(_)));
    if let Some(parameter) = parameters.next() {
        errors.push_at(parameter, &catalog::GENERIC, &[&name]);
    } else if let Some(clause) = &generics.where_clause {
        errors.push_at(clause, &catalog::GENERIC, &[&name]);
    }
}

// #[message]
// fn longest<'a>(&'a self, a: &'a str, b: &'a str) {}
//
// A lifetime usually occurs several times, so only the first is reported.
fn names_no_lifetime(signature: &Signature, errors: &mut Errors) {
    let mut names = Lifetimes { first: None };
    names.visit_signature(signature);
    if let Some(lifetime) = names.first {
        errors.push_at(lifetime, &catalog::LIFETIME, &[]);
    }
}

struct Lifetimes<'s> {
    first: Option<&'s Lifetime>,
}

impl<'s> Visit<'s> for Lifetimes<'s> {
    fn visit_lifetime(&mut self, lifetime: &'s Lifetime) {
        if self.first.is_none() && lifetime.ident != "_" && lifetime.ident != "static" {
            self.first = Some(lifetime);
        }
    }
}

/// The arguments after the receiver.
pub(super) fn inputs(signature: &Signature) -> Vec<&syn::PatType> {
    signature
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(input) => Some(input),
            FnArg::Receiver(_) => None,
        })
        .collect()
}

/// The type inside of parentheses and of the invisible groups that a macro makes.
pub(super) fn peeled(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peeled(&group.elem),
        Type::Paren(paren) => peeled(&paren.elem),
        ty => ty,
    }
}

/// The last name in a type that is a path, with its arguments that are types.
pub(super) fn last_segment(ty: &Type) -> Option<(String, Vec<&Type>)> {
    let Type::Path(path) = peeled(ty) else { return None };
    let last = path.path.segments.last()?;
    let types = match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    Some((last.ident.to_string(), types))
}

/// Whether the type is spelled `()`.
pub(super) fn is_unit(ty: &Type) -> bool {
    matches!(peeled(ty), Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// The type as the user would write it.
pub(super) fn spelled(ty: &Type) -> String {
    let text = quote!(#ty).to_string();
    [(" ,", ","), (" >", ">"), (" <", "<"), ("< ", "<"), ("& ", "&"), (" :: ", "::"), ("( ", "(")]
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
}

/// The first parts of a type that cannot be sent, by their form.
pub(super) struct Unsendable<'t> {
    /// A reference.
    pub(super) borrowed: Option<&'t TypeReference>,
    /// A type that only its function can name.
    pub(super) unnamed: Option<&'t Type>,
}

impl<'t> Unsendable<'t> {
    pub(super) fn of(ty: &'t Type) -> Self {
        let mut found = Self { borrowed: None, unnamed: None };
        found.visit_type(ty);
        found
    }
}

impl<'t> Visit<'t> for Unsendable<'t> {
    fn visit_type(&mut self, ty: &'t Type) {
        match ty {
            Type::Reference(reference) => {
                self.borrowed.get_or_insert(reference);
            }
            Type::ImplTrait(_) | Type::Never(_) => {
                self.unnamed.get_or_insert(ty);
            }
            // A pointer to a function has references of its own. It cannot be sent either, but that
            // the bound says better.
            Type::FnPtr(_) | Type::TraitObject(_) => {}
            ty => visit::visit_type(self, ty),
        }
    }
}
