//! Where `unsafe` may stand.

use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};

use crate::source::{Finding, Source, line};

/// The two places that talk to memory and to the system; everything else is safe code on top.
const UNSAFE_MAY_STAND_IN: [&str; 2] = ["transport/shared/", "spawn/process/sys.rs"];

/// `unsafe` in other files, macros and their arguments included.
pub(crate) fn unsafe_elsewhere(sources: &[Source]) -> Vec<Finding> {
    let elsewhere = sources.iter().filter(|source| {
        let (_, inside) = source.file.split_once("src/").expect("sources lie in src");
        !UNSAFE_MAY_STAND_IN.iter().any(|place| inside.starts_with(place))
    });
    let advice = format!("`unsafe` may stand in {} only", UNSAFE_MAY_STAND_IN.join(" and "));
    let mut findings = Vec::new();
    for source in elsewhere {
        let tokens = TokenStream::from_str(&source.text).expect("it was parsed before");
        collect(tokens, &mut |line| findings.push(Finding::new(&source.file, line, &*advice)));
    }
    findings
}

fn collect(tokens: TokenStream, found: &mut impl FnMut(usize)) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Ident(word) if word == "unsafe" => found(line(word.span())),
            _ => {}
        }
    }
}
