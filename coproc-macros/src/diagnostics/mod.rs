//! The mistakes in the user's code, collected and reported together.

pub(crate) mod catalog;
pub(crate) mod suggest;

use proc_macro2::{Span, TokenStream};

use self::catalog::Text;

/// The mistakes found so far.
///
/// The code that makes it must [`finish`](Self::finish) it. Dropping it without that panics, since wrong
/// code would compile.
#[must_use]
pub(crate) struct Errors {
    found: Option<Vec<(Place, syn::Error)>>,
}

/// Line and column, to sort by; equal if the compiler does not give them.
type Place = (usize, usize);

impl Errors {
    pub(crate) fn new() -> Self {
        Self { found: Some(Vec::new()) }
    }

    /// Adds a mistake at `span`; `names` replace `{0}`, `{1}` … in the text.
    pub(crate) fn push(&mut self, span: Span, text: &Text, names: &[&str]) {
        self.add(syn::Error::new(span, text.fill(names)));
    }

    /// The same for code of several tokens.
    pub(crate) fn push_at(&mut self, tokens: impl quote::ToTokens, text: &Text, names: &[&str]) {
        self.add(syn::Error::new_spanned(tokens, text.fill(names)));
    }

    /// Adds an error of the parser.
    pub(crate) fn add(&mut self, error: syn::Error) {
        if let Some(found) = &mut self.found {
            found.push((place(error.span()), error));
        }
    }

    /// The number of mistakes so far, which shows whether a step has added any.
    pub(crate) fn count(&self) -> usize {
        self.found.as_ref().map_or(0, Vec::len)
    }

    /// All mistakes in the order of the source, each as one error of the compiler.
    pub(crate) fn finish(mut self) -> TokenStream {
        let mut found = self.found.take().unwrap_or_default();
        found.sort_by_key(|(place, _)| *place);
        found.iter().map(|(_, error)| error.to_compile_error()).collect()
    }
}

impl Drop for Errors {
    #[expect(clippy::panic, reason = "a bug of the macro, found by the first test that meets it")]
    fn drop(&mut self) {
        if self.found.is_some() && !std::thread::panicking() {
            panic!("the errors found by a macro of coproc were dropped unread");
        }
    }
}

/// The start of the span; in unit tests, outside the compiler, it is unknown.
fn place(span: Span) -> Place {
    if !proc_macro::is_available() {
        return (0, 0);
    }
    let start = span.unwrap().start();
    (start.line(), start.column())
}
