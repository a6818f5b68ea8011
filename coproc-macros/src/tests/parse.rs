//! Reading an `impl` block, its attributes and its options.

use quote::{ToTokens, quote};

use crate::{
    diagnostics::Errors,
    model::Nanoseconds,
    parse::{ImplBlock, Item, Member, Options, Place},
    pipeline,
};

fn options(tokens: proc_macro2::TokenStream, place: Place) -> (Options, usize) {
    let mut errors = Errors::new();
    let options = Options::parse(tokens, place, &mut errors);
    let count = errors.count();
    drop(errors.finish());
    (options, count)
}

#[test]
fn durations_are_read_exactly() {
    let read = |text: &str| {
        let (options, errors) = options(quote!(deadline = #text), Place::Message);
        let duration = options.duration("deadline").map(|Nanoseconds(nanoseconds)| *nanoseconds);
        assert_eq!(duration.is_none(), errors == 1, "{text}");
        duration
    };
    assert_eq!(read("100ms"), Some(100_000_000));
    assert_eq!(read("2s"), Some(2_000_000_000));
    assert_eq!(read("1.5s"), Some(1_500_000_000));
    assert_eq!(read("0.1s"), Some(100_000_000));
    assert_eq!(read("3m"), Some(180_000_000_000));
    assert_eq!(read("1h"), Some(3_600_000_000_000));
    assert_eq!(read("7us"), Some(7_000));
    assert_eq!(read("7µs"), Some(7_000));
    assert_eq!(read(" 7 ns "), Some(7));
    for wrong in [
        "",
        "s",
        "2",
        "2 x",
        "-2s",
        "1.2.3s",
        ".5s",
        "5.s",
        "0s",
        "0.0ms",
        "1e3s",
        "2S",
        "０s",
        "99999999999999999999s",
        "999999999h",
        "1.00000000000000000000000000000000000000001s",
    ] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}

#[test]
fn options_that_are_wrong_do_not_hide_the_others() {
    let tokens = quote!(priority = a < b, nonsense(x, y), = 3, oneway, "text", idempotent = 3);
    let (options, errors) = options(tokens, Place::Message);
    assert_eq!(errors, 4);
    assert!(options.has("oneway") && !options.has("idempotent"));
    let priority = options.expression("priority").unwrap();
    assert_eq!(priority.to_token_stream().to_string(), "a < b");
}

#[test]
fn a_visibility_is_no_option() {
    let (options, errors) = options(quote!(pub(in crate::a), name = "x",), Place::Worker);
    assert_eq!(errors, 0);
    assert!(options.visibility.is_some() && options.text("name").is_some());
}

#[test]
fn items_are_told_apart() {
    let cases = [
        (quote!(impl X {}), Item::Impl),
        (
            quote!(
                #[doc = "x"]
                unsafe impl Send for X {}
            ),
            Item::Impl,
        ),
        (
            quote!(
                pub(crate) const unsafe extern "C" fn f() {}
            ),
            Item::Function,
        ),
        (
            quote!(
                pub async fn f() {}
            ),
            Item::Function,
        ),
        (
            quote!(
                pub struct X;
            ),
            Item::Type,
        ),
        (
            quote!(
                #[cfg(x)]
                enum X {}
            ),
            Item::Type,
        ),
        (
            quote!(
                const X: u8 = 3;
            ),
            Item::Other,
        ),
        (
            quote!(
                trait X {}
            ),
            Item::Other,
        ),
        (quote!(), Item::Other),
    ];
    for (tokens, expected) in cases {
        assert_eq!(Item::of(tokens.clone()), expected, "{tokens}");
    }
}

/// An `impl` block comes out as it went in, but for coproc's attributes.
#[test]
fn blocks_are_not_touched() {
    let tokens = quote! {
        #[allow(dead_code)]
        impl<T: Wire, const N: usize> Store<T, { N }> where [T; N]: Sized {
            #![allow(unused)]
            #[inline] pub(crate) const fn helper<'a>(&'a self) -> [u8; { 3 }] { [0; 3] }
            const A: Point = Point { x: 1, y: 2 };
            pub const B: u8 = if A.x > 0 { 1 } else { 2 };
            type C = u8;
            some_macro! { fn x() {} }
            some_macro!(y);
            pub unsafe extern "C" fn f(#[allow(x)] (a, b): (u8, u8), ...) -> impl Fn() {}
            fn without_body(&self);
            /// Documented.
            fn last(self: Box<Self>) where T: Copy {}
        }
    };
    let mut errors = Errors::new();
    let block = ImplBlock::parse(tokens.clone(), &mut errors).unwrap();
    assert_eq!(errors.count(), 0);
    drop(errors.finish());
    assert_eq!(block.to_token_stream().to_string(), tokens.to_string());
    assert_eq!(block.methods().count(), 4);
    assert_eq!(block.members.len(), 9);
}

#[test]
fn only_our_attributes_are_taken() {
    let tokens = quote! {
        impl Store {
            #[message(priority = 3)]
            #[inline]
            #[tracing::instrument]
            #[cfg_attr(feature = "x", must_use)]
            #[coproc::tick]
            fn f(&self) {}

            #[other::message]
            #[test]
            #[cfg(message)]
            fn g(&self) {}
        }
    };
    let mut errors = Errors::new();
    let block = ImplBlock::parse(tokens, &mut errors).unwrap();
    assert_eq!(errors.count(), 0);
    drop(errors.finish());
    let counts: Vec<_> =
        block.methods().map(|method| (method.marks.len(), method.attributes.len())).collect();
    assert_eq!(counts, [(2, 3), (0, 3)]);
    assert!(block.members.iter().all(|member| matches!(member, Member::Method(_))));
}

/// An editor runs the macro while the user is typing.
#[test]
fn incomplete_bodies_are_kept_as_they_are() {
    let expanded = pipeline::worker(
        quote!(),
        quote! {
            impl Store {
                #[init]
                fn new() -> Self { Self { . } }
                #[message]
                fn put(&mut self, key: u8) { self. }
                #[message]
                fn get(&self) -> u8 { let x = ; match }
            }
        },
    );
    let text = expanded.to_string();
    assert!(!text.contains("compile_error"), "{text}");
    assert!(text.contains("pub fn put") && text.contains("pub fn get"));
}
