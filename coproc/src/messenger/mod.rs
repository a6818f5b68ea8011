//! Messengers: both ends of a connection in the hands of users.

#[cfg(feature = "process")]
mod departure;
mod hand;
mod lane;
mod received;
mod recv_error;
mod send_error;
mod travel;

pub use hand::{Messenger, MultiMessenger};
pub use lane::Lane;
pub use received::{Received, ReceivedKind};
pub use recv_error::{RecvError, RecvTimeoutError, RemoteError, TryRecvError};
pub use send_error::SendError;

pub use crate::link::by_hand::Counters;
