//! Priorities.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Lit, Path, UnOp};

use super::self_type;
use crate::diagnostics::{Errors, catalog};

/// A handler's priority, chosen by the caller.
pub(super) fn of_handler(priority: &Expr, worker: &Path, errors: &mut Errors) -> Option<Expr> {
    is_a_whole_number(priority, errors)?;
    does_not_use_self(priority, errors)?;
    Some(self_type::named_in_expression(priority, worker))
}

// #[message(priority = "high")]
// fn stop(&mut self) {}
//
// The compiler checks the type of other expressions.
pub(super) fn is_a_whole_number(priority: &Expr, errors: &mut Errors) -> Option<()> {
    let literal = match priority {
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => &*unary.expr,
        expression => expression,
    };
    match literal {
        Expr::Lit(literal) if !matches!(literal.lit, Lit::Int(_)) => {
            errors.push_at(priority, &catalog::PRIORITY_LITERAL, &[]);
            None
        }
        _ => Some(()),
    }
}

// #[message(priority = self.level)]
// fn alarm(&mut self) {}
fn does_not_use_self(priority: &Expr, errors: &mut Errors) -> Option<()> {
    match first_self(priority.to_token_stream()) {
        Some(token) => {
            errors.push_at(token, &catalog::PRIORITY_SELF, &[]);
            None
        }
        None => Some(()),
    }
}

/// The first `self` that is a value; `self::CONSTANT` is a path.
fn first_self(tokens: TokenStream) -> Option<Ident> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match token {
            TokenTree::Ident(ident) if ident == "self" => match tokens.peek() {
                Some(TokenTree::Punct(punct)) if punct.as_char() == ':' => None,
                _ => Some(ident),
            },
            TokenTree::Group(group) => first_self(group.stream()),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}
