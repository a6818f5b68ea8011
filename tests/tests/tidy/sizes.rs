//! How long files and functions may be. Unit tests do not count.

use syn::{
    Block, ImplItemFn, Item, ItemFn, Signature, TraitItemFn,
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::source::{Finding, Source, attributes, is_test, lines};

/// Files of more than `limit` lines.
pub(crate) fn files(sources: &[Source], limit: usize) -> Vec<Finding> {
    let code = sources.iter().filter(|source| !source.test);
    let sized = code.map(|source| (source, length(source), limit_of(source, limit)));
    let long = sized.filter(|(_, length, limit)| length > limit);
    long.map(|(source, length, limit)| {
        let advice = format!(
            "{length} lines without its tests, {limit} may be; split it at a concept that has a \
             name"
        );
        Finding::new(&source.file, 1, advice)
    })
    .collect()
}

/// A file in which one type lives may be half as long again.
fn limit_of(source: &Source, limit: usize) -> usize {
    let items = source.syntax.items.iter().filter(|item| !is_test(attributes(item)));
    let types = items.filter(|item| matches!(item, Item::Struct(_) | Item::Enum(_)));
    if types.count() == 1 { limit * 3 / 2 } else { limit }
}

/// The lines of a file that are not those of its unit tests.
fn length(source: &Source) -> usize {
    let items = source.syntax.items.iter().filter(|item| is_test(attributes(item)));
    let tests = items.map(|item| {
        let (first, last) = lines(item);
        last - first + 1
    });
    source.text.lines().count() - tests.sum::<usize>()
}

/// Functions of more than `limit` lines, from `fn` to the closing brace.
pub(crate) fn functions(sources: &[Source], limit: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| !source.test) {
        let mut ruler = Ruler { source, limit, findings: &mut findings };
        ruler.visit_file(&source.syntax);
    }
    findings
}

struct Ruler<'a> {
    source: &'a Source,
    limit: usize,
    findings: &'a mut Vec<Finding>,
}

impl Ruler<'_> {
    fn measure(&mut self, signature: &Signature, block: &Block) {
        let first = signature.span().start().line;
        let length = block.brace_token.span.close().end().line - first + 1;
        if length > self.limit {
            let advice = format!(
                "`{}` has {length} lines, {} may be; give its steps names of their own",
                signature.ident, self.limit
            );
            self.findings.push(Finding::new(&self.source.file, first, advice));
        }
    }
}

impl<'ast> Visit<'ast> for Ruler<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.measure(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.measure(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(block) = &item.default {
            self.measure(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}
