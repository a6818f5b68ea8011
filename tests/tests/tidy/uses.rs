//! Which module names which: every path that starts at the crate's root, found in the syntax.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Item, ItemMod, ItemUse, Macro, Path, UseTree,
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
}

impl Use {
    /// The room in which it stands, which it names first.
    pub(crate) fn rooms(&self) -> (Option<&str>, Option<&str>) {
        (self.from.first().map(String::as_str), self.to.first().map(String::as_str))
    }
}

/// Every path of this file that starts with `crate`, `self`, `super` or the name `coproc`, in
/// the order of the file.
pub(crate) fn uses(source: &Source) -> Vec<Use> {
    let mut finder = Finder { module: source.module.clone(), test: source.test, found: Vec::new() };
    finder.visit_file(&source.syntax);
    finder.found
}

struct Finder {
    module: Vec<String>,
    test: bool,
    found: Vec<Use>,
}

impl Finder {
    /// Keeps the path if it starts in this crate.
    fn keep(&mut self, path: &[String], line: usize) {
        let Some(first) = path.first() else { return };
        let mut to = match first.as_str() {
            // `extern crate self as coproc` makes the crate's own name another word for `crate`.
            "crate" | "coproc" => Vec::new(),
            "self" | "super" => self.module.clone(),
            _ => return,
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
        self.found.push(Use { from: self.module.clone(), to, line, test: self.test });
    }

    /// Keeps a path of at least `least` names; a single one is always near.
    fn path(&mut self, path: &Path, least: usize) {
        let names: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        if let Some(first) = path.segments.first()
            && names.len() >= least
        {
            self.keep(&names, line(first.ident.span()));
        }
    }

    fn tree(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: String| before.iter().cloned().chain([name]).collect::<Vec<_>>();
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &with(path.ident.to_string())),
            UseTree::Name(name) => {
                self.keep(&with(name.ident.to_string()), line(name.ident.span()));
            }
            UseTree::Rename(name) => {
                self.keep(&with(name.ident.to_string()), line(name.ident.span()));
            }
            UseTree::Glob(glob) => self.keep(&with("*".into()), line(glob.star_token.span)),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
        }
    }

    /// Paths in the arguments of a macro, which is not parsed further: `crate :: name :: …`, but
    /// not `$crate`, which belongs to whoever calls the macro.
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
                    if path.len() > 1 {
                        self.keep(&path, line(first.span()));
                    }
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
        self.tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        self.path(path, 2);
        visit::visit_path(self, path);
    }

    /// `pub(crate)` and `pub(in …)` name who may look in, not what is used.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    /// An exported macro lives at the crate's root and nowhere else, so `crate::name!` is free.
    fn visit_macro(&mut self, call: &'ast Macro) {
        self.path(&call.path, 3);
        self.tokens(call.tokens.clone());
    }
}
