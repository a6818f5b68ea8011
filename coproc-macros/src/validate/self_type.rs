//! Replaces `Self` in signatures by the worker's path, for code outside the worker's `impl`.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Expr, Generics, Macro, Path, Type,
    visit_mut::{self, VisitMut},
};

/// The type with `Self` replaced by the worker's path.
pub(super) fn named_in_type(ty: &Type, worker: &Path) -> Type {
    let mut ty = ty.clone();
    Naming { worker }.visit_type_mut(&mut ty);
    ty
}

/// The expression with `Self` replaced by the worker's path.
pub(super) fn named_in_expression(expression: &Expr, worker: &Path) -> Expr {
    let mut expression = expression.clone();
    Naming { worker }.visit_expr_mut(&mut expression);
    expression
}

/// The bounds with `Self` replaced by the worker's path.
pub(super) fn named_in_generics(generics: &Generics, worker: &Path) -> Generics {
    let mut generics = generics.clone();
    Naming { worker }.visit_generics_mut(&mut generics);
    generics
}

struct Naming<'a> {
    worker: &'a Path,
}

impl VisitMut for Naming<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let Some(first) = path.segments.first().filter(|first| first.ident == "Self") else {
            return;
        };
        let mut named = at(self.worker, first.ident.span());
        named.segments.extend(path.segments.iter().skip(1).cloned());
        *path = named;
    }

    fn visit_macro_mut(&mut self, call: &mut Macro) {
        visit_mut::visit_macro_mut(self, call);
        call.tokens = named_in_tokens(&call.tokens, self.worker);
    }
}

/// The same in the arguments of a macro, which are tokens.
fn named_in_tokens(tokens: &TokenStream, worker: &Path) -> TokenStream {
    tokens
        .clone()
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                at(worker, ident.span()).into_token_stream()
            }
            TokenTree::Group(group) => {
                let inner = named_in_tokens(&group.stream(), worker);
                let mut named = Group::new(group.delimiter(), inner);
                named.set_span(group.span());
                TokenTree::Group(named).into()
            }
            token => token.into(),
        })
        .collect()
}

/// The path where the user wrote `Self`, so that errors point there.
fn at(worker: &Path, span: Span) -> Path {
    let mut path = worker.clone();
    for segment in &mut path.segments {
        segment.ident.set_span(span.resolved_at(segment.ident.span()));
    }
    path
}
