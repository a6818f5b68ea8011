//! The options in the parentheses of an attribute: `name = value, flag, channels(name(capacity = 16))`.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    Expr, Ident, LitStr, Path, Token, Type, Visibility,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, Parser},
    spanned::Spanned,
    token,
};

use super::{
    duration,
    table::{self, Kind, Place, Row},
};
use crate::{
    diagnostics::{Errors, catalog, suggest},
    model::Nanoseconds,
};

/// The valid options of one attribute.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// Only `#[worker]` has one.
    pub(crate) visibility: Option<Visibility>,
    given: Vec<Given>,
}

/// One option as given.
#[derive(Debug)]
struct Given {
    name: String,
    span: Span,
    value: Value,
}

/// The value of an option.
#[derive(Debug)]
enum Value {
    Flag,
    Expression(Expr),
    Word(Ident),
    Text(LitStr),
    Duration(Nanoseconds),
    Type(Type),
    Path(Path),
    Channels(Vec<ChannelSyntax>),
}

/// One channel as declared.
#[derive(Debug)]
pub(crate) struct ChannelSyntax {
    pub(crate) name: Ident,
    pub(crate) options: Options,
}

/// An accessor for one kind of value.
macro_rules! accessor {
    ($name:ident, $variant:ident, $type:ty) => {
        pub(crate) fn $name(&self, name: &str) -> Option<&$type> {
            self.given.iter().find(|given| given.name == name).and_then(|given| {
                match &given.value {
                    Value::$variant(value) => Some(value),
                    _ => None,
                }
            })
        }
    };
}

impl Options {
    /// Reads the options in the parentheses.
    pub(crate) fn parse(tokens: TokenStream, place: Place, errors: &mut Errors) -> Self {
        let parser = |input: ParseStream<'_>| Ok(Self::read(input, place, errors));
        // `read` reports all mistakes itself, so the parser has none.
        parser.parse2(tokens).unwrap_or_default()
    }

    fn read(input: ParseStream<'_>, place: Place, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        if input.peek(Token![pub]) {
            options.visibility = visibility(input, place, errors);
            to_comma(input);
        }
        while !input.is_empty() {
            if let Some(given) = option(input, place, errors) {
                if options.has(&given.name) {
                    errors.push(given.span, &catalog::OPTION_TWICE, &[&given.name]);
                } else {
                    options.given.push(given);
                }
            }
            to_comma(input);
        }
        options
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.given.iter().any(|given| given.name == name)
    }

    accessor!(expression, Expression, Expr);
    accessor!(word, Word, Ident);
    accessor!(text, Text, LitStr);
    accessor!(duration, Duration, Nanoseconds);
    accessor!(ty, Type, Type);
    accessor!(path, Path, Path);
    accessor!(channels, Channels, Vec<ChannelSyntax>);
}

/// `pub(crate)`, which may begin the options of a worker.
fn visibility(input: ParseStream<'_>, place: Place, errors: &mut Errors) -> Option<Visibility> {
    let visibility: Visibility = input.parse().map_err(|error| errors.add(error)).ok()?;
    match place {
        Place::Worker => return Some(visibility),
        Place::Function => errors.push_at(&visibility, &catalog::VISIBILITY_FUNCTION, &[]),
        _ => expected(visibility.span(), place, errors),
    }
    None
}

