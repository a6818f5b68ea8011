//! The layers of both crates, and the order of the files inside a module's folder.

use std::collections::{BTreeMap, BTreeSet};

use syn::Item;

use crate::{
    source::{Finding, Source, is_test, line},
    uses::{Use, reexports, uses},
};

/// The modules of `coproc/src` with their layers. A module uses only modules of lower layers.
pub(crate) const RUNTIME: [(&str, u32); 18] = [
    ("error", 0),
    ("sync", 0),
    ("protocol", 1),
    ("multiqueue", 2),
    ("codec", 2),
    ("transport", 3),
    ("link", 4),
    ("call", 5),
    ("messenger", 5),
    ("worker", 6),
    ("spawn", 7),
    ("dispatch", 8),
    ("pool", 9),
    ("monitor", 9),
    ("state", 9),
    ("queue", 9),
    ("__private", 10),
    ("prelude", 11),
];

/// The same of `coproc-macros/src`. Expanding uses neither parsing nor diagnostics, so it cannot fail.
pub(crate) const MACROS: [(&str, u32); 6] = [
    ("model", 0),
    ("expand", 1),
    ("diagnostics", 1),
    ("parse", 2),
    ("validate", 3),
    ("pipeline", 4),
];

/// Modules without a layer, and paths that lead to the same layer, to a higher one or through the
/// root. `__private` and `prelude` re-export through the root's own paths.
pub(crate) fn layers(sources: &[Source], table: &[(&str, u32)]) -> Vec<Finding> {
    let layer = |module: &str| table.iter().find(|(name, _)| *name == module).map(|(_, at)| *at);
    let mut findings = modules_without_layer(sources, &layer);
    for source in sources {
        for used in uses(source) {
            let (Some(from), to) = used.modules() else { continue };
            let Some(own) = layer(from).filter(|own| *own < 10) else { continue };
            let advice = match to.and_then(|to| Some((to, layer(to)?))) {
                Some((to, above)) if above >= own && from != to => format!(
                    "`{from}` (layer {own}) uses `{to}` (layer {above}); move what both need to a \
                     lower layer, or let `{to}` pass it down"
                ),
                None => format!(
                    "`crate::{}` is no module; name the module that holds it, not a re-export of \
                     the root",
                    used.to.join("::")
                ),
                _ => continue,
            };
            findings.push(Finding::new(&source.file, used.line, advice));
        }
    }
    findings
}

fn modules_without_layer(sources: &[Source], layer: &impl Fn(&str) -> Option<u32>) -> Vec<Finding> {
    let root = sources.iter().find(|source| source.module.is_empty()).expect("a crate has a root");
    let mut findings = Vec::new();
    for item in &root.syntax.items {
        let Item::Mod(item) = item else { continue };
        let name = item.ident.to_string();
        if !is_test(&item.attrs) && layer(&name).is_none() {
            let advice =
                format!("module `{name}` has no layer; add it here and to ARCHITECTURE.md");
            findings.push(Finding::new(&root.file, line(item.ident.span()), advice));
        }
    }
    findings
}

/// Files of one folder that use one another in a circle. A folder below is one of its files.
///
/// A file uses another if it names something that is defined there, also through a re-export. A
/// re-export by itself is no use, so `mod.rs` may declare and re-export its children, and they may
/// use what it defines; if its own code names something of a child, the child may not. Methods
/// are not seen, and what only unit tests use does not count.
pub(crate) fn circles(sources: &[Source]) -> Vec<Finding> {
    let modules: BTreeMap<_, _> =
        sources.iter().map(|source| (&source.module[..], reexports(source))).collect();
    let mut folders: BTreeMap<Vec<String>, Edges> = BTreeMap::new();
    for source in sources {
        for used in uses(source).into_iter().filter(|used| !used.test && !used.reexport) {
            let to = definition(&modules, &used.to);
            let (from, shared) = (&source.module, shared(&source.module, &to));
            let child = |of: &[String]| of.get(shared).map_or("mod", String::as_str).to_owned();
            if shared > 0 && child(from) != child(&to) {
                let edges = folders.entry(from[..shared].to_vec()).or_default();
                edges.entry((child(from), child(&to))).or_insert((source.file.clone(), used));
            }
        }
    }
    folders.values_mut().flat_map(circle).collect()
}

/// The uses between the files of one folder, each with the first place that shows it.
type Edges = BTreeMap<(String, String), (String, Use)>;

/// Where what this path names is defined: the module whose file holds it.
fn definition(modules: &BTreeMap<&[String], Reexports>, path: &[String]) -> Vec<String> {
    let mut path = path.to_vec();
    loop {
        let is_module = |length: &usize| modules.contains_key(&path[..*length]);
        let length = (0..=path.len()).rev().find(is_module).expect("the root is a module");
        let module = &path[..length];
        match path.get(length).and_then(|name| modules[module].get(name)) {
            Some(target) if !target.starts_with(&path[..=length]) => {
                path = target.iter().chain(&path[length + 1..]).cloned().collect();
            }
            _ => return module.to_vec(),
        }
    }
}

type Reexports = BTreeMap<String, Vec<String>>;

fn shared(one: &[String], other: &[String]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// What is left of a folder's uses when all files are taken away that use no other, or that no
/// other uses.
fn circle(edges: &mut Edges) -> Vec<Finding> {
    loop {
        let before = edges.len();
        let users: BTreeSet<_> = edges.keys().map(|(from, _)| from.clone()).collect();
        edges.retain(|(_, to), _| users.contains(to));
        let used: BTreeSet<_> = edges.keys().map(|(_, to)| to.clone()).collect();
        edges.retain(|(from, _), _| used.contains(from));
        if edges.len() == before {
            break;
        }
    }
    let findings = edges.iter().map(|((from, to), (file, used))| {
        let advice = format!(
            "`{from}` uses `{to}` (`{}`), which uses it too, directly or over other files named \
             here; move what both need to a file of its own, or a constructor to the type that it \
             makes. A re-export is no use; methods are not seen",
            used.to.join("::")
        );
        Finding::new(file, used.line, advice)
    });
    findings.collect()
}
