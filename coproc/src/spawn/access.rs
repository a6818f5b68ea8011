//! How a handle reaches what a host keeps.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::{
    ControllerWire, Host,
    store::{Kept, Store},
    travel::Companion,
};
use crate::{
    call::{Controller as _, Link, Pending},
    error::CallError,
    sync::Arc,
    worker::Worker,
};

type ControllerOf<K> = <<K as Kept>::Worker as Worker>::Controller;

/// How a handle reaches what a host keeps: in the host's process through the store, elsewhere over a
/// link to the worker. It does not keep the host.
pub(crate) struct Access<K: Kept> {
    pub(crate) worker: ControllerOf<K>,
    pub(crate) store: Option<Arc<Store<K>>>,
    /// How long the worker may take to answer, besides the time that it is to wait.
    pub(crate) timeout: Option<Duration>,
}

/// Owns a store, and the worker that answers over links.
pub(crate) type StoreHost<K> = Host<Store<K>, <K as Kept>::Worker>;

impl<K: Kept> Access<K> {
    /// Reaches the store of a host, in its process.
    pub(crate) fn here(host: &StoreHost<K>, timeout: Option<Duration>) -> Self {
        let store = Some(Arc::clone(&host.hosted));
        Self { worker: (*host.worker).clone(), store, timeout }
    }

    /// Reaches the worker of a host over a link.
    pub(crate) fn over(link: &Link<K::Worker>, timeout: Option<Duration>) -> Self {
        Self { worker: ControllerOf::<K>::from_link(link.clone()), store: None, timeout }
    }

    /// Does a request, which waits for `patience` at most if it waits.
    ///
    /// # Errors
    ///
    /// Those of the request; the host has ended or does not answer.
    pub(crate) fn ask(
        &self,
        request: K::Request<'_>,
        patience: Option<Duration>,
    ) -> Result<K::Reply, K::Error> {
        match &self.store {
            Some(store) => store.ask(request, patience),
            None => self.reply(self.send(request, patience)?),
        }
    }

    /// Sends a request to the worker.
    ///
    /// # Errors
    ///
    /// As [`ask`](Self::ask).
    pub(crate) fn send(
        &self,
        request: K::Request<'_>,
        patience: Option<Duration>,
    ) -> Result<Pending<K::Reply, K::Error>, K::Error> {
        let limit = patience.zip(self.timeout).map(|(wait, answer)| wait.saturating_add(answer));
        let call = K::call(&self.worker, request, patience).within(limit.unwrap_or(Duration::MAX));
        call.begin(self.timeout).map_err(K::failed)
    }

    /// Waits for a reply of the worker for as long as it answers in time to others. A request is not
    /// sent again: it would lose its turn.
    ///
    /// # Errors
    ///
    /// As [`ask`](Self::ask).
    pub(crate) fn reply(
        &self,
        mut pending: Pending<K::Reply, K::Error>,
    ) -> Result<K::Reply, K::Error> {
        let Some(timeout) = self.timeout else { return pending.wait().map_err(K::failed) };
        loop {
            if let Some(outcome) = pending.wait_timeout(timeout / 2) {
                return outcome.map_err(K::failed);
            }
            self.ping(timeout / 2)?;
        }
    }

    /// The process id of the host, if it answers within `timeout`.
    ///
    /// # Errors
    ///
    /// The host has ended or does not answer.
    pub(crate) fn ping(&self, timeout: Duration) -> Result<u32, K::Error> {
        let pid = K::ping(&self.worker).within(timeout).wait();
        pid.map_err(|error| K::failed(CallError::widen(error)))
    }
}

impl<K: Kept> Clone for Access<K> {
    fn clone(&self) -> Self {
        Self { worker: self.worker.clone(), store: self.store.clone(), timeout: self.timeout }
    }
}

impl<K: Kept> fmt::Debug for Access<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Access").field(self.worker.link()).finish()
    }
}

/// Within its process it travels as a clone.
impl<K: Kept> Serialize for Access<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let store = self.store.clone().map(|store| store as Companion);
        let wire = ControllerWire::write(self.worker.link(), store).map_err(ser::Error::custom)?;
        (wire, self.timeout).serialize(serializer)
    }
}

impl<'de, K: Kept> Deserialize<'de> for Access<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (wire, timeout) = <(ControllerWire, _)>::deserialize(deserializer)?;
        let (link, store) = wire.read(|_| None).map_err(de::Error::custom)?;
        let store = store.and_then(|store| store.downcast().ok());
        Ok(Self { store, ..Self::over(&link, timeout) })
    }
}
