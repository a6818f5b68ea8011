//! How long files may be. Unit tests do not count.

use syn::Item;

use crate::source::{Finding, Source, attributes, is_test, lines};

/// Files that are too long.
pub(crate) fn files(sources: &[Source]) -> Vec<Finding> {
    let code = sources.iter().filter(|source| !source.test);
    let sized = code.map(|source| (source, length(source), limit_of(source)));
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

/// A file in which one type lives may be longer.
fn limit_of(source: &Source) -> usize {
    let items = source.syntax.items.iter().filter(|item| !is_test(attributes(item)));
    let types = items.filter(|item| matches!(item, Item::Struct(_) | Item::Enum(_)));
    if types.count() == 1 { 600 } else { 400 }
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
