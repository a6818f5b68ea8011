//! Generated code depends on nothing that the user's module may have, and adds nothing to it but
//! what is promised.

use std::collections::HashSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    File, Item, Path,
    visit::{self, Visit},
};

use super::sample::{Expanded, sample, samples};

fn identifiers(tokens: TokenStream) -> HashSet<String> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(ident) => HashSet::from([ident.to_string()]),
            TokenTree::Group(group) => identifiers(group.stream()),
            _ => HashSet::new(),
        })
        .collect()
}

fn file(item: &Expanded) -> File {
    syn::parse2(item.generated.clone()).unwrap()
}

/// The names of the items that the whole module sees.
fn visible(file: &File) -> Vec<String> {
    file.items
        .iter()
        .filter_map(|item| match item {
            Item::Enum(item) => Some(item.ident.to_string()),
            Item::Struct(item) => Some(item.ident.to_string()),
            Item::Fn(item) => Some(item.sig.ident.to_string()),
            Item::Impl(_) | Item::Const(_) => None,
            Item::Macro(item) => Some(item.mac.to_token_stream().to_string()),
            item => panic!("unexpected item: {}", item.to_token_stream()),
        })
        .collect()
}

/// Paths whose meaning depends on the user's module.
#[derive(Default)]
struct Relative {
    known: HashSet<String>,
    found: Vec<String>,
}

impl Visit<'_> for Relative {
    fn visit_path(&mut self, path: &Path) {
        let first = path.segments[0].ident.to_string();
        if path.leading_colon.is_none() && !self.known.contains(&first) {
            self.found.push(path.to_token_stream().to_string());
        }
        visit::visit_path(self, path);
    }

    // An attribute's own name is not looked up as a path, but for those of other macros.
    fn visit_attribute(&mut self, _: &syn::Attribute) {}
}

/// What a path may begin with: the primitive types, variables of the expansion, and its own items.
const OWN: &[&str] = &[
    "Self",
    "self",
    "bool",
    "u8",
    "u16",
    "u32",
    "u64",
    "i32",
    "str",
    "usize",
    "String",
    "answer",
    "arguments",
    "bytes",
    "cx",
    "draft",
    "encode",
    "f",
    "index",
    "item",
    "link",
    "message",
    "messenger",
    "never",
    "number",
    "peer",
    "place",
    "reader",
    "schedule",
    "parameters",
    "worker",
    "writer",
    "P",
    "By",
    "C",
];

#[test]
fn all_paths_are_absolute() {
    for sample in samples() {
        for item in &sample.items {
            let mut relative = Relative::default();
            relative.known.extend(OWN.iter().map(|name| (*name).to_owned()));
            relative.known.extend(identifiers(item.written.clone()));
            let held = ["arg_", "argument_"];
            relative.known.extend(
                held.iter().flat_map(|name| (0..9).map(move |number| format!("{name}{number}"))),
            );
            let file = file(item);
            for own in visible(&file) {
                relative.known.insert(format!("{own}On"));
                relative.known.insert(own.replace("Message", "On"));
                relative.known.insert(own);
            }
            relative.visit_file(&file);
            assert_eq!(relative.found, [""; 0], "in `{}`", sample.name);
        }
    }
}

#[test]
fn relative_paths_are_found() {
    let mut relative = Relative::default();
    relative.visit_file(&syn::parse_quote!(
        fn f() {
            ::core::mem::drop(Vec::<::std::string::String>::new())
        }
    ));
    assert_eq!(relative.found.len(), 1);
}

#[test]
fn nothing_else_appears_in_the_users_module() {
    let items = |name: &str| -> Vec<Vec<String>> {
        sample(name).items.iter().map(|item| visible(&file(item))).collect()
    };
    assert_eq!(
        items("printer"),
        [["PrintProcessMessage", "PrintProcessChannel", "PrintProcessController"]]
    );
    assert_eq!(items("value"), [["ValueMessage", "ValueController"]]);
    assert_eq!(items("functions"), [["square", "Square"], ["echo", "Echo"]]);
    assert_eq!(items("messages"), [vec!["Alarm"], vec!["Plain"], vec![], vec![]]);
    assert_eq!(
        items("entries"),
        [["main"], ["prints"], ["refused"]].map(|[name]| {
            let mut names = vec![name.to_owned()];
            if name == "refused" {
                names.extend(visible(&file(&sample("entries").items[2])).into_iter().skip(1));
            }
            names
        })
    );
}

/// The modules of the library that generated code names.
#[derive(Default)]
struct OfTheLibrary(HashSet<String>);

impl Visit<'_> for OfTheLibrary {
    fn visit_path(&mut self, path: &Path) {
        if path.leading_colon.is_some() && path.segments[0].ident == "coproc" {
            self.0.insert(path.segments[1].ident.to_string());
        }
        visit::visit_path(self, path);
    }
}

#[test]
fn generated_code_names_one_module_of_the_library() {
    let mut named = OfTheLibrary::default();
    for item in samples().iter().flat_map(|sample| &sample.items) {
        named.visit_file(&file(item));
    }
    assert_eq!(named.0, HashSet::from(["__private".to_owned()]));
}

#[test]
fn another_name_of_the_library_is_used_everywhere() {
    let mut renamed = 0;
    for sample in samples() {
        for item in &sample.items {
            if identifiers(item.written.clone()).contains("my_library") {
                let names = identifiers(item.generated.clone());
                assert!(!names.contains("coproc"), "in `{}`", sample.name);
                assert!(names.contains("my_library"), "in `{}`", sample.name);
                renamed += 1;
            }
        }
    }
    assert!(renamed > 4);
}
