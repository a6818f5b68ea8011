//! The catalogue of texts, held against its own rules and against `tests/ui`.

use std::{collections::HashSet, fs, path::Path};

use crate::diagnostics::catalog::ALL;

/// Everything that the compiler is expected to say in `tests/ui/fail`.
fn expected() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui/fail");
    let mut texts = String::new();
    for theme in fs::read_dir(folder).unwrap() {
        for case in fs::read_dir(theme.unwrap().path()).unwrap() {
            let case = case.unwrap().path();
            if case.extension().is_some_and(|extension| extension == "stderr") {
                texts.push_str(&fs::read_to_string(case).unwrap());
            }
        }
    }
    texts
}

/// The parts of a text between the names that are filled in.
fn parts(text: &str) -> Vec<String> {
    (0..3)
        .fold(text.to_owned(), |text, number| text.replace(&format!("{{{number}}}"), "\n"))
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Whether a line has all the parts in this order.
fn says(line: &str, parts: &[String]) -> bool {
    let mut rest = line;
    parts.iter().all(|part| match rest.split_once(part.as_str()) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

#[test]
fn every_text_has_a_program_that_earns_it() {
    let expected = expected();
    for (name, text) in ALL {
        let parts = parts(text.text);
        let found = expected.lines().any(|line| line.starts_with("error: ") && says(line, &parts));
        assert!(found, "no case in tests/ui/fail earns `{name}`: {}", text.text);
    }
}

#[test]
fn a_text_without_a_program_is_found() {
    assert!(says("error: there is no channel `x`", &parts("there is no channel `{0}`")));
    assert!(!says("error: there is no lane `x`", &parts("there is no channel `{0}`")));
}

#[test]
fn texts_are_in_one_form() {
    let mut seen = HashSet::new();
    for (name, text) in ALL {
        assert!(seen.insert(text.text), "`{name}` says what another says");
        for part in [text.text, text.help] {
            let first = part.chars().next().unwrap();
            assert!(!first.is_uppercase(), "`{name}` begins with a capital");
            assert!(!part.ends_with('.'), "`{name}` ends with a full stop");
            assert!(!part.is_empty() && part.trim() == part, "`{name}` is not tidy");
        }
    }
}
