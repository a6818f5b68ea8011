//! An `impl` block by its signatures.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::{
    Attribute, Generics, Ident, ItemImpl, Signature, Token, Visibility,
    parse::{ParseStream, Parser, discouraged::Speculative},
};

use super::attributes::{self, Mark};
use crate::diagnostics::Errors;

/// The block. Its tokens are those that the user wrote, without coproc's attributes.
pub(crate) struct ImplBlock {
    pub(crate) attributes: Vec<Attribute>,
    /// The tokens from `impl` to the brace, parsed.
    pub(crate) head: ItemImpl,
    /// The same tokens as written.
    written: TokenStream,
    inner: Vec<Attribute>,
    pub(crate) members: Vec<Member>,
    braces: Span,
}

/// One item of the block.
pub(crate) enum Member {
    Method(Box<Method>),
    /// A constant, a type, a call of a macro, or an error that the compiler reports.
    Other {
        marks: Vec<Mark>,
        attributes: Vec<Attribute>,
        tokens: TokenStream,
    },
}

/// A function of the block, with or without a role.
pub(crate) struct Method {
    pub(crate) marks: Vec<Mark>,
    /// The attributes without coproc's.
    pub(crate) attributes: Vec<Attribute>,
    visibility: Visibility,
    pub(crate) signature: Signature,
    body: TokenStream,
}

impl ImplBlock {
    /// Parses the tokens of an item that begins with `impl`, after its attributes.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> syn::Result<Self> {
        let (attributes, written, body) = Parser::parse2(split, tokens)?;
        let head = syn::parse2(quote!(#written {}))?;
        let parser = |input: ParseStream<'_>| {
            let inner = input.call(Attribute::parse_inner)?;
            let mut members = Vec::new();
            while !input.is_empty() {
                members.push(member(input, errors)?);
            }
            Ok((inner, members))
        };
        let (inner, members) = parser.parse2(body.stream())?;
        Ok(Self { attributes, head, written, inner, members, braces: body.span() })
    }

    /// The functions of the block in order.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &Method> {
        self.members.iter().filter_map(|member| match member {
            Member::Method(method) => Some(&**method),
            Member::Other { .. } => None,
        })
    }

    pub(crate) fn generics(&self) -> &Generics {
        &self.head.generics
    }
}

/// Attributes, head and body.
fn split(input: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, TokenStream, Group)> {
    let attributes = input.call(Attribute::parse_outer)?;
    let mut head = TokenStream::new();
    loop {
        match input.parse::<TokenTree>()? {
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Brace && input.is_empty() =>
            {
                return Ok((attributes, head, group));
            }
            token => head.append(token),
        }
    }
}

fn member(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Member> {
    let (marks, attributes) = attributes::split(input.call(Attribute::parse_outer)?, errors);
    let ahead = input.fork();
    if let Ok((visibility, signature)) = head(&ahead) {
        input.advance_to(&ahead);
        let body = to_end(input)?;
        return Ok(Member::Method(Box::new(Method {
            marks,
            attributes,
            visibility,
            signature,
            body,
        })));
    }
    Ok(Member::Other { marks, attributes, tokens: to_end(input)? })
}

fn head(input: ParseStream<'_>) -> syn::Result<(Visibility, Signature)> {
    let head = (input.parse()?, input.parse()?);
    if input.peek(syn::token::Brace) || input.peek(Token![;]) {
        Ok(head)
    } else {
        Err(input.error("expected a body"))
    }
}

/// The tokens to the end of the item: a semicolon, or braces that no semicolon has to follow.
fn to_end(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let wants_semicolon = wants_semicolon(&input.fork());
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let end = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !wants_semicolon,
            _ => false,
        };
        tokens.append(token);
        if end {
            break;
        }
    }
    Ok(tokens)
}

/// Whether braces are part of a value here and not the end.
fn wants_semicolon(input: ParseStream<'_>) -> bool {
    input.parse::<Visibility>().is_ok()
        && (input.peek(Token![const]) || input.peek(Token![type]) || input.peek(Token![static]))
}

impl Method {
    pub(crate) fn name(&self) -> &Ident {
        &self.signature.ident
    }
}

impl ToTokens for ImplBlock {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, written, inner, members, .. } = self;
        let mut body = Group::new(Delimiter::Brace, quote!(#(#inner)* #(#members)*));
        body.set_span(self.braces);
        tokens.extend(quote!(#(#attributes)* #written #body));
    }
}

impl ToTokens for Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Method(method) => {
                let Method { attributes, visibility, signature, body, .. } = &**method;
                tokens.extend(quote!(#(#attributes)* #visibility #signature #body));
            }
            Self::Other { attributes, tokens: written, .. } => {
                tokens.extend(quote!(#(#attributes)* #written));
            }
        }
    }
}
