//! Types that the macro knows by their spelling only, for the compiler to confirm.
//!
//! Each is an argument of the call of the user's function. If the parameter has another type than its
//! spelling says, the compiler reports one error, at that type.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Type, spanned::Spanned};

use super::mixed;

/// `cx`, for a parameter spelled `&mut Context<…>`, with its comma.
pub(super) fn context(ty: Option<&Type>) -> Option<TokenStream> {
    ty.map(|ty| quote_spanned!(mixed().located_at(ty.span())=> cx,))
}

/// `peer`, for the parameter of `#[gone]`.
pub(super) fn peer(ty: &Type) -> TokenStream {
    quote_spanned!(mixed().located_at(ty.span())=> peer)
}

/// `messenger`, for a parameter spelled `Messenger<…>`, with its comma.
pub(super) fn messenger(ty: &Type) -> TokenStream {
    quote_spanned!(mixed().located_at(ty.span())=> messenger,)
}
