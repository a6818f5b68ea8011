//! Hosts: a worker in a thread of the process that made it, and what that worker keeps for handles in
//! every process.
//!
//! 1. What is kept is in an `Arc` that the worker and the host share.
//! 2. It ends when the host is dropped. Controllers in other processes do not keep it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::{On, Order, Place, WorkerResource, thread};
use crate::{
    codec::attachments::{self, Attach, Descriptor, Found},
    error::SpawnError,
    sync::Arc,
    worker::Worker,
};

/// What a host keeps.
pub(crate) trait Hosted: Send + Sync + 'static {
    /// What it is called in errors.
    const NAME: &'static str;

    /// Ends every wait, and refuses those that come later.
    fn end(&self);
}

/// The place of a host's worker: a thread, with a limit of messages of its own in bytes.
struct HostThread {
    max_message: usize,
}

impl<W: Worker> Place<W> for HostThread {
    type Spawned = WorkerResource<W>;

    fn max_message(&self) -> usize {
        self.max_message
    }

    fn launch(self, order: Order) -> Result<Self::Spawned, SpawnError<W::InitError>> {
        thread::launch(self.max_message, order)
    }
}

/// Owns what is kept, and the worker that other processes reach it through.
pub(crate) struct Host<H: Hosted, W: Worker> {
    pub(crate) hosted: Arc<H>,
    pub(crate) worker: WorkerResource<W>,
}

impl<H: Hosted, W: Worker> Host<H, W> {
    /// Starts the worker. Its messages may have this many bytes.
    ///
    /// # Errors
    ///
    /// [`SpawnError::Os`] if no thread can be started.
    pub(crate) fn start(hosted: H, max_message: usize) -> Result<Self, SpawnError<W::InitError>> {
        let hosted = Arc::new(hosted);
        let lent = Lent(Arc::clone(&hosted));
        let worker = On::new(HostThread { max_message }).spawn::<()>(|draft| draft.put(&lent))?;
        Ok(Self { hosted, worker })
    }
}

impl<H: Hosted, W: Worker> Drop for Host<H, W> {
    fn drop(&mut self) {
        // A worker that closes waits until all deferred calls are answered.
        self.hosted.end();
    }
}

impl<H: Hosted, W: Worker> fmt::Debug for Host<H, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Host").field(&self.worker).finish()
    }
}

/// What a host keeps, on the way to its worker in the same process.
pub(crate) struct Lent<H>(pub(crate) Arc<H>);

impl<H: Hosted> Attach for Lent<H> {
    fn check(&self) -> Result<(), String> {
        Err(format!("{} does not leave the process that made it", H::NAME))
    }

    fn pack(&self) -> Result<Vec<Descriptor>, String> {
        self.check().map(|()| Vec::new())
    }
}

impl<H: Hosted> Serialize for Lent<H> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lent = Arc::new(Self(Arc::clone(&self.0)));
        attachments::put(lent, 1).map_err(ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de, H: Hosted> Deserialize<'de> for Lent<H> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let at = u32::deserialize(deserializer)?;
        let lent = match attachments::take(at, 1).map_err(de::Error::custom)? {
            Found::Here(lent) => lent.downcast::<Self>().ok(),
            Found::Descriptors(_) => None,
        };
        let hosted = lent.map(|lent| Self(Arc::clone(&lent.0)));
        hosted.ok_or_else(|| de::Error::custom(format!("what was sent is not {}", H::NAME)))
    }
}
