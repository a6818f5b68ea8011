//! Handles that go to other processes.

use std::{any::type_name, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Queue, handle::Shared, server::ServerController};

/// What is written for a queue.
#[derive(Serialize, Deserialize)]
struct Passport {
    server: ServerController,
    item: String,
    timeout: Duration,
    capacity: Option<usize>,
}

impl<T> Serialize for Queue<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Shared { server, timeout, capacity, .. } = &*self.shared;
        let item = type_name::<T>().to_owned();
        let passport =
            Passport { server: server.clone(), item, timeout: *timeout, capacity: *capacity };
        passport.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Queue<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Passport { server, item, timeout, capacity } = Passport::deserialize(deserializer)?;
        if item != type_name::<T>() {
            let asked = type_name::<T>();
            return Err(de::Error::custom(format!("a queue of `{item}`, not of `{asked}`")));
        }
        Ok(Self::of(Shared::of(server, timeout, capacity, None)))
    }
}
