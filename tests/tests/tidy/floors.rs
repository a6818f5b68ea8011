//! The house: which room stands on which floor, and who may use whom.

use std::collections::{BTreeMap, BTreeSet};

use syn::Item;

use crate::{
    source::{Finding, Source, is_test, line},
    uses::uses,
};

/// Every room of `coproc/src` with its floor. A room uses rooms on lower floors only.
const FLOORS: [(&str, u32); 18] = [
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
    // The door of the generated code opens into every room.
    (DOOR, 10),
    // Like lib.rs it only names what the rooms offer.
    (PRELUDE, 11),
];

const DOOR: &str = "__private";
const PRELUDE: &str = "prelude";

fn floor(room: &str) -> Option<u32> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// Rooms that have no floor, and paths that lead up, sideways or through the root.
pub(crate) fn layers(sources: &[Source]) -> Vec<Finding> {
    let mut findings = rooms_without_floor(sources);
    let exempt = exempt(sources);
    for source in sources {
        for used in uses(source) {
            let (Some(from), to) = used.rooms() else { continue };
            if exempt.contains(from) || Some(from) == to {
                continue;
            }
            let advice = match to.and_then(|to| Some((to, floor(to)?))) {
                None => format!(
                    "`crate::{}` is no room; name the module that holds it, not a re-export of \
                     the root",
                    used.to.join("::")
                ),
                Some((to, above)) => match floor(from) {
                    Some(own) if above >= own => format!(
                        "`{from}` (floor {own}) uses `{to}` (floor {above}); move what both need \
                         to a lower floor, or let `{to}` pass it down"
                    ),
                    _ => continue,
                },
            };
            findings.push(Finding::new(&source.file, used.line, advice));
        }
    }
    findings
}

/// Rooms that may name anything: the door of the generated code, and what stands in lib.rs.
fn exempt(sources: &[Source]) -> BTreeSet<String> {
    let root = sources.iter().find(|source| source.module.is_empty()).expect("a crate has a root");
    let inline = root.syntax.items.iter().filter_map(|item| match item {
        Item::Mod(item) if item.content.is_some() || is_test(&item.attrs) => {
            Some(item.ident.to_string())
        }
        _ => None,
    });
    inline.chain([DOOR.to_owned(), PRELUDE.to_owned()]).collect()
}

fn rooms_without_floor(sources: &[Source]) -> Vec<Finding> {
    let root = sources.iter().find(|source| source.module.is_empty()).expect("a crate has a root");
    let mut findings = Vec::new();
    for item in &root.syntax.items {
        let Item::Mod(item) = item else { continue };
        let name = item.ident.to_string();
        if item.content.is_none() && !is_test(&item.attrs) && floor(&name).is_none() {
            findings.push(Finding::new(
                &root.file,
                line(item.ident.span()),
                format!("room `{name}` has no floor; add it to FLOORS and to ARCHITECTURE.md"),
            ));
        }
    }
    findings
}

/// Rooms that use one another in a circle. What only unit tests use makes none.
pub(crate) fn cycles(sources: &[Source]) -> Vec<Finding> {
    let mut edges: BTreeMap<String, BTreeMap<String, (String, usize)>> = BTreeMap::new();
    for source in sources {
        for used in uses(source).iter().filter(|used| !used.test) {
            let (Some(from), Some(to)) = used.rooms() else { continue };
            if from != to {
                let place = (source.file.clone(), used.line);
                edges.entry(from.into()).or_default().entry(to.into()).or_insert(place);
            }
        }
    }
    circles(&edges)
}

/// One finding for each room from which a way leads back to it through rooms not yet reported.
fn circles(edges: &BTreeMap<String, BTreeMap<String, (String, usize)>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut reported = BTreeSet::new();
    for start in edges.keys() {
        let Some(way) = way_back(edges, start) else { continue };
        if way.iter().any(|room| reported.contains(room)) {
            continue;
        }
        let (file, line) = &edges[start][way.first().unwrap_or(start)];
        let text = format!(
            "`{start}` uses itself through {}; turn one of these round",
            way.iter().map(|room| format!("`{room}`")).collect::<Vec<_>>().join(", then ")
        );
        findings.push(Finding::new(file, *line, text));
        reported.extend(way);
    }
    findings
}

/// The rooms on the shortest way from `start` back to itself, `start` last.
fn way_back(
    edges: &BTreeMap<String, BTreeMap<String, (String, usize)>>,
    start: &str,
) -> Option<Vec<String>> {
    let mut ways = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            let last = way.last().expect("a way has a start");
            for next in edges.get(last).into_iter().flat_map(BTreeMap::keys) {
                let on: Vec<String> = way.iter().cloned().chain([next.clone()]).collect();
                if next == start {
                    return Some(on[1..].to_vec());
                }
                if seen.insert(next.clone()) {
                    longer.push(on);
                }
            }
        }
        ways = longer;
    }
    None
}

/// Rooms of `from` that name one of `barred`.
pub(crate) fn barred(sources: &[Source], from: &str, barred: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.module.first().is_some_and(|m| m == from)) {
        for used in uses(source) {
            if let (_, Some(to)) = used.rooms()
                && barred.contains(&to)
            {
                let advice = format!("`{from}` must not know `{to}`; put what it needs in `model`");
                findings.push(Finding::new(&source.file, used.line, advice));
            }
        }
    }
    findings
}
