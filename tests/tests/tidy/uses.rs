//! Which module names which: every path to a place in the same crate, found in the syntax.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Ident, Item, ItemMod, ItemUse, Macro, Path, UseTree, Visibility,
    visit::{self, Visit},
};

use crate::source::{Source, attributes, is_test, line};

/// A path from one module to a place in the same crate.
#[derive(Debug)]
pub(crate) struct Use {
    /// The module in which it stands, from the crate's root.
    pub(crate) from: Vec<String>,
    /// What it names, from the crate's root; ends in `*` for a glob and is empty for `crate`.
    pub(crate) to: Vec<String>,
    pub(crate) line: usize,
    /// Whether only unit tests need it.
    pub(crate) test: bool,
    /// Whether it only gives the name to other modules.
    pub(crate) reexport: bool,
}

impl Use {
    /// The module of the crate's root in which it stands, and the one that it names.
    pub(crate) fn modules(&self) -> (Option<&str>, Option<&str>) {
        (self.from.first().map(String::as_str), self.to.first().map(String::as_str))
    }
}

/// Every path of this file that starts with `crate`, `self`, `super`, the name `coproc`, a child
/// module, or a name that a `use` of this file brings in; in the order of the file.
pub(crate) fn uses(source: &Source) -> Vec<Use> {
    let mut finder = Finder::new(source, reexports(source));
    finder.visit_file(&source.syntax);
    finder.found
}

/// The names that the `use` items of this file bring in from the same crate, and what they name.
pub(crate) fn reexports(source: &Source) -> BTreeMap<String, Vec<String>> {
    let items = &source.syntax.items;
    let children = items.iter().filter_map(|item| match item {
        Item::Mod(child) => {
            let name = child.ident.to_string();
            Some((name.clone(), source.module.iter().cloned().chain([name]).collect()))
        }
        _ => None,
    });
    let mut finder = Finder::new(source, children.collect());
    for item in items {
        if let Item::Use(item) = item {
            finder.visit_item_use(item);
        }
    }
    finder.known.extend(finder.renamed);
    finder.known
}

struct Finder {
    module: Vec<String>,
    test: bool,
    reexport: bool,
    /// Names that stand for a path of this crate.
    known: BTreeMap<String, Vec<String>>,
    /// Names that a `use` brought in.
    renamed: BTreeMap<String, Vec<String>>,
    found: Vec<Use>,
}

impl Finder {
    fn new(source: &Source, known: BTreeMap<String, Vec<String>>) -> Self {
        let (renamed, found) = (BTreeMap::new(), Vec::new());
        let Source { module, test, .. } = source;
        Self { module: module.clone(), test: *test, reexport: false, known, renamed, found }
    }

    /// Keeps the path if it starts in this crate.
    fn keep(&mut self, path: &[String], line: usize) {
        let Some(first) = path.first() else { return };
        if path.len() == 1 && ["crate", "coproc", "self", "super"].contains(&first.as_str()) {
            return;
        }
        let mut to = match first.as_str() {
            // `extern crate self as coproc` makes the crate's own name another word for `crate`.
            "crate" | "coproc" => Vec::new(),
            "self" | "super" => self.module.clone(),
            name => match self.known.get(name) {
                Some(target) => target.clone(),
                None => return,
            },
        };
        if first == "super" {
            to.pop();
        }
        for segment in &path[1..] {
            match segment.as_str() {
                "super" => drop(to.pop()),
                "self" => {}
                name => to.push(name.to_owned()),
            }
        }
        let (from, test, reexport) = (self.module.clone(), self.test, self.reexport);
        self.found.push(Use { from, to, line, test, reexport });
    }

    fn path(&mut self, path: &Path) {
        let names: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        if let Some(first) = path.segments.first()
            && path.leading_colon.is_none()
        {
            self.keep(&names, line(first.ident.span()));
        }
    }

    fn tree(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: String| before.iter().cloned().chain([name]).collect::<Vec<_>>();
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &with(path.ident.to_string())),
            UseTree::Name(name) => self.bring(&with(name.ident.to_string()), &name.ident, None),
            UseTree::Rename(name) => {
                self.bring(&with(name.ident.to_string()), &name.ident, Some(&name.rename));
            }
            UseTree::Glob(glob) => self.keep(&with("*".into()), line(glob.star_token.span)),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
        }
    }

    fn bring(&mut self, path: &[String], last: &Ident, renamed: Option<&Ident>) {
        let before = self.found.len();
        self.keep(path, line(last.span()));
        if let Some(used) = self.found.get(before) {
            let name = renamed.map(Ident::to_string).or_else(|| used.to.last().cloned());
            self.renamed.extend(name.map(|name| (name, used.to.clone())));
        }
    }

    /// Paths in the arguments of a macro, which is not parsed further: `crate :: name :: …`, but
    /// not `$crate`, which belongs to the macro's caller.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let mut before = None;
        while let Some(token) = tokens.next() {
            match &token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(first) if !matches!(before, Some('$' | ':')) => {
                    let mut path = vec![first.to_string()];
                    while tokens.next_if(|next| is(next, ':')).is_some() {
                        tokens.next_if(|next| is(next, ':'));
                        let Some(TokenTree::Ident(name)) =
                            tokens.next_if(|next| matches!(next, TokenTree::Ident(_)))
                        else {
                            break;
                        };
                        path.push(name.to_string());
                    }
                    self.keep(&path, line(first.span()));
                }
                _ => {}
            }
            before = match &token {
                TokenTree::Punct(punct) => Some(punct.as_char()),
                _ => None,
            };
        }
    }
}

fn is(token: &TokenTree, char: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == char)
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item(&mut self, item: &'ast Item) {
        let before = self.test;
        self.test |= is_test(attributes(item));
        visit::visit_item(self, item);
        self.test = before;
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.content.is_some() {
            self.module.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.module.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            self.reexport = !matches!(item.vis, Visibility::Inherited);
            self.tree(&item.tree, &[]);
            self.reexport = false;
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        self.path(path);
        visit::visit_path(self, path);
    }

    /// `pub(crate)` and `pub(in …)` name a module that may look in, not what is used.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    /// An exported macro lives at the crate's root and nowhere else, so `crate::name!` is free.
    fn visit_macro(&mut self, call: &'ast Macro) {
        if call.path.segments.len() > 2 {
            self.path(&call.path);
        }
        self.tokens(call.tokens.clone());
    }
}
