//! Every rule finds what it is there for, where it is, and nothing else.

use crate::{
    floors, manifests, safety, sizes,
    source::{Finding, Texts, sketch},
    words,
};

/// Whether these are the places found, each as `file:line` without the folder.
#[track_caller]
fn at(findings: &[Finding], places: &[&str]) {
    let found: Vec<String> = findings
        .iter()
        .map(|finding| format!("{}:{}", finding.file.trim_start_matches("src/"), finding.line))
        .collect();
    assert_eq!(found, places, "{findings:#?}");
}

fn one(text: &str) -> Texts {
    Texts::from([("src/a.rs".to_owned(), text.to_owned())])
}

fn layers_of(messenger: &str) -> Vec<Finding> {
    floors::layers(&sketch(&[
        (
            "lib.rs",
            "mod error;\nmod messenger;\nmod codec;\nmod multiqueue;\npub use error::Error;",
        ),
        ("error.rs", ""),
        ("codec.rs", "use crate::error::Error;"),
        ("multiqueue.rs", ""),
        ("messenger/mod.rs", "mod port;\n#[cfg(test)] mod tests;"),
        ("messenger/port.rs", messenger),
        ("messenger/tests.rs", "use super::port::Port;"),
    ]))
}

#[test]
fn layers_let_pass_what_leads_down_or_stays() {
    at(
        &layers_of("use crate::{codec::A, error::{B, C as D}, messenger::tests}; use super::X;"),
        &[],
    );
    at(
        &layers_of("pub(crate) fn f() { other::crate_free!(); crate::declare!(x, $crate::Y) }"),
        &[],
    );
    at(&layers_of("pub(in crate::spawn) struct A; pub(super) struct B;"), &[]);
    at(&layers_of("use std::sync::Arc; type A = self::inner::B; use serde::{self};"), &[]);
}

#[test]
fn layers_find_every_way_up() {
    let ways = [
        "use crate::worker::Worker;",
        "use crate::{error::Error, spawn::Place};",
        "use super::super::worker;",
        "fn f() { super::super::worker::run() }",
        "fn f(x: Vec<crate::worker::W>) {}",
        "fn f() { assert!(x == crate::spawn::X) }",
        "fn f() { vec![super::super::spawn::X] }",
        "fn f() { crate::spawn::run!() }",
        "impl crate::controller::Ask for X {}",
        "use ::coproc::worker::Worker;",
        "mod inner { use super::super::super::worker::Worker; }",
        "#[cfg(test)] mod tests { use crate::worker::Worker; }",
    ];
    for way in ways {
        at(&layers_of(&format!("\n{way}")), &["messenger/port.rs:2"]);
    }
}

#[test]
fn layers_find_the_root_and_what_it_offers() {
    for way in ["use crate::Error;", "use crate::*;", "use super::super::Error;", "use crate as c;"]
    {
        at(&layers_of(way), &["messenger/port.rs:1"]);
    }
}

#[test]
fn layers_find_neighbours_and_strangers() {
    let found = floors::layers(&sketch(&[
        ("lib.rs", "mod codec;\nmod multiqueue;\nmod attic;\nmod prelude { pub use crate::E; }"),
        ("codec.rs", "use crate::multiqueue::Q;"),
        ("multiqueue.rs", ""),
        ("attic.rs", ""),
    ]));
    at(&found, &["lib.rs:3", "codec.rs:1"]);
}

#[test]
fn the_door_of_the_generated_code_may_name_everything() {
    let found = floors::layers(&sketch(&[
        ("lib.rs", "mod error;\npub mod __private;"),
        ("error.rs", "use crate::__private::X;"),
        ("__private.rs", "pub use crate::{Error, error::E, queue::Q};"),
    ]));
    at(&found, &["error.rs:1"]);
}

#[test]
fn cycles_are_found_once() {
    let found = floors::cycles(&sketch(&[
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "\nuse crate::c::C;"),
        ("c.rs", "fn f() { crate::a::g() }"),
        ("d.rs", "use crate::a::A;\n#[cfg(test)] mod tests { use super::X; }"),
    ]));
    at(&found, &["a.rs:1"]);
    assert!(found[0].advice.contains("`b`, then `c`, then `a`"), "{found:?}");
}

#[test]
fn cycles_do_not_count_unit_tests() {
    let found = floors::cycles(&sketch(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "#[cfg(test)] mod tests { use crate::b::B; }"),
        ("b.rs", "use crate::a::A;"),
    ]));
    at(&found, &[]);
}

#[test]
fn barred_rooms_are_found() {
    let sources = sketch(&[
        ("lib.rs", "mod expand; mod parse; mod model;"),
        ("expand.rs", "use crate::model::M;\nuse crate::parse::P;"),
        ("parse.rs", "use crate::model::M;"),
        ("model.rs", ""),
    ]);
    at(&floors::barred(&sources, "expand", &["parse"]), &["expand.rs:2"]);
}

