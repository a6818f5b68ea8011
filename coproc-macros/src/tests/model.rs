//! Names.

use proc_macro2::Span;
use syn::{Ident, parse_quote};

use crate::model::{snake, upper_camel};

fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

#[test]
fn methods_become_variants() {
    let cases = [
        ("change_behavior", "ChangeBehavior"),
        ("get__all", "GetAll"),
        ("get_2", "Get2"),
        ("x", "X"),
        ("alreadyCamel", "AlreadyCamel"),
        ("r#match", "Match"),
        ("r#type_", "Type"),
        ("straße", "Straße"),
        ("ähnlich", "Ähnlich"),
        // What would not be a name.
        ("self_", "Self_"),
        ("_self", "Self_"),
        ("_1", "_1"),
        ("__", "__"),
    ];
    for (method, variant) in cases {
        assert_eq!(upper_camel(&ident(method)), variant);
    }
}

#[test]
fn variants_become_names_of_channels() {
    let cases = [
        ("Data", "data"),
        ("HighPriority", "high_priority"),
        ("HTTPServer", "http_server"),
        ("Lane2", "lane2"),
        ("A", "a"),
        ("AB", "ab"),
        ("With_Underscore", "with_underscore"),
        ("Ähnlich", "ähnlich"),
    ];
    for (variant, channel) in cases {
        assert_eq!(snake(&ident(variant)), channel);
    }
}

#[test]
fn generated_names_keep_out_of_the_way() {
    let worker: Ident = parse_quote!(Cache);
    let taken = quote::quote!(impl<P, By_> Cache<P, By_> { fn new(by: By, on: (CacheOn, P_)) });
    let names = crate::model::Names::new(&worker, &taken);
    assert_eq!(names.place, "P__");
    assert_eq!(names.by, "By__");
    assert_eq!(names.placed, "CacheOn_");
    assert_eq!(names.message, "CacheMessage");
}
