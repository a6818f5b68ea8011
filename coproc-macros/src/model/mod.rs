//! The validated code of the user. An expansion is made from it alone.

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
pub(crate) use names::{snake, upper_camel, variable};
