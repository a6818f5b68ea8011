//! What was understood of the user's code, free of mistakes: all that an expansion is made from.

mod argument;
mod channel;
mod duration;
mod entry;
mod function;
mod handler;
mod message;
mod names;
mod reply;
mod worker;

pub(crate) use self::{
    argument::{Argument, Borrow, Passing},
    channel::{Channel, ChannelSet},
    duration::Nanoseconds,
    entry::{Entry, EntryKind},
    function::{Function, MessengerTypes},
    handler::{Handler, RefusedHandler},
    message::MessageType,
    names::Names,
    reply::Reply,
    worker::{Close, Gone, Idle, Init, Inputs, Subject, Tick, Worker},
};
pub(crate) use names::{held, snake, upper_camel};
