//! Suggestions for misspelled words.

/// The least similarity of two words for a suggestion.
const ALIKE: f64 = 0.8;

/// The known word that is most similar to `word`, if one is similar enough.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (similarity(word, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= ALIKE)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// The help for `word` where only the `known` words are valid.
pub(crate) fn help(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => format!("known here: {}", list(known)),
    }
}

/// The words with backticks and commas.
fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The Jaro-Winkler similarity of two words, from 0 to 1: swapped letters count half, and a common
/// beginning counts extra.
pub(crate) fn similarity(left: &str, right: &str) -> f64 {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let jaro = jaro(&left, &right);
    let prefix = left.iter().zip(&right).take(4).take_while(|(a, b)| a == b).count();
    jaro + prefix as f64 * 0.1 * (1.0 - jaro)
}

/// The Jaro similarity.
fn jaro(left: &[char], right: &[char]) -> f64 {
    let reach = (left.len().max(right.len()) / 2).saturating_sub(1);
    let mut taken = vec![false; right.len()];
    let mut common = Vec::new();
    for (at, wanted) in left.iter().enumerate() {
        let near = taken.iter_mut().zip(right).enumerate();
        let found = near
            .skip(at.saturating_sub(reach))
            .take_while(|(place, _)| *place <= at + reach)
            .find(|(_, (taken, letter))| !**taken && *letter == wanted);
        if let Some((_, (taken, letter))) = found {
            *taken = true;
            common.push(*letter);
        }
    }
    if common.is_empty() {
        return 0.0;
    }
    let matched = right.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(letter, _)| letter);
    let swapped = matched.zip(&common).filter(|(a, b)| a != b).count() as f64 / 2.0;
    let count = common.len() as f64;
    (count / left.len() as f64 + count / right.len() as f64 + (count - swapped) / count) / 3.0
}
