//! Controllers that travel: how a link to a worker is made for whoever receives one, and taken up
//! there.
//!
//! Within a process a controller travels as it is. Another process gets three descriptors with the
//! message: one end of a socketpair, whose other end goes to the worker over the link that there
//! is; a ledger for that link; and the worker's process, to learn of its death. So whoever receives
//! it talks to the worker directly, and needs nobody in between.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::{
    call::{Address, Controller, Link, Route},
    codec::luggage::{self, Descriptor, Found, Parcel},
    link::{Identity, Line},
    sync::Arc,
    worker::{Function, FunctionController, Worker, registry::plan},
};

use super::relay;
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
struct Traveller {
    address: Address,
    /// Gives the connection that takes calls from other processes for a dispatcher.
    relay: fn(&Route) -> Result<Arc<Line>, String>,
}

impl Traveller {
    fn new<W: Worker>(address: Address) -> Self {
        Self { address, relay: relay::line::<W> }
    }

    fn refused(&self, why: &str) -> String {
        format!("the controller of `{}` cannot leave: {why}", self.address.name())
    }
}

impl Parcel for Traveller {
    fn check(&self) -> Result<(), String> {
        let Address::Direct(line) = &self.address else { return Ok(()) };
        match line.port.link().is_inline() {
            true => Err(self.refused("its worker runs inside its callers")),
            false if line.port.is_of_function() => Err(self.refused(
                "a function talks to its owner only; give the function one end of a \
                 `Messenger::pair`, and send the other",
            )),
            false => Ok(()),
        }
    }

    fn pack(&self) -> Result<Vec<Descriptor>, String> {
        let line = match &self.address {
            Address::Direct(line) => Ok(Arc::clone(line)),
            Address::Dispatched(route) => (self.relay)(route),
        };
        #[cfg(feature = "process")]
        let packed =
            line.and_then(|line| remote::hand_on(&line).map_err(|error| error.to_string()));
        #[cfg(not(feature = "process"))]
        let packed = line.and_then(|_| Err("this program has no other processes".to_owned()));
        packed.map_err(|error| self.refused(&error))
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
    let address = link.address();
    let at = luggage::put(Arc::new(Traveller::new::<W>(address.clone())), PIECES);
    let line = match address {
        Address::Direct(line) => Some(line),
        Address::Dispatched(_) => None,
    };
    let life = line.and_then(|line| line.life.get());
    let pid = life.and_then(|life| life.pid());
    let ticket = Ticket {
        at: at.map_err(ser::Error::custom)?,
        name: address.name().to_owned(),
        identity: line.map_or_else(Identity::new, |line| line.identity),
        max_message: address.max_message() as u64,
        pid: pid.unwrap_or_else(std::process::id),
        alone: pid.is_some() && life.is_some_and(|life| life.is_alone()),
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
    let address = match luggage::take(ticket.at, PIECES).map_err(de::Error::custom)? {
        Found::Here(parcel) => {
            let traveller = parcel.downcast_ref::<Traveller>().map(|traveller| &traveller.address);
            traveller.filter(|address| address.plan().name == plan.name).cloned()
        }
        #[cfg(feature = "process")]
        Found::Descriptors(descriptors) => {
            let at = ticket.at;
            let address = remote::line(plan, ticket, descriptors).map(Address::Direct);
            if let Some(address) = &address {
                luggage::keep(at, Arc::new(Traveller::new::<W>(address.clone())));
            }
            address
        }
        #[cfg(not(feature = "process"))]
        Found::Descriptors(_) => None,
    };
    let other = || de::Error::custom(format!("a handle that is no controller of `{}`", plan.name));
    address.map(Link::new).ok_or_else(other)
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
