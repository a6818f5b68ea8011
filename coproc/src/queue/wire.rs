//! How a handle travels: within a process as a clone, to another as a link of its own.

use std::{any::type_name, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::{
    link::{Holders, QueueLink},
    queue::Queue,
};
use crate::{
    call::Controller as _,
    spawn::{Access, ControllerWire},
    sync::Arc,
};

/// What is written for a queue.
#[derive(Serialize, Deserialize)]
struct QueueWire {
    worker: ControllerWire,
    item: String,
    timeout: Option<Duration>,
    capacity: Option<usize>,
}

impl<T> Serialize for Queue<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Access { worker, timeout, .. } = &self.holders.link.access;
        let holders = Arc::<Holders>::clone(&self.holders);
        let worker =
            ControllerWire::write(worker.link(), Some(holders)).map_err(ser::Error::custom)?;
        let (item, capacity) = (type_name::<T>().to_owned(), self.capacity());
        QueueWire { worker, item, timeout: *timeout, capacity }.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Queue<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let QueueWire { worker, item, timeout, capacity } = QueueWire::deserialize(deserializer)?;
        if item != type_name::<T>() {
            let asked = type_name::<T>();
            return Err(de::Error::custom(format!("a queue of `{item}`, not of `{asked}`")));
        }
        let (_, holders) = worker
            .read(|link| Some(QueueLink::open(Access::over(link, timeout), capacity, None)))
            .map_err(de::Error::custom)?;
        let holders = holders.and_then(|holders| holders.downcast().ok());
        let other = || de::Error::custom("a controller of a queue's worker is no queue");
        Ok(Self::of(holders.ok_or_else(other)?))
    }
}