#[test]
fn long_files_are_found_without_their_tests() {
    let tests = "#[cfg(test)]\nmod tests {\n\n\n\n}\n";
    let files = |code: &str| {
        let text = format!("{code}{tests}");
        sizes::files(&sketch(&[("lib.rs", "mod a;"), ("a.rs", &text)]), 3)
    };
    at(&files("fn a() {}\n\n\n"), &[]);
    at(&files("fn a() {}\n\n\n\n"), &["a.rs:1"]);
}

#[test]
fn test_files_may_be_long() {
    let files = [("lib.rs", "#[cfg(all(test, unix))] mod tests;"), ("tests.rs", "\n\n\n\n\n")];
    at(&sizes::files(&sketch(&files), 3), &[]);
    let files = [("lib.rs", "mod tests;"), ("tests.rs", "#![cfg(test)]\n\n\n\n\n")];
    at(&sizes::files(&sketch(&files), 3), &[]);
}

#[test]
fn long_functions_are_found() {
    let functions = |code: &str| sizes::functions(&sketch(&[("lib.rs", code)]), 3);
    at(&functions("/// Doc.\n///\n#[inline]\nfn a() {\n    b()\n}"), &[]);
    at(&functions("\nfn a() {\n    b();\n    c()\n}"), &["lib.rs:2"]);
    at(&functions("impl A {\n    fn a(\n        b: u8,\n    ) {\n    }\n}"), &["lib.rs:2"]);
    at(&functions("trait A {\n    fn a() {\n\n\n    }\n}"), &["lib.rs:2"]);
    at(&functions("fn a() { fn b() {\n\n\n} }"), &["lib.rs:1", "lib.rs:1"]);
    at(&functions("#[cfg(test)]\nmod tests {\n    fn a() {\n\n\n    }\n}"), &[]);
    at(&functions("#[cfg(not(test))]\nmod tests {\n    fn a() {\n\n\n    }\n}"), &["lib.rs:3"]);
}

#[test]
fn unsafe_elsewhere_is_found() {
    let code = "/// It is unsafe to say \"unsafe\".\nfn f() {\n    unsafe { g() };\n    vec![unsafe { h() }]\n}";
    let sources = sketch(&[
        ("lib.rs", "mod a; mod spawn { mod process { mod sys; } } mod transport { mod shared; }"),
        ("a.rs", code),
        ("spawn/process/sys.rs", code),
        ("transport/shared/mod.rs", code),
    ]);
    at(&safety::unsafe_elsewhere(&sources), &["a.rs:3", "a.rs:4"]);
}

#[test]
fn unsafe_without_an_argument_is_found() {
    let unargued = |code: &str| safety::unsafe_unargued(&sketch(&[("lib.rs", code)]));
    let why = "// SAFETY: the slot was reserved by this thread\n// and nobody else writes it.";
    at(&unargued(&format!("fn f() {{\n{why}\nunsafe {{ g() }}\n}}")), &[]);
    at(&unargued(&format!("fn f() {{\n{why}\nlet x =\n    unsafe {{ g() }};\n}}")), &[]);
    at(&unargued(&format!("{why}\nunsafe impl Send for X {{}}")), &[]);
    at(&unargued("/// # Safety\n///\n/// …\nunsafe fn f() {}"), &[]);
    at(&unargued("fn f() {\nunsafe { g() }\n}"), &["lib.rs:2"]);
    at(&unargued("fn f() {\n// SAFETY: fine.\nunsafe { g() }\n}"), &["lib.rs:3"]);
    at(&unargued(&format!("fn f() {{\n{why}\na();\nunsafe {{ g() }}\n}}")), &["lib.rs:5"]);
    at(&unargued("unsafe impl Send for X {}"), &["lib.rs:1"]);
}

#[test]
fn files_without_a_topic_are_found() {
    let texts = |path: &str| Texts::from([(path.to_owned(), String::new())]);
    at(&words::names(&texts("src/typeset.rs")), &[]);
    for path in ["utils.rs", "a/types.rs", "common/mod.rs"] {
        at(&words::names(&texts(&format!("src/{path}"))), &[&format!("{path}:1")]);
    }
}

#[test]
fn machines_are_found() {
    let own = format!("let path = \"/{}/me/x\";", "home");
    at(&words::machines(&one(&format!("\n{own}"))), &["a.rs:2"]);
    at(&words::machines(&one(&format!("see src/{}/x and a/{}/b", "root", "work"))), &[]);
}

