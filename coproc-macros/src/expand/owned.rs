//! The owned type of an argument, for the message enum.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::{
    GenericArgument, Lifetime, Path, PathArguments, Type, TypeReference,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use super::mixed;
use crate::model::{Argument, Borrow, Passing};

/// `T` for `T`, `String` for `&str`, `Vec<T>` for `&[T]`, and the owned type for `&T`.
pub(super) fn owned(argument: &Argument, library: &Path) -> TokenStream {
    match &argument.passing {
        Passing::Value => without_lifetimes(&argument.ty).into_token_stream(),
        Passing::Borrowed(borrow) => owner(borrow, &argument.ty, library),
        Passing::Optional(borrow) => {
            let owner = owner(borrow, &argument.ty, library);
            quote_spanned!(mixed()=> ::core::option::Option<#owner>)
        }
    }
}

fn owner(borrow: &Borrow, ty: &Type, library: &Path) -> TokenStream {
    let span = mixed().located_at(ty.span());
    match borrow {
        Borrow::Text => quote_spanned!(span=> ::std::string::String),
        Borrow::Bytes => quote_spanned!(span=> ::std::vec::Vec<u8>),
        Borrow::Slice(item) => {
            let item = without_lifetimes(item);
            quote_spanned!(span=> ::std::vec::Vec<#item>)
        }
        Borrow::Value(value) => {
            let value = without_lifetimes(value);
            quote_spanned!(span=> <#value as #library::__private::ByRef>::Owned)
        }
    }
}

/// The type with `'static` for every elided lifetime, which an item has to name.
pub(super) fn without_lifetimes(ty: &Type) -> Type {
    let mut ty = ty.clone();
    Static.visit_type_mut(&mut ty);
    ty
}

struct Static;

impl VisitMut for Static {
    // Input:  Foo<'_>
    // Output: Foo<'static>
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        *lifetime = Lifetime::new("'static", lifetime.span());
    }

    // Input:  &str
    // Output: &'static str
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        let span = reference.and_token.span;
        reference.lifetime = Some(Lifetime::new("'static", span));
        self.visit_type_mut(&mut reference.elem);
    }

    // Input:  Cow<str>
    // Output: Cow<'static, str>
    fn visit_path_segment_mut(&mut self, segment: &mut syn::PathSegment) {
        visit_mut::visit_path_segment_mut(self, segment);
        let span = segment.ident.span();
        if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments
            && segment.ident == "Cow"
            && !matches!(arguments.args.first(), Some(GenericArgument::Lifetime(_)))
        {
            let lifetime = GenericArgument::Lifetime(Lifetime::new("'static", span));
            arguments.args.insert(0, lifetime);
        }
    }
}
