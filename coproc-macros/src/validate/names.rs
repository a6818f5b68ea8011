//! Collisions of generated names.

use syn::{Ident, ext::IdentExt};

use crate::{
    diagnostics::{Errors, catalog},
    model,
    parse::Method,
};

/// The variant of a handler's message, unless another handler has it already.
///
/// The compiler reports a second method of the same name, so this does not.
//
// #[message]
// fn get_all(&self) {}
// #[message]
// fn get__all(&self) {}
pub(super) fn has_a_variant_of_its_own(
    name: &Ident,
    earlier: &[(Ident, Ident)],
    errors: &mut Errors,
) -> Option<Ident> {
    let variant = model::upper_camel(name);
    let Some((other, _)) = earlier.iter().find(|(_, taken)| *taken == variant) else {
        return Some(variant);
    };
    if other != name {
        let names = [&*other.to_string(), &*name.to_string(), &*variant.to_string()];
        errors.push(name.span(), &catalog::NAME_VARIANT, &names);
    }
    None
}

// #[message]
// fn worker(&self) {}
pub(super) fn is_not_worker(name: &Ident, errors: &mut Errors) -> bool {
    let taken = name == "worker";
    if taken {
        errors.push(name.span(), &catalog::NAME_WORKER, &[]);
    }
    !taken
}

// #[worker]
// impl Printer {
//     fn spawn(&self) {}
// }
pub(super) fn is_not_spawn(method: &Method, errors: &mut Errors) -> bool {
    let name = method.name();
    let taken = name == "spawn" || name == "on";
    if taken {
        errors.push(name.span(), &catalog::NAME_SPAWN, &[&name.unraw().to_string()]);
    }
    !taken
}
