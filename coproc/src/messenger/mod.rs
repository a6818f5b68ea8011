//! Messengers: both ends of a connection in the hands of users.

#[cfg(feature = "process")]
mod departure;
mod hand;
mod lane;
mod received;
mod travel;

pub use hand::{Messenger, MultiMessenger};
pub use lane::Lane;
pub use received::{Received, ReceivedKind, RecvError, RemoteError, SendError};

pub use crate::link::by_hand::Counters;
