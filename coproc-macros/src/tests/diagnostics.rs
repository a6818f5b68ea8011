//! Collecting mistakes, and guessing what was meant.

use proc_macro2::Span;
use quote::quote;

use crate::{
    diagnostics::{
        Errors, catalog,
        suggest::{help, nearest, similarity},
    },
    pipeline,
};

#[test]
fn all_mistakes_are_told_in_order() {
    let mut errors = Errors::new();
    errors.push(Span::call_site(), &catalog::OPTION_TWICE, &["first"]);
    errors.push(Span::call_site(), &catalog::OPTION_TWICE, &["second"]);
    assert_eq!(errors.count(), 2);
    let told = errors.finish().to_string();
    assert!(told.find("first").unwrap() < told.find("second").unwrap());
    assert_eq!(told.matches("compile_error").count(), 2);
}

#[test]
#[should_panic(expected = "dropped unread")]
fn mistakes_cannot_be_forgotten() {
    let errors = Errors::new();
    drop(errors);
}

#[test]
fn near_misses_are_recognized() {
    let known = ["priority", "channel", "oneway", "deadline", "idempotent"];
    let nearest = |word| nearest(word, known);
    assert_eq!(nearest("priorty"), Some("priority"));
    assert_eq!(nearest("prioritiy"), Some("priority"));
    assert_eq!(nearest("chanel"), Some("channel"));
    assert_eq!(nearest("one_way"), Some("oneway"));
    assert_eq!(nearest("urgent"), None);
    assert_eq!(nearest(""), None);
    assert_eq!(help("nothing", &["a", "b"]), "known here: `a`, `b`");
    // Figures of Winkler's own examples.
    assert!((similarity("martha", "marhta") - 0.961).abs() < 0.001);
    assert!((similarity("dixon", "dicksonx") - 0.813).abs() < 0.001);
    assert!((similarity("dwayne", "duane") - 0.840).abs() < 0.001);
    assert!((similarity("same", "same") - 1.0).abs() < f64::EPSILON);
    assert!(similarity("", "").abs() < f64::EPSILON);
}

/// The user's code is in the result even if nothing could be made of it.
#[test]
fn items_are_never_lost() {
    let items = [
        quote!(
            struct Printer;
        ),
        quote!(
            impl Default for Printer {}
        ),
        quote!(
            fn print(self) {}
        ),
        quote!(
            fn Print() {}
        ),
        quote!(
            mod printers {}
        ),
        quote!(
            impl<'a> Printer<'a> {}
        ),
        quote!(),
    ];
    for item in items {
        let written = item.to_string();
        for expanded in [
            pipeline::worker(quote!(), item.clone()),
            pipeline::message(quote!(), item.clone()),
            pipeline::main(quote!(), item.clone()),
            pipeline::test(quote!(), item.clone()),
        ] {
            let expanded = expanded.to_string();
            let begins = written.split('{').next().unwrap().trim();
            let kept = expanded.contains(begins)
                || expanded.contains(&begins.replace("(self)", "()").replace("(self )", "()"));
            assert!(kept, "{written} became {expanded}");
        }
    }
}
