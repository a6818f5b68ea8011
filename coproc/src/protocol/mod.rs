//! What both ends of a connection agree on: messages, channels, priorities.

mod channel;
mod packet;
pub(crate) mod plan;
mod priority;
pub(crate) mod registry;

use serde::{Serialize, de::DeserializeOwned};

pub use channel::Channel;
pub use coproc_macros::Channel;
pub(crate) use packet::{Envelope, Packet, Status};
pub(crate) use plan::{ChannelPlan, Handler, Plan};
pub use priority::Priority;
pub(crate) use registry::{MessageDefaults, Registry};

/// A type that messages can hold: every type with serde's two traits.
///
/// It is implemented for all of them. Use it as a bound in generic workers.
///
/// ```
/// use coproc::prelude::*;
///
/// fn is_wire<T: Wire>() {}
/// is_wire::<Vec<(String, f64)>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent to a worker",
    label = "this does not implement `Serialize` and `Deserialize`",
    note = "derive `Serialize` and `Deserialize` for it, or send another type in its place, as \
            `String` for `str`"
)]
pub trait Wire: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Wire for T {}

/// The message type of a [`Messenger`](crate::Messenger): every [`Wire`] type that borrows nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a message",
    label = "this does not implement `Serialize` and `Deserialize`",
    note = "derive `Serialize` and `Deserialize` for it, or send another type in its place, as \
            `String` for `str`"
)]
pub trait Message: Wire + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Wire + 'static> Message for T {}
