//! Places, at which workers run, and the owners and handles of workers.

mod access;
mod controller_wire;
mod events;
mod every_place;
#[cfg(feature = "fuzz")]
#[doc(hidden)]
pub mod fuzz;
mod group;
pub(crate) mod handle;
mod here;
mod host;
mod inline;
#[cfg(feature = "process")]
pub(crate) mod process;
mod relay;
#[cfg(feature = "process")]
mod remote;
mod reply_to;
mod resource;
mod starts;
#[cfg(feature = "process")]
mod stdio;
mod store;
mod thread;
pub(crate) mod travel;
#[cfg(not(feature = "process"))]
pub(crate) mod unprepared;

use std::{convert::Infallible, fmt, marker::PhantomData, time::Duration};

use crate::{
    codec::reply::{Answered, read_panic, read_text},
    codec::{Body, Draft, EncodeError},
    error::{CallError, SpawnError},
    link::Connection,
    link::Outcome,
    protocol::Status,
    sync::Arc,
    worker::Worker,
};

pub(crate) use access::{Access, StoreHost};
pub(crate) use controller_wire::ControllerWire;
pub use events::Events;
pub(crate) use every_place::on_every_place;
pub use group::{Group, Grouped};
pub(crate) use handle::handle;
pub use handle::{WorkerHandle, WorkerStats, owner};
pub(crate) use host::{Host, Lent};
pub use inline::Inline;
#[cfg(feature = "process")]
pub use process::{Process, init};
pub(crate) use reply_to::{ReplySlot, ReplyTo};
pub use resource::WorkerResource;
pub(crate) use starts::Starts;
#[cfg(feature = "process")]
pub use stdio::Stdio;
pub(crate) use store::{DecidedReply, HERE, Kept, ReplyOf, Store};
pub use thread::Thread;
#[cfg(not(feature = "process"))]
pub use unprepared::init;

/// How long a worker that is dropped may take to close, unless its place says otherwise.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// How large a message may be unless its place says otherwise, in bytes.
pub(crate) const MESSAGE_MOST: usize = 64 << 20;

/// Where a worker runs: [`Process`], [`Thread`] or [`Inline`].
///
/// `By` is the type that [`Registered`](crate::worker::Registered) speaks of, and never has to be written.
pub trait Place<W: Worker, By = ()>: Sized {
    /// What spawning gives.
    type Spawned;

    /// How large a message may be, in bytes.
    fn max_message(&self) -> usize;

    /// Starts a worker there.
    ///
    /// # Errors
    ///
    /// [`SpawnError`], each as it says.
    fn launch(self, order: Order) -> Result<Self::Spawned, SpawnError<W::InitError>>;
}

/// What a worker is to be started with.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Order {
    /// Its arguments, encoded.
    pub(crate) arguments: Body,
    /// What its start can be called off by.
    pub(crate) starts: Starts,
}

/// A worker on its way to a place.
#[doc(hidden)]
pub struct On<W, P> {
    pub(crate) place: P,
    worker: PhantomData<fn() -> W>,
}

impl<W: Worker, P> On<W, P> {
    /// The worker is to start at `place`.
    pub fn new(place: P) -> Self {
        Self { place, worker: PhantomData }
    }

    /// Starts the worker with the arguments that `write` writes.
    ///
    /// # Errors
    ///
    /// As [`Place::launch`].
    pub fn spawn<By>(
        self,
        write: impl FnOnce(&mut Draft),
    ) -> Result<P::Spawned, SpawnError<W::InitError>>
    where
        P: Place<W, By>,
    {
        let mut draft = Draft::new(self.place.max_message());
        write(&mut draft);
        let arguments = draft.finish().map_err(refused)?;
        self.place.launch(Order { arguments, starts: Starts::default() })
    }
}

impl<W, P: fmt::Debug> fmt::Debug for On<W, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("On").field(&self.place).finish()
    }
}

/// What arguments that cannot be written mean.
pub(crate) fn refused<E>(error: EncodeError) -> SpawnError<E> {
    match error {
        EncodeError::TooLarge { size, limit } => SpawnError::TooLarge { size, limit },
        EncodeError::Refused(text) => SpawnError::Encode(text),
    }
}

/// What the outcome of starting means.
pub(crate) fn started<W: Worker>(
    connection: &Arc<Connection>,
    outcome: Option<Outcome<Answered, crate::link::DisconnectCause>>,
) -> Result<(), SpawnError<W::InitError>> {
    let Answered { status, body } = match outcome {
        Some(Outcome::Answered(answered)) => answered,
        Some(Outcome::Lost(loss) | Outcome::Unstarted(loss)) => {
            return Err(match loss.begun::<Infallible>() {
                CallError::Crashed(report) => SpawnError::InitCrashed(report),
                other => SpawnError::Incompatible(other.to_string()),
            });
        }
        None => return Err(SpawnError::InitTimeout),
    };
    Err(match status {
        Status::Value => return Ok(()),
        Status::Error => match W::started().read_error(&body) {
            Ok(error) => SpawnError::Init(error),
            Err(malformed) => SpawnError::Incompatible(malformed.to_string()),
        },
        Status::Panicked => SpawnError::InitPanicked(read_panic(&body)),
        Status::TooLarge { size } => {
            SpawnError::TooLarge { size: size as usize, limit: connection.max_message }
        }
        Status::Unencodable => SpawnError::Encode(read_text(&body)),
        _ => SpawnError::Incompatible(read_text(&body)),
    })
}
