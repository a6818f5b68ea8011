//! Tokens to syntax: what the user wrote, with nothing decided about it yet. Bodies stay tokens,
//! so that a half-typed body never breaks a macro.

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
