//! Tokens to syntax: the user's code, not yet validated. Bodies stay tokens, so that an incomplete body
//! does not break a macro.

mod attributes;
mod duration;
mod function;
mod impl_block;
mod item;
mod options;
mod table;

pub(crate) use self::{
    attributes::{Mark, Role},
    function::FunctionSyntax,
    impl_block::{ImplBlock, Member, Method},
    item::Item,
    options::{ChannelSyntax, Options},
    table::Place,
};
