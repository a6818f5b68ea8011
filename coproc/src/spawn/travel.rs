//! Controllers that travel: how a link to a worker is made for whoever receives one, and taken up
//! there.
//!
//! Within a process a controller travels as it is. Another process gets three descriptors with the
//! message: one end of a socketpair, whose other end goes to the worker over the link that there
//! is; a ledger for that link; and the worker's process, to learn of its death. So whoever receives
//! it talks to the worker directly, and needs nobody in between.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::{
    codec::luggage::{self, Descriptor, Found, Parcel},
    controller::{Controller, Identity, Line, Link},
    sync::Arc,
    worker::{Function, FunctionController, Worker, registry::plan},
};

#[cfg(feature = "process")]
use super::remote;

/// How many descriptors a controller is in another process.
const PIECES: usize = 3;

/// What is written for a controller.
#[derive(Serialize, Deserialize)]
pub(super) struct Ticket {
    at: u32,
    pub(super) name: String,
    pub(super) identity: Identity,
    pub(super) max_message: u64,
    /// Its process.
    pub(super) pid: u32,
    /// It has that process for itself, and ends with it.
    pub(super) alone: bool,
}

/// A controller in a message.
struct Traveller(Arc<Line>);

impl Traveller {
    fn refused(&self, why: &str) -> String {
        format!("the controller of `{}` cannot leave: {why}", self.0.name)
    }
}

impl Parcel for Traveller {
    fn check(&self) -> Result<(), String> {
        match self.0.port.link().is_inline() {
            true => Err(self.refused("its worker runs inside its callers")),
            false if self.0.port.is_of_function() => Err(self.refused(
                "a function talks to its owner only; give the function one end of a \
                 `Messenger::pair`, and send the other",
            )),
            false => Ok(()),
        }
    }

    fn pack(&self) -> Result<Vec<Descriptor>, String> {
        #[cfg(feature = "process")]
        return remote::hand_on(&self.0).map_err(|error| self.refused(&error.to_string()));
        #[cfg(not(feature = "process"))]
        return Err(self.refused("this program has no other processes"));
    }
}

/// Writes a controller.
///
/// # Errors
///
/// It is not a message of coproc that is written, or it carries too much already.
pub fn write_link<W: Worker, S: Serializer>(
    link: &Link<W>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let line = &link.line;
    let at = luggage::put(Arc::new(Traveller(Arc::clone(line))), PIECES);
    let pid = line.life.get().and_then(|life| life.pid());
    let ticket = Ticket {
        at: at.map_err(ser::Error::custom)?,
        name: line.name.clone(),
        identity: line.identity,
        max_message: line.max_message as u64,
        pid: pid.unwrap_or_else(std::process::id),
        alone: pid.is_some() && line.life.get().is_some_and(|life| life.is_alone()),
    };
    ticket.serialize(serializer)
}

/// Reads a controller.
///
/// # Errors
///
/// It is not a message of coproc that is read, or there is no such controller in it.
pub fn read_link<'de, W: Worker, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Link<W>, D::Error> {
    let ticket = Ticket::deserialize(deserializer)?;
    let plan = plan::<W>();
    let line = match luggage::take(ticket.at, PIECES).map_err(de::Error::custom)? {
        Found::Here(parcel) => {
            let traveller = parcel.downcast_ref::<Traveller>().map(|traveller| &traveller.0);
            traveller.filter(|line| line.plan.name == plan.name).map(Arc::clone)
        }
        #[cfg(feature = "process")]
        Found::Descriptors(descriptors) => {
            let at = ticket.at;
            let line = remote::line(plan, ticket, descriptors);
            if let Some(line) = &line {
                luggage::keep(at, Arc::new(Traveller(Arc::clone(line))));
            }
            line
        }
        #[cfg(not(feature = "process"))]
        Found::Descriptors(_) => None,
    };
    let other = || de::Error::custom(format!("a handle that is no controller of `{}`", plan.name));
    line.map(Link::new).ok_or_else(other)
}

impl<F: Function> Serialize for FunctionController<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_link(self.link(), serializer)
    }
}

impl<'de, F: Function> Deserialize<'de> for FunctionController<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_link(deserializer).map(Self::from_link)
    }
}
