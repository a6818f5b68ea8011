//! One type name stands for one thing in the crate.

use std::collections::{BTreeMap, BTreeSet};

use syn::{
    Ident, Item,
    visit::{self, Visit},
};

use crate::source::{Finding, Source, attributes, is_test, line};

/// Types, traits and aliases of one name that are defined in more than one file.
pub(crate) fn doubled(sources: &[Source]) -> Vec<Finding> {
    let mut places: BTreeMap<String, Vec<(&str, usize)>> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.test) {
        let mut names = Names(Vec::new());
        names.visit_file(&source.syntax);
        for name in names.0 {
            let known = places.entry(name.to_string()).or_default();
            known.push((&source.file, line(name.span())));
        }
    }
    places.retain(|_, places| {
        let files = places.iter().map(|(file, _)| file).collect::<BTreeSet<_>>();
        files.len() > 1
    });
    let each = places.iter().flat_map(|(name, places)| places.iter().map(move |at| (name, at)));
    let advice = |name| format!("`{name}` stands for two things; name one after what it is");
    each.map(|(name, (file, line))| Finding::new(file, *line, advice(name))).collect()
}

struct Names(Vec<Ident>);

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_test(attributes(item)) {
            return;
        }
        match item {
            Item::Enum(item) => self.0.push(item.ident.clone()),
            Item::Struct(item) => self.0.push(item.ident.clone()),
            Item::Trait(item) => self.0.push(item.ident.clone()),
            Item::Type(item) => self.0.push(item.ident.clone()),
            Item::Union(item) => self.0.push(item.ident.clone()),
            _ => {}
        }
        visit::visit_item(self, item);
    }
}