#[test]
fn unknown_tests_are_found() {
    let code = Texts::from([
        ("tests/tests/pools/maps.rs".to_owned(), "fn any_number() {}".to_owned()),
        ("coproc/src/codec/buffer.rs".to_owned(), "fn it_is_bounded() {}".to_owned()),
    ]);
    let page = "| `pools/maps::any_number`, `pools::any_number`, `coproc::codec::it_is_bounded` |\n\
                | `pools/maps::any_number`, `pools/maps::any` |\n\
                | `pools/turns::any_number`, `pools/map::any_number` |\n\
                `std::process::id()`, `coproc::Error`";
    at(&words::unknown_tests(&one(page), &code), &["a.rs:2", "a.rs:3"]);
}

#[test]
fn what_was_left_for_later_is_found() {
    for mark in ["TO\u{44}O: later", "FIX\u{4d}E", "todo\u{21}()"] {
        at(&words::unfinished(&one(&format!("\n\n// {mark}"))), &["a.rs:3"]);
    }
    at(&words::unfinished(&one("// the method of Todorov")), &[]);
}

#[test]
fn code_in_comments_is_found() {
    for code in ["// let x = 5;", "    // fn f() {", "// self.close();", "// } else {"] {
        at(&words::commented_out(&one(code)), &["a.rs:1"]);
    }
    for prose in [
        "// let the worker finish first",
        "// if it is closed, then nothing is sent;",
        "//     fn quoted(self) {}",
        "/// let x = 5;",
        "// `use` it;",
    ] {
        let expected: &[&str] = if prose.contains("then nothing") { &["a.rs:1"] } else { &[] };
        at(&words::commented_out(&one(prose)), expected);
    }
}

#[test]
fn sleeping_without_a_reason_is_found() {
    let sleep = "std::thread\u{3a}:sleep(ms(5));";
    at(&words::sleeps(&one(&format!("a();\n{sleep}"))), &["a.rs:2"]);
    at(&words::sleeps(&one(&format!("// sleeps because it must be seen busy\n{sleep}"))), &[]);
    at(&words::sleeps(&one(&format!("// sleeps because\n// of that\n{sleep}"))), &[]);
    at(&words::sleeps(&one(&format!("// sleeps because\na();\n{sleep}"))), &["a.rs:3"]);
    at(&words::sleeps(&one(&format!("/// {sleep}"))), &[]);
}

#[test]
fn crates_that_do_not_go_together_are_found() {
    let workspace = "[workspace.package]\nversion = \"0.2.0\"\n[workspace.dependencies]\n\
                     coproc-macros = { path = \"coproc-macros\", version = \"=0.2.0\" }";
    let runtime = "[package]\nversion.workspace = true\n[dependencies]\n\
                   coproc-macros.workspace = true";
    let macros = "[package]\nversion.workspace = true";
    at(&manifests::versions(workspace, runtime, macros), &[]);
    let loose = workspace.replace("\"=0.2.0\"", "\"0.2.0\"");
    at(&manifests::versions(&loose, runtime, macros), &["Cargo.toml:1"]);
    let other = "[package]\nversion = \"0.1.0\"";
    let both = ["coproc-macros/Cargo.toml:1", "Cargo.toml:1"];
    at(&manifests::versions(workspace, runtime, other), &both);
    let unpinned = "[package]\nversion.workspace = true\n[dependencies]\n\
                    coproc-macros = { path = \"../coproc-macros\" }";
    at(&manifests::versions(workspace, unpinned, macros), &["Cargo.toml:1"]);
}

#[test]
fn missing_lints_are_found() {
    let missing = |code: &str| {
        let root = syn::parse_file(code).unwrap();
        manifests::macro_lints("src/lib.rs", &root).len()
    };
    let denials = "clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable, \
                   clippy::indexing_slicing";
    assert_eq!(missing(""), 6);
    assert_eq!(missing(&format!("#![forbid(unsafe_code)]\n#![deny({denials})]")), 0);
    let not_in_tests = format!("#![cfg_attr(not(test), deny({denials}))]");
    assert_eq!(missing(&format!("#![forbid(unsafe_code)]\n{not_in_tests}")), 0);
    assert_eq!(missing(&format!("#![warn({denials})]")), 6);
}

#[test]
fn an_untested_readme_is_found() {
    let found = |code: &str| {
        let root = syn::parse_file(code).unwrap();
        manifests::readme_is_tested("src/lib.rs", &root)
    };
    let doc = "#[doc = include_str!(\"../../README.md\")]";
    at(&found(&format!("#[cfg(doctest)]\n{doc}\nstruct Readme;")), &[]);
    at(&found(&format!("{doc}\nstruct Readme;")), &["lib.rs:1"]);
    at(&found("#[cfg(doctest)]\nstruct Readme;"), &["lib.rs:1"]);
}