/// Parses one option, or reports what is wrong with it.
fn option(input: ParseStream<'_>, place: Place, errors: &mut Errors) -> Option<Given> {
    if place == Place::Worker && input.peek(Token![pub]) {
        let visibility: Visibility = input.parse().ok()?;
        let written = quote::quote!(#visibility).to_string().replace(' ', "");
        errors.push_at(&visibility, &catalog::VISIBILITY_FIRST, &[&written]);
        return None;
    }
    let Ok(name) = input.call(Ident::parse_any) else {
        expected(input.span(), place, errors);
        return None;
    };
    let (word, span) = (name.to_string(), name.span());
    let Some(row) = table::find(&word, place) else {
        unknown(&name, place, errors);
        return None;
    };
    let before = errors.count();
    let value = value(input, row, span, errors);
    let complete = input.is_empty() || input.peek(Token![,]);
    let wrong = match value {
        Ok(value) if complete => return value.map(|value| Given { name: word, span, value }),
        Ok(_) => input.span(),
        Err(wrong) => wrong,
    };
    if errors.count() == before {
        errors.push(wrong, &catalog::OPTION_FORM, &[&word, row.example]);
    }
    None
}

/// The value of the option `name`: `None` if an error was reported, `Err` with its place if not.
fn value(
    input: ParseStream<'_>,
    row: &Row,
    name: Span,
    errors: &mut Errors,
) -> Result<Option<Value>, Span> {
    let wrong = if input.is_empty() || input.peek(Token![,]) { name } else { input.span() };
    match row.kind {
        Kind::Flag => return Ok(Some(Value::Flag)),
        Kind::Channels => {
            let channels = self::channels(input, errors);
            return channels.map(Value::Channels).map(Some).map_err(|_| wrong);
        }
        _ => input.parse::<Token![=]>().map_err(|_| wrong)?,
    };
    let wrong = input.span();
    assigned(input, row, errors).map_err(|_| wrong)
}

/// The value after the `=`.
fn assigned(input: ParseStream<'_>, row: &Row, errors: &mut Errors) -> syn::Result<Option<Value>> {
    Ok(match row.kind {
        Kind::Expression => Some(Value::Expression(input.parse()?)),
        Kind::Word => Some(Value::Word(input.call(Ident::parse_any)?)),
        Kind::OneOf(words) => {
            let word = input.call(Ident::parse_any)?;
            one_of(&word, row.name, words, errors).then_some(Value::Word(word))
        }
        Kind::Text => Some(Value::Text(input.parse()?)),
        Kind::Duration => {
            let text: LitStr = input.parse()?;
            let duration = duration::parse(&text.value());
            if duration.is_none() {
                errors.push(text.span(), &catalog::DURATION, &[&text.value()]);
            }
            duration.map(Value::Duration)
        }
        Kind::Type => Some(Value::Type(input.parse()?)),
        Kind::Path | Kind::Flag | Kind::Channels => {
            Some(Value::Path(input.call(Path::parse_mod_style)?))
        }
    })
}

/// Whether the option takes this word; reports it if not.
fn one_of(word: &Ident, option: &str, words: &[&str], errors: &mut Errors) -> bool {
    let written = word.to_string();
    let known = words.contains(&written.as_str());
    if !known {
        let help = suggest::help(&written, words);
        errors.push(word.span(), &catalog::OPTION_WORD, &[option, &written, &help]);
    }
    known
}

/// The channels of `channels(control(capacity = 16), data)`, from the parenthesis on.
fn channels(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<ChannelSyntax>> {
    let content;
    parenthesized!(content in input);
    let mut channels = Vec::new();
    while !content.is_empty() {
        match channel(&content, errors) {
            Ok(channel) => channels.push(channel),
            Err(_) => {
                let example = "channels(control, data(capacity = 64))";
                errors.push(content.span(), &catalog::OPTION_FORM, &["channels", example]);
            }
        }
        to_comma(&content);
    }
    Ok(channels)
}

/// `control(capacity = 16)`, or `control` alone.
fn channel(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<ChannelSyntax> {
    let name = input.call(Ident::parse_any)?;
    let options = if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        Options::parse(content.parse()?, Place::Channel, errors)
    } else {
        Options::default()
    };
    if input.is_empty() || input.peek(Token![,]) {
        Ok(ChannelSyntax { name, options })
    } else {
        Err(input.error("expected a comma"))
    }
}

/// Reports an option that does not belong here, with the place where it does or a similar one.
fn unknown(name: &Ident, place: Place, errors: &mut Errors) {
    let written = name.unraw().to_string();
    match table::elsewhere(&written) {
        Some(there) => {
            errors.push(name.span(), &catalog::OPTION_ELSEWHERE, &[&written, there.name()]);
        }
        None => {
            let help = suggest::help(&written, &table::names(place));
            errors.push(name.span(), &catalog::OPTION_UNKNOWN, &[&written, &help]);
        }
    }
}

/// Reports that an option was expected, with the list of all.
fn expected(span: Span, place: Place, errors: &mut Errors) {
    let known = table::names(place).iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
    errors.push(span, &catalog::OPTION_EXPECTED, &[&known.join(", ")]);
}

/// Skips the rest of an option that was not understood, to behind the next comma.
fn to_comma(input: ParseStream<'_>) {
    while !input.is_empty() {
        match input.parse::<TokenTree>() {
            Ok(TokenTree::Punct(punct)) if punct.as_char() == ',' => return,
            Ok(_) => {}
            Err(_) => return,
        }
    }
}
