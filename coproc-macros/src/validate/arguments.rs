//! The arguments of handlers, `#[init]` and functions.

use std::collections::HashSet;

use syn::{Ident, Pat, PatType, Path, Type};

use super::{
    self_type,
    signature::{Unsendable, last_segment, peeled, spelled},
};
use crate::{
    diagnostics::{Errors, catalog},
    model::{Argument, Borrow, Inputs, Passing},
};

/// The arguments of one function; none of them if one is refused.
pub(super) fn arguments(inputs: &[&PatType], worker: &Path, errors: &mut Errors) -> Inputs {
    let mut accepted = Vec::new();
    for input in inputs {
        accepted.extend(argument(input, worker, errors));
    }
    if accepted.len() == inputs.len() && have_names_of_their_own(&accepted) {
        Inputs::Accepted(accepted)
    } else {
        refused(inputs, worker)
    }
}

// #[message]
// fn move_to(&mut self, x: u32, x: u32) {}
//
// The compiler reports the function itself, and would repeat that for each generated item.
fn have_names_of_their_own(arguments: &[Argument]) -> bool {
    let names: HashSet<&Ident> = arguments.iter().map(|argument| &argument.name).collect();
    names.len() == arguments.len()
}

/// The types of arguments that cannot be used.
pub(super) fn refused(inputs: &[&PatType], worker: &Path) -> Inputs {
    Inputs::Refused(
        inputs.iter().map(|input| self_type::named_in_type(&input.ty, worker)).collect(),
    )
}

fn argument(input: &PatType, worker: &Path, errors: &mut Errors) -> Option<Argument> {
    let before = errors.count();
    has_no_cfg(input, errors);
    let name = has_a_plain_name(input, errors);
    let ty = self_type::named_in_type(&input.ty, worker);
    let passing = passing(&input.ty, &ty, errors);
    if errors.count() > before {
        return None;
    }
    Some(Argument { name: name?, ty, passing: passing? })
}

// #[message]
// fn set(&mut self, #[cfg(unix)] mode: u32) {}
fn has_no_cfg(input: &PatType, errors: &mut Errors) {
    let mut attributes = input.attrs.iter();
    let conditional =
        |name: &&syn::Attribute| name.path().is_ident("cfg") || name.path().is_ident("cfg_attr");
    if let Some(cfg) = attributes.find(conditional) {
        errors.push_at(cfg, &catalog::CFG_ARGUMENT, &[]);
    }
}

// #[message]
// fn place(&mut self, (x, y): (u32, u32)) {}
fn has_a_plain_name(input: &PatType, errors: &mut Errors) -> Option<Ident> {
    match &*input.pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(pat.ident.clone()),
        pat => {
            errors.push_at(pat, &catalog::PATTERN, &[&spelled(&input.ty)]);
            None
        }
    }
}

/// How the argument is passed. The type as written is checked, for its spans; the result uses `named`,
/// the same with `Self` replaced.
fn passing(written: &Type, named: &Type, errors: &mut Errors) -> Option<Passing> {
    if let Type::Reference(_) = peeled(written) {
        return borrow(written, named, errors).map(Passing::Borrowed);
    }
    if let (Some(written), Some(named)) = (optional(written), optional(named)) {
        return borrow(written, named, errors).map(Passing::Optional);
    }
    owns_everything(written, errors).then_some(Passing::Value)
}

/// `&T` in `Option<&T>`.
fn optional(ty: &Type) -> Option<&Type> {
    match last_segment(ty)? {
        (name, types) if name == "Option" => match types.as_slice() {
            [inner] if matches!(peeled(inner), Type::Reference(_)) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

fn borrow(written: &Type, named: &Type, errors: &mut Errors) -> Option<Borrow> {
    let (Type::Reference(written), Type::Reference(named)) = (peeled(written), peeled(named))
    else {
        return None;
    };
    is_not_mutable(written, errors)?;
    is_not_static(written, errors)?;
    has_a_size(&written.elem, errors)?;
    match (peeled(&written.elem), peeled(&named.elem)) {
        (Type::Path(path), _) if path.path.is_ident("str") => Some(Borrow::Text),
        (Type::Slice(slice), Type::Slice(named)) => {
            let is_byte =
                matches!(peeled(&slice.elem), Type::Path(path) if path.path.is_ident("u8"));
            if is_byte {
                return Some(Borrow::Bytes);
            }
            owns_everything(&slice.elem, errors).then(|| Borrow::Slice((*named.elem).clone()))
        }
        (inner, named) => owns_everything(inner, errors).then(|| Borrow::Value(named.clone())),
    }
}

// #[message]
// fn fill(&self, buffer: &mut Vec<u8>) {}
fn is_not_mutable(reference: &syn::TypeReference, errors: &mut Errors) -> Option<()> {
    if reference.mutability.is_none() {
        return Some(());
    }
    errors.push_at(reference, &catalog::MUTABLE, &[]);
    None
}

// #[message]
// fn show(&self, value: &dyn Display) {}
//
// For other unsized types without an owned form, a trait bound reports the error.
fn has_a_size(ty: &Type, errors: &mut Errors) -> Option<()> {
    match peeled(ty) {
        Type::TraitObject(_) => {
            errors.push_at(ty, &catalog::UNNAMED, &[&spelled(ty)]);
            None
        }
        _ => Some(()),
    }
}

// #[message]
// fn label(&mut self, label: &'static str) {}
fn is_not_static(reference: &syn::TypeReference, errors: &mut Errors) -> Option<()> {
    match &reference.lifetime {
        Some(lifetime) if lifetime.ident == "static" => {
            errors.push_at(lifetime, &catalog::LIFETIME, &[]);
            None
        }
        // Other lifetimes are reported once for the whole signature.
        _ => Some(()),
    }
}

// #[message]
// fn add(&mut self, names: Vec<&str>, items: impl Iterator<Item = u32>) {}
fn owns_everything(ty: &Type, errors: &mut Errors) -> bool {
    let found = Unsendable::of(ty);
    if let Some(unnamed) = found.unnamed {
        errors.push_at(unnamed, &catalog::UNNAMED, &[&spelled(unnamed)]);
        return false;
    }
    if let Some(reference) = found.borrowed {
        errors.push_at(reference, &catalog::NESTED, &[]);
        return false;
    }
    true
}
