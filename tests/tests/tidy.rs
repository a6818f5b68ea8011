//! The project's rules, each as a test that names the place and says what to do.

#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/manifests.rs"]
mod manifests;
#[path = "tidy/names.rs"]
mod names;
#[path = "tidy/safety.rs"]
mod safety;
#[path = "tidy/sizes.rs"]
mod sizes;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/uses.rs"]
mod uses;
#[path = "tidy/words.rs"]
mod words;

use source::{Texts, hold, modules, text, texts};

const RUNTIME: &str = "coproc/src";
const MACROS: &str = "coproc-macros/src";

fn both() -> Texts {
    [RUNTIME, MACROS].into_iter().flat_map(texts).collect()
}

/// The pages and scripts that a reader of the repository meets.
fn pages() -> Texts {
    let pages = [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "bench/README.md",
        "docs/from-python.md",
        "justfile",
        ".ci/run",
    ];
    pages.into_iter().map(|page| (page.to_owned(), text(page))).collect()
}

#[test]
fn a_module_uses_only_lower_layers() {
    hold(&layers::layers(&modules(RUNTIME), &layers::RUNTIME));
    hold(&layers::layers(&modules(MACROS), &layers::MACROS));
}

#[test]
fn no_files_of_a_folder_use_one_another_in_a_circle() {
    hold(&layers::circles(&modules(RUNTIME)));
    hold(&layers::circles(&modules(MACROS)));
}

#[test]
fn a_type_name_stands_for_one_thing() {
    hold(&names::doubled(&modules(RUNTIME)));
}

#[test]
fn files_are_short() {
    hold(&sizes::files(&modules(RUNTIME)));
    hold(&sizes::files(&modules(MACROS)));
}

#[test]
fn unsafe_code_stands_in_two_places() {
    hold(&safety::unsafe_elsewhere(&modules(RUNTIME)));
}

#[test]
fn no_input_makes_a_macro_panic() {
    let lints = ["unwrap_used", "expect_used", "panic", "unreachable", "indexing_slicing"];
    let denied = lints.map(|lint| format!("clippy::{lint}"));
    let forbidden = ["#![forbid(unsafe_code)]"].into_iter();
    let lines: Vec<&str> = forbidden.chain(denied.iter().map(String::as_str)).collect();
    hold(&words::says(&format!("{MACROS}/lib.rs"), &lines));
}

#[test]
fn files_have_a_topic() {
    let everywhere = [RUNTIME, MACROS, "examples", "tests/tests"];
    hold(&words::names(&everywhere.into_iter().flat_map(texts).collect()));
}

#[test]
fn the_two_crates_go_together() {
    let manifest = |folder: &str| text(&format!("{folder}Cargo.toml"));
    hold(&manifests::versions(&manifest(""), &manifest("coproc/"), &manifest("coproc-macros/")));
}

#[test]
fn the_code_of_the_readme_is_tested() {
    let lines = ["#[cfg(doctest)]\n#[doc = include_str!(\"../../README.md\")]"];
    hold(&words::says(&format!("{RUNTIME}/lib.rs"), &lines));
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let code = [RUNTIME, MACROS, "examples", "tests/tests"];
    hold(&words::machines(&code.into_iter().flat_map(texts).chain(pages()).collect()));
}

#[test]
fn the_tests_that_pages_name_exist() {
    let code = texts(RUNTIME).into_iter().chain(texts("tests/tests")).collect();
    hold(&words::unknown_tests(&pages(), &code));
}

#[test]
fn nothing_is_left_for_later() {
    hold(&words::unfinished(&both()));
}

#[test]
fn comments_name_what_they_speak_of() {
    let texts = both().into_iter().chain(texts("examples")).chain(pages()).collect();
    hold(&words::unnamed(&texts));
}

#[test]
fn nothing_sleeps_without_a_reason() {
    hold(&words::sleeps(&both().into_iter().chain(texts("tests/tests")).collect()));
}
