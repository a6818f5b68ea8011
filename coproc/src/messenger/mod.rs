//! [`Messenger`]: a connection whose two ends the user holds, with requests, replies, channels and priorities.

#[cfg(feature = "process")]
mod departure;
mod ends;
mod lane;
mod received;
mod recv_error;
mod send_error;
mod travel;

pub use ends::{Messenger, MultiMessenger};
pub use lane::Lane;
pub use received::{Received, ReceivedKind};
pub use recv_error::{RecvError, RecvTimeoutError, RemoteError, TryRecvError};
pub use send_error::SendError;

pub use crate::link::by_hand::Counters;
