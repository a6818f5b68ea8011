//! Who waits for what: messengers, and the end of a link that they and controllers share.

mod by_hand;
#[cfg(feature = "process")]
mod departure;
mod events;
mod hand;
pub(crate) mod intake;
mod lane;
mod loss;
mod port;
mod received;
pub(crate) mod requests;
mod spread;
mod state;
mod travel;

pub use by_hand::Counters;
pub(crate) use by_hand::DRAIN;
pub use hand::{Messenger, MultiMessenger};
pub use lane::Lane;
pub(crate) use loss::Loss;
pub(crate) use port::Port;
pub use received::{Received, ReceivedKind, RecvError, RemoteError, SendError};
pub(crate) use requests::Outcome;
pub(crate) use state::{Role, State};
