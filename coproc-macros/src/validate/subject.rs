//! The worker's type.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{
    AngleBracketedGenericArguments, GenericParam, Generics, Ident, Lifetime, Path, PathArguments,
    Token, Type, TypeParamBound, parse_quote_spanned, visit::Visit,
};

use super::{attributes, self_type, signature::peeled};
use crate::{
    diagnostics::{Errors, catalog},
    model::{Names, Subject},
    parse::{ImplBlock, Options},
};

/// `::coproc`, or the path of `crate = path`.
pub(super) fn library(options: &Options) -> Path {
    match options.path("crate") {
        Some(path) => path.clone(),
        None => parse_quote_spanned!(Span::mixed_site()=> ::coproc),
    }
}

/// The subject of an `impl` block.
pub(super) fn of_block(
    block: &ImplBlock,
    options: &Options,
    errors: &mut Errors,
) -> Option<Subject> {
    implements_no_trait(block, errors)?;
    let path = is_a_path(block, errors)?;
    borrows_nothing(block, errors)?;
    let name = path.segments.last()?.ident.clone();
    let path = with_turbofish(path);
    Some(Subject {
        library: library(options),
        generics: outliving(self_type::named_in_generics(block.generics(), &path)),
        path,
        names: Names::new(&name, &taken(block)),
        cfgs: attributes::cfgs(&block.attributes),
    })
}

/// The code around the generated items.
fn taken(block: &ImplBlock) -> TokenStream {
    let mut taken = block.head.self_ty.to_token_stream();
    block.generics().to_tokens(&mut taken);
    block.generics().where_clause.to_tokens(&mut taken);
    for method in block.methods() {
        method.signature.to_tokens(&mut taken);
    }
    taken
}

// #[worker]
// impl Display for Printer {}
fn implements_no_trait(block: &ImplBlock, errors: &mut Errors) -> Option<()> {
    match &block.head.trait_ {
        Some((path, _)) => {
            errors.push_at(path, &catalog::WORKER_TRAIT, &[]);
            None
        }
        None => Some(()),
    }
}

// #[worker]
// impl [Printer; 4] {}
fn is_a_path<'b>(block: &'b ImplBlock, errors: &mut Errors) -> Option<&'b Path> {
    match peeled(&block.head.self_ty) {
        Type::Path(path) if path.qself.is_none() => Some(&path.path),
        ty => {
            errors.push_at(ty, &catalog::WORKER_TYPE, &[]);
            None
        }
    }
}

// #[worker]
// impl<'a> Parser<'a> {}
fn borrows_nothing(block: &ImplBlock, errors: &mut Errors) -> Option<()> {
    struct First(Option<syn::Lifetime>);
    impl Visit<'_> for First {
        fn visit_lifetime(&mut self, lifetime: &syn::Lifetime) {
            if lifetime.ident != "static" {
                self.0.get_or_insert_with(|| lifetime.clone());
            }
        }
    }
    let mut first = First(None);
    let lifetimes = block.generics().params.iter();
    for parameter in lifetimes.filter(|parameter| matches!(parameter, GenericParam::Lifetime(_))) {
        first.visit_generic_param(parameter);
    }
    first.visit_type(&block.head.self_ty);
    match first.0 {
        Some(lifetime) => {
            errors.push_at(lifetime, &catalog::WORKER_LIFETIME, &[]);
            None
        }
        None => Some(()),
    }
}

/// The generics with the bound `'static` on every type, which every worker has, so that the user need not
/// write it.
fn outliving(mut generics: Generics) -> Generics {
    for parameter in &mut generics.params {
        if let GenericParam::Type(parameter) = parameter
            && !parameter.bounds.iter().any(|it| matches!(it, TypeParamBound::Lifetime(_)))
        {
            let lifetime = Lifetime::new("'static", Span::mixed_site());
            parameter.colon_token.get_or_insert(Token![:](Span::mixed_site()));
            parameter.bounds.push(TypeParamBound::Lifetime(lifetime));
        }
    }
    generics
}

/// `Cache<K, V>` as `Cache::<K, V>`, which is valid in types and expressions.
fn with_turbofish(path: &Path) -> Path {
    let mut path = path.clone();
    for segment in &mut path.segments {
        if let PathArguments::AngleBracketed(AngleBracketedGenericArguments {
            colon2_token, ..
        }) = &mut segment.arguments
        {
            colon2_token.get_or_insert(Token![::](Span::mixed_site()));
        }
    }
    path
}

/// The subject of a function: the type that is generated for it.
pub(super) fn of_function(
    name: Ident,
    taken: &TokenStream,
    cfgs: Vec<syn::Attribute>,
    options: &Options,
) -> Subject {
    Subject {
        library: library(options),
        names: Names::new(&name, taken),
        path: Path::from(name),
        generics: syn::Generics::default(),
        cfgs,
    }
}
