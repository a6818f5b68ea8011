//! One connection: its endpoint, the requests that wait for a reply, the inbox, flow control, and
//! which of the waiting threads reads for all.

pub(crate) mod by_hand;
mod connection;
mod disconnect_cause;
mod endpoint;
mod events;
pub(crate) mod flow;
pub(crate) mod inbox;
pub(crate) mod requests;
mod serving;
mod spread;
mod state;
#[cfg(not(coproc_model))]
pub(crate) mod timer;

pub(crate) use connection::{Connection, Life, Owned, Refusal};
pub(crate) use disconnect_cause::{DisconnectCause, ExitEvent};
pub(crate) use endpoint::Endpoint;
pub(crate) use requests::Outcome;
pub(crate) use serving::{Identity, Serving, Station};
pub(crate) use state::{LinkState, Role};

#[cfg(coproc_model)]
pub(crate) use crate::sync::model as timer;
