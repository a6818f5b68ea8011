//! The programs in `expansions/`, and what the macros make of them.

use std::{fs, path::PathBuf};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Item, Meta};

use crate::pipeline;

/// A program of a few items, each with one of the macros on it.
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) items: Vec<Expanded>,
}

/// One item.
pub(super) struct Expanded {
    pub(super) written: TokenStream,
    pub(super) generated: TokenStream,
}

/// The folder with the samples and what is expected of them.
pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("expansions")
}

/// All samples, by name.
pub(super) fn samples() -> Vec<Sample> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
        .filter(|name| !name.ends_with(".expanded"))
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names.into_iter().map(sample).collect()
}

/// The sample of this name.
pub(super) fn sample(name: impl Into<String>) -> Sample {
    let name = name.into();
    let text = fs::read_to_string(folder().join(format!("{name}.rs"))).unwrap();
    let file = syn::parse_file(&text).unwrap();
    Sample { name, items: file.items.into_iter().map(expand).collect() }
}

fn expand(item: Item) -> Expanded {
    let written = item.to_token_stream();
    let attributes = match &item {
        Item::Impl(item) => item.attrs.clone(),
        Item::Fn(item) => item.attrs.clone(),
        Item::Struct(item) => item.attrs.clone(),
        Item::Enum(item) => item.attrs.clone(),
        _ => panic!("no macro goes on this: {written}"),
    };
    let generated = attributes
        .iter()
        .find_map(|attribute| {
            let rest = || without(&item, attribute);
            let options = options(attribute);
            Some(match attribute.path().get_ident()?.to_string().as_str() {
                "worker" => pipeline::worker(options, rest()),
                "message" => pipeline::message(options, rest()),
                "main" => pipeline::main(options, rest()),
                "test" => pipeline::test(options, rest()),
                "derive" => pipeline::channel(rest()),
                _ => return None,
            })
        })
        .unwrap();
    Expanded { written, generated }
}

fn options(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    }
}

/// The item as the macro gets it: its own attribute is gone.
fn without(item: &Item, attribute: &Attribute) -> TokenStream {
    let mut item = item.clone();
    let attributes = match &mut item {
        Item::Impl(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        _ => panic!("no macro goes on this"),
    };
    attributes.retain(|other| other != attribute);
    quote!(#item)
}
