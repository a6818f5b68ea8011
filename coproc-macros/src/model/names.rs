//! All generated identifiers.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::format_ident;
use syn::ext::IdentExt;

/// The names of what is generated for one worker. They carry the span of the worker's own name.
pub(crate) struct Names {
    /// `Printer`
    pub(crate) worker: Ident,
    /// `PrinterMessage`
    pub(crate) message: Ident,
    /// `PrinterChannel`
    pub(crate) channel: Ident,
    /// `PrinterController`
    pub(crate) controller: Ident,
    /// The type that `Printer::on` returns, a worker that is not started. The user cannot write its name.
    pub(crate) placed: Ident,
    /// The type parameter of the place in `on`.
    pub(crate) place: Ident,
    /// The type parameter of the mark in `spawn`.
    pub(crate) by: Ident,
    /// The type parameter of the serializer or deserializer of a controller.
    pub(crate) codec: Ident,
    /// The variant of a generic worker's message enum that uses the type parameters.
    pub(crate) never: Ident,
}

impl Names {
    /// The names for `worker`, none of which occurs in `taken`, the code around the generated items.
    pub(crate) fn new(worker: &Ident, taken: &TokenStream) -> Self {
        let unraw = worker.unraw();
        let hidden = |name: Ident| unused(name, taken);
        Self {
            message: format_ident!("{unraw}Message", span = worker.span()),
            channel: format_ident!("{unraw}Channel", span = worker.span()),
            controller: format_ident!("{unraw}Controller", span = worker.span()),
            placed: hidden(format_ident!("{unraw}On", span = Span::mixed_site())),
            place: hidden(Ident::new("P", Span::mixed_site())),
            by: hidden(Ident::new("By", Span::mixed_site())),
            codec: hidden(Ident::new("C", Span::mixed_site())),
            never: hidden(Ident::new("__Never", Span::mixed_site())),
            worker: worker.clone(),
        }
    }
}

/// `name`, with underscores after it until it does not occur in `taken`. Types and type parameters have no
/// hygiene, so the user's own `P` would otherwise be mistaken for the generated one.
fn unused(name: Ident, taken: &TokenStream) -> Ident {
    if contains(taken, &name) {
        unused(format_ident!("{name}_", span = name.span()), taken)
    } else {
        name
    }
}

fn contains(tokens: &TokenStream, name: &Ident) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => contains(&group.stream(), name),
        _ => false,
    })
}

/// `change_behavior` as `ChangeBehavior`, at the same span.
pub(crate) fn upper_camel(name: &Ident) -> Ident {
    let text = name.unraw().to_string();
    let camel: String = text.split('_').map(capitalized).collect();
    // The rest may be empty, begin with a digit, or be the keyword `Self`.
    let identifier = match camel.chars().next() {
        None => text,
        Some(first) if first.is_numeric() => format!("_{camel}"),
        Some(_) if camel == "Self" => format!("{camel}_"),
        Some(_) => camel,
    };
    Ident::new(&identifier, name.span())
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// `HighPriority` as `high_priority`, `HTTPServer` as `http_server`.
pub(crate) fn snake(name: &Ident) -> String {
    let letters: Vec<char> = name.unraw().to_string().chars().collect();
    let mut snake = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let begins_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                let ends_capitals =
                    before.is_uppercase() && after.is_some_and(|c| c.is_lowercase());
                *before != '_' && (!before.is_uppercase() || ends_capitals)
            });
        if begins_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// The variable of the argument with this index. It does not use the argument's name, which may be
/// `self_` or `cx`.
pub(crate) fn variable(place: usize) -> Ident {
    format_ident!("arg_{place}", span = Span::mixed_site())
}
