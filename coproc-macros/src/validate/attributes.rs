//! Attributes that are copied to generated items.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Meta};

/// Each `#[cfg]`, also if it is inside of a `cfg_attr`.
pub(super) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| gives(attribute, &["cfg"])).cloned().collect()
}

/// Documentation.
pub(super) fn docs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| gives(attribute, &["doc"])).cloned().collect()
}

/// The attributes that a handler passes on to the controller's method.
pub(super) fn carried(attributes: &[Attribute]) -> Vec<Attribute> {
    let carried = ["doc", "deprecated", "must_use"];
    attributes.iter().filter(|attribute| gives(attribute, &carried)).cloned().collect()
}

/// Whether the attribute is one of these, or a `cfg_attr` of nothing but these.
fn gives(attribute: &Attribute, names: &[&str]) -> bool {
    let known = |name: &str| names.contains(&name);
    match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            let given = given_names(&list.tokens);
            !given.is_empty() && given.iter().all(|name| known(name))
        }
        meta => meta.path().get_ident().is_some_and(|ident| known(&ident.to_string())),
    }
}

/// The first name of each attribute in `condition, attribute, …`.
fn given_names(tokens: &TokenStream) -> Vec<String> {
    let mut names = Vec::new();
    let mut begins = false;
    for token in tokens.clone() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => begins = true,
            TokenTree::Ident(ident) if begins => {
                names.push(ident.to_string());
                begins = false;
            }
            _ => {}
        }
    }
    names
}
