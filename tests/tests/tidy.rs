//! The rules of the house, each as a test that names the place and says what to do.

#[path = "tidy/floors.rs"]
mod floors;
#[path = "tidy/manifests.rs"]
mod manifests;
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

const FILE: usize = 400;
const FUNCTION: usize = 40;
const MACRO_FUNCTION: usize = 60;

fn both() -> Texts {
    [RUNTIME, MACROS].into_iter().flat_map(texts).collect()
}

/// The pages and scripts that a reader of the repository meets, as far as they exist.
fn pages() -> Texts {
    let pages = [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "docs/from-python.md",
        "justfile",
    ];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let found = pages.into_iter().filter(|page| folder.join(page).exists());
    found.map(|page| (page.to_owned(), text(page))).collect()
}

#[test]
fn a_room_uses_only_the_floors_below_it() {
    hold(&floors::layers(&modules(RUNTIME)));
}

#[test]
fn no_rooms_use_one_another_in_a_circle() {
    hold(&floors::cycles(&modules(RUNTIME)));
    hold(&floors::cycles(&modules(MACROS)));
}

#[test]
fn expanding_knows_neither_parsing_nor_diagnostics() {
    hold(&floors::barred(&modules(MACROS), "expand", &["parse", "diagnostics"]));
}

#[test]
fn files_are_short() {
    hold(&sizes::files(&modules(RUNTIME), FILE));
    hold(&sizes::files(&modules(MACROS), FILE));
}

#[test]
fn functions_are_short() {
    hold(&sizes::functions(&modules(RUNTIME), FUNCTION));
    hold(&sizes::functions(&modules(MACROS), MACRO_FUNCTION));
}

#[test]
fn unsafe_code_stands_in_two_places_and_is_argued_for() {
    let runtime = modules(RUNTIME);
    hold(&safety::unsafe_elsewhere(&runtime));
    hold(&safety::unsafe_unargued(&runtime));
}

#[test]
fn no_input_makes_a_macro_panic() {
    let file = format!("{MACROS}/lib.rs");
    let root = syn::parse_file(&text(&file)).unwrap();
    hold(&manifests::macro_lints(&file, &root));
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
    let file = format!("{RUNTIME}/lib.rs");
    let root = syn::parse_file(&text(&file)).unwrap();
    hold(&manifests::readme_is_tested(&file, &root));
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

/// The checks of the macros quote what they refuse, each above the function that refuses it.
#[test]
fn no_code_is_kept_in_comments() {
    let quotes = format!("{MACROS}/validate/");
    let code = both().into_iter().filter(|(path, _)| !path.starts_with(&quotes));
    hold(&words::commented_out(&code.collect()));
}

#[test]
fn nothing_sleeps_without_a_reason() {
    hold(&words::sleeps(&both().into_iter().chain(texts("tests/tests")).collect()));
}
