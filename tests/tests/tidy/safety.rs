//! Where `unsafe` may stand, and what has to stand above it.

use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};

use crate::source::{Finding, Source, line};

/// The two places that talk to memory and to the system; everything else is safe code on top.
const UNSAFE_MAY_STAND_IN: [&str; 2] = ["transport/shared/", "spawn/process/sys.rs"];

/// A SAFETY comment shorter than this cannot be an argument.
const SHORTEST_ARGUMENT: usize = 20;

/// `unsafe` in other files, macros and their arguments included.
pub(crate) fn unsafe_elsewhere(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        let (_, inside) = source.file.split_once("src/").expect("sources lie in src");
        if !UNSAFE_MAY_STAND_IN.iter().any(|place| inside.starts_with(place)) {
            let advice =
                format!("`unsafe` may stand in {} only", UNSAFE_MAY_STAND_IN.join(" and "));
            let lines = keywords(source).into_iter().map(|(line, _)| line);
            findings.extend(lines.map(|line| Finding::new(&source.file, line, advice.clone())));
        }
    }
    findings
}

/// `unsafe` blocks and impls without a SAFETY comment right above them that argues.
pub(crate) fn unsafe_unargued(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
        for (line, promises) in keywords(source) {
            if promises && !is_argued(&lines, line - 1) {
                let advice = "say above it, after `// SAFETY:`, why it is sound";
                findings.push(Finding::new(&source.file, line, advice));
            }
        }
    }
    findings
}

/// The lines with the word `unsafe`, and whether it is a promise of ours (a block, an impl) or a
/// demand on the caller (a function, a trait).
fn keywords(source: &Source) -> Vec<(usize, bool)> {
    let tokens = TokenStream::from_str(&source.text).expect("it was parsed before");
    let mut found = Vec::new();
    collect(tokens, &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<(usize, bool)>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Ident(word) if word == "unsafe" => {
                let promises = tokens.peek().is_some_and(|next| match next {
                    TokenTree::Group(_) => true,
                    TokenTree::Ident(next) => next == "impl",
                    _ => false,
                });
                found.push((line(word.span()), promises));
            }
            _ => {}
        }
    }
}

/// Whether the comment above the statement on this line (counted from 0) argues for it.
fn is_argued(lines: &[&str], at: usize) -> bool {
    let mut above = lines[..at].iter().rev().peekable();
    // The statement may have begun on an earlier line.
    while above.next_if(|line| !line.starts_with("//") && !ends_a_statement(line)).is_some() {}
    let mut argument = String::new();
    while let Some(line) = above.next_if(|line| line.starts_with("//")) {
        let text = line.trim_start_matches('/').trim();
        if let Some(first) = text.strip_prefix("SAFETY:") {
            return first.trim().len() + argument.len() >= SHORTEST_ARGUMENT;
        }
        argument.push_str(text);
    }
    false
}

fn ends_a_statement(line: &str) -> bool {
    line.is_empty() || line.ends_with([';', '{', '}', ','])
}
