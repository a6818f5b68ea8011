//! Separates coproc's attributes of a function from the others.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Attribute, Ident, Meta, ext::IdentExt, spanned::Spanned};

use crate::diagnostics::{Errors, catalog, suggest};

/// The role of a function in its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Init,
    Message,
    Tick,
    Idle,
    Gone,
    Close,
}

impl Role {
    const ALL: [(&'static str, Self); 6] = [
        ("init", Self::Init),
        ("message", Self::Message),
        ("tick", Self::Tick),
        ("idle", Self::Idle),
        ("gone", Self::Gone),
        ("close", Self::Close),
    ];

    /// The name of its attribute.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, role)| *role == self).map_or("", |(name, _)| name)
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, role)| *role)
    }
}

/// One of coproc's attributes.
#[derive(Debug)]
pub(crate) struct Mark {
    pub(crate) role: Role,
    pub(crate) span: Span,
    /// The tokens in its parentheses, if it has any.
    pub(crate) options: Option<TokenStream>,
}

/// Other attributes whose names are similar to coproc's.
const FOREIGN: [&str; 4] = ["inline", "test", "ignore", "cold"];

/// Removes coproc's attributes from those of a function.
pub(super) fn split(
    attributes: Vec<Attribute>,
    errors: &mut Errors,
) -> (Vec<Mark>, Vec<Attribute>) {
    let mut marks = Vec::new();
    let mut others = Vec::new();
    for attribute in attributes {
        if hides_a_mark(&attribute, errors) {
            continue;
        }
        match role(&attribute, errors) {
            Verdict::Ours(role) => marks.push(mark(role, &attribute, errors)),
            Verdict::Wrong => {}
            Verdict::Foreign => others.push(attribute),
        }
    }
    (marks, others)
}

/// The owner of an attribute.
enum Verdict {
    Ours(Role),
    Wrong,
    Foreign,
}

/// `#[message]`, `#[coproc::message]`. A near miss such as `#[mesage]` is reported, and treated as the
/// attribute that was meant, so that it is one error.
fn role(attribute: &Attribute, errors: &mut Errors) -> Verdict {
    let segments: Vec<&Ident> =
        attribute.path().segments.iter().map(|segment| &segment.ident).collect();
    let (qualified, name) = match segments.as_slice() {
        [name] => (false, *name),
        [library, name] if *library == "coproc" => (true, *name),
        _ => return Verdict::Foreign,
    };
    let written = name.unraw().to_string();
    if let Some(role) = Role::named(&written) {
        return Verdict::Ours(role);
    }
    let known = Role::ALL.map(|(name, _)| name);
    let meant = suggest::nearest(&written, known).and_then(Role::named);
    let plainly_foreign = FOREIGN.contains(&written.as_str()) || meant.is_none();
    if plainly_foreign && !qualified {
        return Verdict::Foreign;
    }
    let help = suggest::help(&written, &known);
    errors.push(name.span(), &catalog::ATTRIBUTE_UNKNOWN, &[&written, &help]);
    meant.map_or(Verdict::Wrong, Verdict::Ours)
}

fn mark(role: Role, attribute: &Attribute, errors: &mut Errors) -> Mark {
    let options = match &attribute.meta {
        Meta::Path(_) => None,
        Meta::List(list) => Some(list.tokens.clone()),
        Meta::NameValue(pair) => {
            let name = role.name();
            errors.push_at(pair, &catalog::OPTION_FORM, &[name, &format!("#[{name}(…)]")]);
            None
        }
    };
    Mark { role, span: attribute.path().span(), options }
}

/// Whether this is `#[cfg_attr(…, message)]`: whether it applies is known only after this macro.
fn hides_a_mark(attribute: &Attribute, errors: &mut Errors) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    if !list.path.is_ident("cfg_attr") {
        return false;
    }
    let hidden = attributes_of(&list.tokens)
        .into_iter()
        .find(|ident| Role::named(&ident.to_string()).is_some());
    if let Some(ident) = &hidden {
        errors.push(ident.span(), &catalog::CFG_ATTR, &[&ident.to_string()]);
    }
    hidden.is_some()
}

/// The last name in the path of each attribute that a `cfg_attr` would give.
fn attributes_of(tokens: &TokenStream) -> Vec<Ident> {
    let mut found = Vec::new();
    let mut last = None;
    // The condition ends at the first comma.
    let mut condition = true;
    for token in tokens.clone() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => {
                found.extend(last.take().filter(|_| !condition));
                condition = false;
            }
            TokenTree::Ident(ident) => last = Some(ident),
            _ => {}
        }
    }
    found.extend(last.filter(|_| !condition));
    found
}
