//! What must not be found in the text of a file, whatever it means.

use crate::source::{Finding, Texts};

/// Files that are named after having no topic.
pub(crate) fn names(texts: &Texts) -> Vec<Finding> {
    const TOPICLESS: [&str; 5] = ["utils", "helpers", "common", "types", "misc"];
    let of_a_topicless = |path: &&String| {
        path.split('/').any(|part| TOPICLESS.contains(&part.trim_end_matches(".rs")))
    };
    let advice = "name it after what stands first in it; such a name holds anything";
    texts.keys().filter(of_a_topicless).map(|path| Finding::new(path, 1, advice)).collect()
}

/// Paths that exist on one machine only.
pub(crate) fn machines(texts: &Texts) -> Vec<Finding> {
    // In pieces, so that the rule does not find itself.
    let places = ["home", "root", "work", "Users"].map(|folder| format!("/{folder}/"));
    search(texts, |text| {
        let place = places.iter().find(|place| {
            text.match_indices(place.as_str()).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                !before.is_some_and(|before| before.is_alphanumeric() || "._-".contains(before))
            })
        })?;
        Some(format!("`{place}…` is a path of one machine; write it relative to the repository"))
    })
}

/// What was left for later.
pub(crate) fn unfinished(texts: &Texts) -> Vec<Finding> {
    let marks = ["TO\u{44}O", "FIX\u{4d}E", "todo\u{21}", "unimplemented\u{21}"];
    search(texts, |text| {
        let mark = marks.iter().find(|mark| text.contains(*mark))?;
        Some(format!("`{mark}`: finish it, or say in a sentence what does not work and why"))
    })
}

/// Pronouns for a thread, a process or a caller that has a name.
pub(crate) fn unnamed(texts: &Texts) -> Vec<Finding> {
    // In pieces, so that the rule does not find itself.
    let words = ["who\u{65}ver", "nobod\u{79}", "somebod\u{79}", "anybod\u{79}", "everybod\u{79}"];
    search(texts, |text| {
        let text = text.to_lowercase();
        let word = words.iter().find(|word| text.contains(*word))?;
        Some(format!("`{word}` has a name here: the caller, the worker, the receiver, this thread"))
    })
}

/// The line with which a file is to say something, if it does not.
pub(crate) fn says(file: &str, lines: &[&str]) -> Vec<Finding> {
    let text = crate::source::text(file);
    let missing = lines.iter().filter(|line| !text.contains(*line));
    missing.map(|line| Finding::new(file, 1, format!("write `{line}`"))).collect()
}

/// Threads that sleep without having said why no event could be waited for.
pub(crate) fn sleeps(texts: &Texts) -> Vec<Finding> {
    const BECAUSE: &str = "// sleeps because";
    let sleep = "thread\u{3a}:sleep";
    let mut findings = Vec::new();
    for (path, text) in texts {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (at, line) in lines.iter().enumerate() {
            let mut above = lines[..at].iter().rev().take_while(|line| line.starts_with("//"));
            let justified = above.any(|line| line.starts_with(BECAUSE));
            if line.contains(sleep) && !line.starts_with("//") && !justified {
                let advice = format!("wait for an event instead, or write `{BECAUSE} …` above it");
                findings.push(Finding::new(path, at + 1, advice));
            }
        }
    }
    findings
}

/// Tests that a page names as `file::test` or `folder::test`, or of the runtime as
/// `coproc::module::test`, and that do not exist.
pub(crate) fn unknown_tests(pages: &Texts, code: &Texts) -> Vec<Finding> {
    let of_a_test = |ch: char| ch.is_ascii_lowercase() || "_/:".contains(ch);
    search(pages, |line| {
        let spans = line.split('`').skip(1).step_by(2).filter(|span| span.chars().all(of_a_test));
        spans.filter_map(|span| span.rsplit_once("::")).find_map(|(place, test)| {
            let place = match place.strip_prefix("coproc::") {
                Some(module) => format!("coproc/src/{}", module.replace("::", "/")),
                None => format!("tests/tests/{place}"),
            };
            let known = code.iter().any(|(path, text)| {
                let rest = path.strip_prefix(&place);
                rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
                    && text.contains(&format!("fn {test}("))
            });
            (!known).then(|| format!("`{place}` has no test `{test}`; name one that there is"))
        })
    })
}

/// The lines for which `broken` has an advice.
fn search(texts: &Texts, broken: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in texts {
        let advices = text.lines().enumerate().filter_map(|(at, line)| Some((at, broken(line)?)));
        findings.extend(advices.map(|(at, advice)| Finding::new(path, at + 1, advice)));
    }
    findings
}
