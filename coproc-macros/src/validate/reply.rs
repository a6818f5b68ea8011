//! The replies of handlers and the results of workers.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::{
    Lifetime, Path, ReturnType, Type, parse_quote_spanned,
    spanned::Spanned,
    visit::{self, Visit},
};

use super::{
    self_type,
    signature::{Unsendable, last_segment, spelled},
};
use crate::{
    diagnostics::{Errors, catalog},
    model::Reply,
};

/// The reply of a function; `None` if its type cannot be named elsewhere.
pub(super) fn reply(
    output: &ReturnType,
    library: &Path,
    worker: &Path,
    errors: &mut Errors,
) -> Option<Reply> {
    let ReturnType::Type(_, written) = output else { return Some(unit()) };
    can_be_named(written, errors)?;
    owns_everything(written, errors);
    let named = self_type::named_in_type(written, worker);
    Some(split(&named, library))
}

/// The result of a worker: the reply of a function, or `()` if that is refused.
pub(super) fn last_word(
    output: &ReturnType,
    library: &Path,
    worker: &Path,
    errors: &mut Errors,
) -> Reply {
    let before = errors.count();
    let reply = reply(output, library, worker, errors);
    // It becomes an associated type, which cannot borrow.
    reply.filter(|_| errors.count() == before).unwrap_or_else(unit)
}

/// `()`.
fn unit() -> Reply {
    plain(parse_quote_spanned!(Span::mixed_site()=> ()))
}

fn plain(value: Type) -> Reply {
    Reply { value, error: None, alias: None, later: false }
}

/// Separates the value and the error. The macro knows a `Result` by its spelling; if the value and the
/// error are not spelled, a projection confirms it.
fn split(ty: &Type, library: &Path) -> Reply {
    let Some((name, types)) = last_segment(ty) else { return plain(ty.clone()) };
    match (name.as_str(), types.as_slice()) {
        ("Result", [value, error]) => {
            Reply { error: Some((*error).clone()), ..plain((*value).clone()) }
        }
        ("Result", _) => {
            let (value, error) = projections(ty, library);
            Reply { error: Some(error), alias: Some(ty.clone()), ..plain(value) }
        }
        ("Later", [value, rest @ ..]) if rest.len() < 2 => Reply {
            error: rest.first().map(|error| (*error).clone()),
            later: true,
            ..plain((*value).clone())
        },
        _ => plain(ty.clone()),
    }
}

/// The value and the error of an alias such as `io::Result<T>`.
pub(super) fn projections(ty: &Type, library: &Path) -> (Type, Type) {
    let span = ty.span();
    let fallible = quote_spanned!(span=> #ty as #library::__private::Fallible);
    (parse_quote_spanned!(span=> <#fallible>::Ok), parse_quote_spanned!(span=> <#fallible>::Err))
}

// #[message]
// fn lines(&self) -> impl Iterator<Item = String> {}
fn can_be_named(ty: &Type, errors: &mut Errors) -> Option<()> {
    match Unsendable::of(ty).unnamed {
        Some(unnamed) => {
            errors.push_at(unnamed, &catalog::UNNAMED, &[&spelled(unnamed)]);
            None
        }
        None => Some(()),
    }
}

// #[message]
// fn name(&self) -> &str {}
//
// #[message]
// fn title(&self) -> Cow<'_, str> {}
fn owns_everything(ty: &Type, errors: &mut Errors) {
    if let Some(reference) = Unsendable::of(ty).borrowed {
        errors.push_at(reference, &catalog::REPLY_BORROWED, &[]);
        return;
    }
    let mut elided = Elided { first: None };
    elided.visit_type(ty);
    if let Some(lifetime) = elided.first {
        errors.push_at(lifetime, &catalog::REPLY_BORROWED, &[]);
    }
}

/// Finds `'_`.
struct Elided<'t> {
    first: Option<&'t Lifetime>,
}

impl<'t> Visit<'t> for Elided<'t> {
    fn visit_lifetime(&mut self, lifetime: &'t Lifetime) {
        if lifetime.ident == "_" {
            self.first.get_or_insert(lifetime);
        }
    }

    fn visit_type(&mut self, ty: &'t Type) {
        if !matches!(ty, Type::FnPtr(_) | Type::TraitObject(_)) {
            visit::visit_type(self, ty);
        }
    }
}
