//! Handles in messages.

use std::{any::type_name, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{
    Queue,
    handle::Shared,
    server::{Server, ServerController},
};
use crate::{
    call::Controller as _,
    spawn::{read_handle, write_handle},
    sync::Arc,
};

/// The way to a queue: within a process what its handles share, elsewhere a connection.
struct Way(Arc<Shared>);

/// What is written for a queue.
#[derive(Serialize, Deserialize)]
struct QueueWire<W> {
    way: W,
    item: String,
    timeout: Duration,
    capacity: Option<usize>,
}

/// The way to a queue as it is read.
struct Found(ServerController, Option<Arc<Shared>>);

impl Serialize for Way {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_handle(self.0.server.link(), Some(Arc::<Shared>::clone(&self.0)), serializer)
    }
}

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (link, shared) = read_handle::<Server, D>(deserializer)?;
        let shared = shared.and_then(|shared| shared.downcast().ok());
        Ok(Self(ServerController::from_link(link), shared))
    }
}

impl<T> Serialize for Queue<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (way, item) = (Way(Arc::clone(&self.shared)), type_name::<T>().to_owned());
        let Shared { timeout, capacity, .. } = *self.shared;
        QueueWire { way, item, timeout, capacity }.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Queue<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let QueueWire { way, item, timeout, capacity } = Deserialize::deserialize(deserializer)?;
        if item != type_name::<T>() {
            let asked = type_name::<T>();
            return Err(de::Error::custom(format!("a queue of `{item}`, not of `{asked}`")));
        }
        let Found(server, shared) = way;
        let elsewhere = || Arc::new(Shared::new(server, timeout, capacity, None));
        Ok(Self::of(shared.unwrap_or_else(elsewhere)))
    }
}
