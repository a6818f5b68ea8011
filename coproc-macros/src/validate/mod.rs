//! Syntax to model. Each check is a function named as a sentence, with code that it refuses in its comment.

mod arguments;
mod attributes;
mod channels;
mod entry;
mod function;
mod handler;
mod message;
mod names;
mod priority;
mod reply;
mod roles;
mod self_type;
mod signature;
mod subject;
mod worker;

pub(crate) use self::{
    channels::channel_set, entry::entry, function::function, message::message, worker::worker,
};
