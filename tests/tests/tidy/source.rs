//! The code of a crate as the rules see it: its files, parsed, in the order of its module tree.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use proc_macro2::Span;
use syn::{Attribute, Item, Meta, Token, punctuated::Punctuated, spanned::Spanned};

/// The texts of the files of one folder by their path from the root of the repository.
pub(crate) type Texts = BTreeMap<String, String>;

/// One place that breaks a rule, and what to do about it.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) advice: String,
}

impl Finding {
    pub(crate) fn new(file: &str, line: usize, advice: impl Into<String>) -> Self {
        Self { file: file.into(), line, advice: advice.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.advice)
    }
}

/// Fails with all findings, one a line.
#[track_caller]
pub(crate) fn hold(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} broken:\n{}\n", lines.len(), lines.join("\n"));
}

/// A module that has a file of its own.
pub(crate) struct Source {
    pub(crate) file: String,
    /// The modules from the crate's root to here; empty for lib.rs.
    pub(crate) module: Vec<String>,
    /// Whether it is compiled for unit tests only.
    pub(crate) test: bool,
    pub(crate) text: String,
    pub(crate) syntax: syn::File,
}

/// The repository this test was built from.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// One file of the repository.
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below `folder` whose name ends in `.rs`.
pub(crate) fn texts(folder: &str) -> Texts {
    let mut found = Texts::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(root().join(&folder));
        for entry in entries.unwrap_or_else(|error| panic!("{folder}: {error}")) {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().expect("file names are UTF-8");
            let path = format!("{folder}/{name}");
            if entry.file_type().unwrap().is_dir() {
                if name != "target" {
                    folders.push(path);
                }
            } else if name.ends_with(".rs") {
                found.insert(path.clone(), text(&path));
            }
        }
    }
    found
}

/// The modules of the crate whose code lies in `src`, from lib.rs on.
pub(crate) fn modules(src: &str) -> Vec<Source> {
    Tree { texts: texts(src), found: Vec::new() }.grow(src)
}

/// Follows `mod name;` from file to file. Files that no module names (expected expansions, for
/// example) are data, not code, and no rule sees them.
struct Tree {
    texts: Texts,
    found: Vec<Source>,
}

impl Tree {
    fn grow(mut self, src: &str) -> Vec<Source> {
        self.file(format!("{src}/lib.rs"), src.to_owned(), Vec::new(), false);
        self.found
    }

    /// Takes in one file. `folder` is where the files of its child modules lie.
    fn file(&mut self, file: String, folder: String, module: Vec<String>, test: bool) {
        let text = self.texts.get(&file).unwrap_or_else(|| panic!("{file} is missing")).clone();
        let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let test = test || is_test(&syntax.attrs);
        self.children(&syntax.items, &folder, &module, test);
        self.found.push(Source { file, module, test, text, syntax });
    }

    fn children(&mut self, items: &[Item], folder: &str, module: &[String], test: bool) {
        for item in items {
            let Item::Mod(child) = item else { continue };
            let test = test || is_test(&child.attrs);
            let name = child.ident.to_string();
            let module: Vec<String> = module.iter().cloned().chain([name.clone()]).collect();
            let below = format!("{folder}/{name}");
            match &child.content {
                Some((_, items)) => self.children(items, &below, &module, test),
                None => {
                    let own = [format!("{below}.rs"), format!("{below}/mod.rs")];
                    let file = own.into_iter().find(|file| self.texts.contains_key(file));
                    let file = file.unwrap_or_else(|| panic!("no file for module {below}"));
                    self.file(file, below, module, test);
                }
            }
        }
    }
}

/// Whether these attributes keep their item out of everything but unit tests.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    conditions.filter_map(|cfg| cfg.parse_args().ok()).any(|condition| needs_test(&condition))
}

fn needs_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|conditions| conditions.iter().any(needs_test)),
        _ => false,
    }
}

/// The attributes of an item of any kind that can be compiled for unit tests only.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The first and the last line of a piece of syntax, counted from 1.
pub(crate) fn lines(syntax: &impl Spanned) -> (usize, usize) {
    let span = syntax.span();
    (span.start().line, span.end().line)
}

/// The line on which a token stands.
pub(crate) fn line(span: Span) -> usize {
    span.start().line
}
