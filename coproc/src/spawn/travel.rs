//! Controllers that travel: how a link to a worker is made for whoever receives one, and taken up
//! there.
//!
//! Within a process a controller travels as it is. Another process gets three descriptors with the
//! message: one end of a socketpair, whose other end goes to the worker over the link that there
//! is; a ledger for that link; and the worker's process, to learn of its death. So whoever receives
//! it talks to the worker directly, and needs nobody in between.

use std::any::Any;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::{
    call::{Address, Controller, Link, Route},
    codec::attachments::{self, Attach, Descriptor, Found},
    link::{Connection, Identity},
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
pub(super) struct ControllerWire {
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
struct AttachedController {
    address: Address,
    /// Gives the connection that takes calls from other processes for a dispatcher.
    relay: fn(&Route) -> Result<Arc<Connection>, String>,
    /// What it belongs to in this process.
    handle: Option<Arc<dyn Any + Send + Sync>>,
}

impl AttachedController {
    fn new<W: Worker>(address: Address, handle: Option<Arc<dyn Any + Send + Sync>>) -> Self {
        Self { address, relay: relay::connection::<W>, handle }
    }

    fn refused(&self, why: &str) -> String {
        format!("the controller of `{}` cannot leave: {why}", self.address.name())
    }
}

impl Attach for AttachedController {
    fn check(&self) -> Result<(), String> {
        let Address::Direct(connection) = &self.address else { return Ok(()) };
        match connection.endpoint.link().is_inline() {
            true => Err(self.refused("its worker runs inside its callers")),
            false if connection.endpoint.is_of_function() => Err(self.refused(
                "a function talks to its owner only; give the function one end of a \
                 `Messenger::pair`, and send the other",
            )),
            false => Ok(()),
        }
    }

    fn pack(&self) -> Result<Vec<Descriptor>, String> {
        let connection = match &self.address {
            Address::Direct(connection) => Ok(Arc::clone(connection)),
            Address::Dispatched(route) => (self.relay)(route),
        };
        #[cfg(feature = "process")]
        let packed = connection
            .and_then(|connection| remote::hand_on(&connection).map_err(|error| error.to_string()));
        #[cfg(not(feature = "process"))]
        let packed = connection.and_then(|_| Err("this program has no other processes".to_owned()));
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
    write_handle(link, None, serializer)
}

/// Writes a controller that belongs to `handle`, which a receiver in this process gets with it.
///
/// # Errors
///
/// As [`write_link`].
pub(crate) fn write_handle<W: Worker, S: Serializer>(
    link: &Link<W>,
    handle: Option<Arc<dyn Any + Send + Sync>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let address = link.address();
    let attached = AttachedController::new::<W>(address.clone(), handle);
    let at = attachments::put(Arc::new(attached), PIECES);
    let connection = match address {
        Address::Direct(connection) => Some(connection),
        Address::Dispatched(_) => None,
    };
    let life = connection.and_then(|connection| connection.life.get());
    let pid = life.and_then(|life| life.pid());
    let wire = ControllerWire {
        at: at.map_err(ser::Error::custom)?,
        name: address.name().to_owned(),
        identity: connection.map_or_else(Identity::new, |connection| connection.identity),
        max_message: address.max_message() as u64,
        pid: pid.unwrap_or_else(std::process::id),
        alone: pid.is_some() && life.is_some_and(|life| life.is_alone()),
    };
    wire.serialize(serializer)
}

/// Reads a controller.
///
/// # Errors
///
/// It is not a message of coproc that is read, or there is no such controller in it.
pub fn read_link<'de, W: Worker, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Link<W>, D::Error> {
    read_handle(deserializer).map(|(link, _)| link)
}

/// Reads a controller, and the handle that it was written with in this process.
///
/// # Errors
///
/// As [`read_link`].
#[expect(clippy::type_complexity, reason = "a link, and what it belongs to if that is here")]
pub(crate) fn read_handle<'de, W: Worker, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<(Link<W>, Option<Arc<dyn Any + Send + Sync>>), D::Error> {
    let wire = ControllerWire::deserialize(deserializer)?;
    let plan = plan::<W>();
    let mut handle = None;
    let address = match attachments::take(wire.at, PIECES).map_err(de::Error::custom)? {
        Found::Here(attached) => {
            let attached = attached.downcast_ref::<AttachedController>();
            let attached = attached.filter(|attached| attached.address.plan().name == plan.name);
            handle = attached.and_then(|attached| attached.handle.clone());
            attached.map(|attached| attached.address.clone())
        }
        #[cfg(feature = "process")]
        Found::Descriptors(descriptors) => {
            let at = wire.at;
            let address = remote::connection(plan, wire, descriptors).map(Address::Direct);
            if let Some(address) = &address {
                attachments::keep(
                    at,
                    Arc::new(AttachedController::new::<W>(address.clone(), None)),
                );
            }
            address
        }
        #[cfg(not(feature = "process"))]
        Found::Descriptors(_) => None,
    };
    let other = || de::Error::custom(format!("a handle that is no controller of `{}`", plan.name));
    address.map(|address| (Link::new(address), handle)).ok_or_else(other)
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
