//! Handles that travel: within a process as they are, to another as a link of its own.

use std::{any::type_name, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::{
    Queue,
    handle::{Holders, Shared},
    server::{Server, ServerController},
};
use crate::{call::Controller as _, spawn::ControllerWire, sync::Arc};

/// What is written for a queue.
#[derive(Serialize, Deserialize)]
struct QueueWire {
    server: ControllerWire,
    item: String,
    timeout: Duration,
    capacity: Option<usize>,
}

impl<T> Serialize for Queue<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Shared { server, timeout, capacity, .. } = &**self.holders;
        let holders = Arc::<Holders>::clone(&self.holders);
        let server =
            ControllerWire::write(server.link(), Some(holders)).map_err(ser::Error::custom)?;
        let item = type_name::<T>().to_owned();
        QueueWire { server, item, timeout: *timeout, capacity: *capacity }.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Queue<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let QueueWire { server, item, timeout, capacity } = QueueWire::deserialize(deserializer)?;
        if item != type_name::<T>() {
            let asked = type_name::<T>();
            return Err(de::Error::custom(format!("a queue of `{item}`, not of `{asked}`")));
        }
        let (_, companion) = server
            .read::<Server>(|link| {
                let server = ServerController::from_link(link.clone());
                Some(Shared::open(server, timeout, capacity, None))
            })
            .map_err(de::Error::custom)?;
        let holders = companion.and_then(|companion| companion.downcast::<Holders>().ok());
        let other = || de::Error::custom("a controller of a queue's worker is no queue");
        Ok(Self::of(holders.ok_or_else(other)?))
    }
}
