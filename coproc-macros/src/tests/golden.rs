//! What is generated, to the letter.

use std::fs;

use quote::quote;

use super::sample::{Sample, folder, samples};
use crate::pipeline::{self, shown};

/// `COPROC_BLESS=1 cargo test -p coproc-macros` takes the present expansions as the expected ones.
#[test]
fn expansions_are_as_they_were() {
    let bless = std::env::var_os("COPROC_BLESS").is_some();
    for sample in samples() {
        let file = folder().join(format!("{}.expanded.rs", sample.name));
        let present = formatted(&sample);
        if bless {
            fs::write(&file, &present).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        let differs = present.lines().zip(expected.lines()).position(|(a, b)| a != b);
        assert!(
            present == expected,
            "the expansion of `{}` has changed from line {} on; if that is meant, bless it",
            sample.name,
            differs.map_or(0, |line| line + 1),
        );
    }
}

fn formatted(sample: &Sample) -> String {
    let items = sample.items.iter().map(|item| pipeline::formatted(&item.generated).unwrap());
    items.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_expansion_is_shown_to_who_asks_for_it() {
    let tokens = quote!(
        struct A {
            b: u8,
        }
        impl A {}
        impl B {
            fn c() {
                d()
            }
            fn e() {}
        }
    );
    let text = "struct A {\n    b: u8,\n}\n\nimpl A {}\nimpl B {\n    fn c() {\n        d()\n    }\n\n    \
                fn e() {}\n}\n";
    assert_eq!(shown("A", Some("A"), &tokens).unwrap(), text);
    assert_eq!(shown("A", Some("B"), &tokens), None);
    assert_eq!(shown("A", None, &tokens), None);
    assert_eq!(shown("A", Some("A"), &quote!(struct)).unwrap(), "struct");
}
