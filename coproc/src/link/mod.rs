//! One connection: its endpoint, the requests that wait for a reply, the inbox, flow control, and
//! which of the waiting threads reads for all.

pub(crate) mod by_hand;
mod connection;
mod endpoint;
mod events;
pub(crate) mod flow;
pub(crate) mod inbox;
mod loss;
pub(crate) mod requests;
mod serving;
mod spread;
mod state;
pub(crate) mod timer;

pub(crate) use connection::{Life, Line, Owned, Refusal};
pub(crate) use endpoint::Port;
pub(crate) use loss::Loss;
pub(crate) use requests::Outcome;
pub(crate) use serving::{Identity, Serving, Station};
pub(crate) use state::{Role, State};
