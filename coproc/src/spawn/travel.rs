//! Controllers that travel: how a link to a worker is made for the receiver of a controller, and
//! taken up there.
//!
//! Within a process a controller travels as it is. Another process gets three descriptors with the
//! message: one end of a socketpair, whose other end goes to the worker over the link that there
//! is; a ledger for that link; and the worker's process, to learn of its death. So the
//! receiver talks to the worker directly.

use std::any::Any;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::{
    call::{Address, Controller, Link, Route},
    codec::attachments::{self, Attach, Descriptor, Found},
    link::{Connection, Identity},
    sync::Arc,
    worker::{Function, FunctionController, Worker, registry::plan},
};

#[cfg(feature = "process")]
use super::remote;
use super::{controller_wire::ControllerWire, relay};

/// How many descriptors a controller is in another process.
const PIECES: usize = 3;

/// What travels with a controller as it is, within a process, and is made anew in another.
pub(crate) type Companion = Arc<dyn Any + Send + Sync>;

/// A controller in a message.
struct AttachedController {
    address: Address,
    companion: Option<Companion>,
    /// Gives the connection that takes calls from other processes for a dispatcher.
    relay: fn(&Route) -> Result<Arc<Connection>, String>,
}

impl AttachedController {
    fn new<W: Worker>(address: Address, companion: Option<Companion>) -> Self {
        Self { address, companion, relay: relay::connection::<W> }
    }

    fn refused(&self, why: &str) -> String {
        format!("the controller of `{}` cannot leave: {why}", self.address.name())
    }
}

impl Attach for AttachedController {
    fn check(&self) -> Result<(), String> {
        if self.address.plan().is_function() {
            let why = "a function talks to its owner only; give the function one end of a \
                       `Messenger::pair`, and send the other";
            return Err(self.refused(why));
        }
        match &self.address {
            Address::Direct(connection) if connection.endpoint.link().is_inline() => {
                Err(self.refused("its worker runs inside its callers"))
            }
            _ => Ok(()),
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
    ControllerWire::write(link, None).map_err(ser::Error::custom)?.serialize(serializer)
}

impl ControllerWire {
    /// Puts a controller into the message that is being written.
    ///
    /// # Errors
    ///
    /// As [`write_link`].
    pub(crate) fn write<W: Worker>(
        link: &Link<W>,
        companion: Option<Companion>,
    ) -> Result<Self, String> {
        let address = link.address();
        let at = attachments::put(
            Arc::new(AttachedController::new::<W>(address.clone(), companion)),
            PIECES,
        )?;
        let connection = match address {
            Address::Direct(connection) => Some(connection),
            Address::Dispatched(_) => None,
        };
        let life = connection.and_then(|connection| connection.life.get());
        let pid = life.and_then(|life| life.pid());
        Ok(Self {
            at,
            name: address.name().to_owned(),
            identity: connection.map_or_else(Identity::new, |connection| connection.identity),
            max_message: address.max_message() as u64,
            pid: pid.unwrap_or_else(std::process::id),
            alone: pid.is_some() && life.is_some_and(|life| life.is_alone()),
        })
    }

    /// Takes a controller out of the message that is being read, with its companion: the one that it
    /// was written with in this process, or else the one that `meet` gives.
    ///
    /// # Errors
    ///
    /// As [`read_link`].
    pub(crate) fn read<W: Worker>(
        self,
        meet: impl FnOnce(&Link<W>) -> Option<Companion>,
    ) -> Result<(Link<W>, Option<Companion>), String> {
        let plan = plan::<W>();
        let found = match attachments::take(self.at, PIECES)? {
            Found::Here(attached) => attached.downcast::<AttachedController>().ok(),
            #[cfg(feature = "process")]
            Found::Descriptors(descriptors) => {
                let at = self.at;
                remote::connection(plan, self, descriptors).map(|connection| {
                    let address = Address::Direct(connection);
                    let companion = meet(&Link::new(address.clone()));
                    let attached = Arc::new(AttachedController::new::<W>(address, companion));
                    attachments::keep(at, Arc::<AttachedController>::clone(&attached));
                    attached
                })
            }
            #[cfg(not(feature = "process"))]
            Found::Descriptors(_) => {
                let _ = meet;
                None
            }
        };
        let found = found.filter(|attached| attached.address.plan().name == plan.name);
        let other = || format!("a handle that is no controller of `{}`", plan.name);
        let attached = found.ok_or_else(other)?;
        Ok((Link::new(attached.address.clone()), attached.companion.clone()))
    }
}

/// Reads a controller.
///
/// # Errors
///
/// It is not a message of coproc that is read, or there is no such controller in it.
pub fn read_link<'de, W: Worker, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Link<W>, D::Error> {
    let wire = ControllerWire::deserialize(deserializer)?;
    wire.read(|_| None).map(|(link, _)| link).map_err(de::Error::custom)
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
