//! Ends of messengers in messages.
//!
//! Within a process, a message carries the end itself. To another process it carries two descriptors: one
//! end of a socketpair, whose other end is that of the peer, and a memory file with the state of this end.
//! The two ends are then connected directly.

use std::any::type_name;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

#[cfg(feature = "process")]
use super::departure;
use super::{
    ends::{Messenger, MultiMessenger},
    recv_error::MOVED,
};
use crate::{
    codec::attachments::{self, Attach, Descriptor, Found},
    link::Endpoint,
    protocol::{Channel, Message},
    sync::{Arc, AtomicBool, Mutex, Ordering},
};

/// The number of descriptors of an end.
const PIECES: usize = 2;

/// The serialized form of an end.
#[derive(Serialize, Deserialize)]
struct MessengerWire {
    at: u32,
    /// The names of its three type parameters.
    types: String,
}

/// An end in a message.
struct AttachedMessenger {
    endpoint: Mutex<Option<Arc<Endpoint>>>,
    moved: Arc<AtomicBool>,
}

impl Attach for AttachedMessenger {
    fn check(&self) -> Result<(), String> {
        match &*self.endpoint.lock() {
            None => Err(MOVED.into()),
            #[cfg(feature = "process")]
            Some(endpoint) => endpoint.check().map_err(|why| cannot_leave(&why)),
            #[cfg(not(feature = "process"))]
            Some(_) => Err(cannot_leave("this program has no other processes")),
        }
    }

    fn pack(&self) -> Result<Vec<Descriptor>, String> {
        let mut place = self.endpoint.lock();
        let endpoint = place.take().ok_or(MOVED)?;
        #[cfg(feature = "process")]
        let left = endpoint.depart().map_err(|why| cannot_leave(&why));
        #[cfg(not(feature = "process"))]
        let left = Err(String::new());
        if left.is_err() {
            *place = Some(endpoint);
        }
        left
    }
}

/// If the message was not received, the end works again where it was.
impl Drop for AttachedMessenger {
    fn drop(&mut self) {
        if self.endpoint.lock().is_some() {
            self.moved.store(false, Ordering::SeqCst);
        }
    }
}

fn cannot_leave(why: &str) -> String {
    format!("a messenger cannot leave: {why}")
}

fn types<S, R, C>() -> &'static str {
    type_name::<(S, R, C)>()
}

impl<S: Message, R: Message, C: Channel> Serialize for Messenger<S, R, C> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        if !self.travels {
            return Err(ser::Error::custom(
                "the messenger of a function worker stays with it; make two ends with \
                 `Messenger::pair`, and send one of them",
            ));
        }
        if self.moved.swap(true, Ordering::SeqCst) {
            return Err(ser::Error::custom(MOVED));
        }
        let endpoint = Mutex::new(Some(Arc::clone(&self.endpoint)));
        let attached = AttachedMessenger { endpoint, moved: Arc::clone(&self.moved) };
        let at = attachments::put(Arc::new(attached), PIECES).map_err(ser::Error::custom)?;
        MessengerWire { at, types: types::<S, R, C>().to_owned() }.serialize(serializer)
    }
}

impl<'de, S: Message, R: Message, C: Channel> Deserialize<'de> for Messenger<S, R, C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = MessengerWire::deserialize(deserializer)?;
        let types = types::<S, R, C>();
        if wire.types != types {
            let text = format!("a messenger of `{}` where one of `{types}` belongs", wire.types);
            return Err(de::Error::custom(text));
        }
        let endpoint = match attachments::take(wire.at, PIECES).map_err(de::Error::custom)? {
            Found::Here(attached) => {
                let attached = attached.downcast_ref::<AttachedMessenger>();
                attached.and_then(|attached| attached.endpoint.lock().take())
            }
            #[cfg(feature = "process")]
            Found::Descriptors(descriptors) => departure::arrive(descriptors, C::NAMES.len()),
            #[cfg(not(feature = "process"))]
            Found::Descriptors(_) => None,
        };
        let none = || de::Error::custom("a handle that is no messenger, or was received before");
        endpoint.map(Self::free).ok_or_else(none)
    }
}

impl<S: Message, R: Message, C: Channel> Serialize for MultiMessenger<S, R, C> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, S: Message, R: Message, C: Channel> Deserialize<'de> for MultiMessenger<S, R, C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Messenger::deserialize(deserializer).map(Self)
    }
}
