//! The handle of a state.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    core::{Capacity, Finding, Known, Operation},
    value::VALUE_MOST,
    worker::{KeptState, StateRequest},
};
use crate::{
    error::{SpawnError, StateError},
    spawn::{Access, Store, StoreHost},
    sync::{Arc, Ordering, global::AtomicU64},
};

const HISTORY_UPDATES: usize = 4096;
const HISTORY_BYTES: usize = 64 << 20;
/// An update with a value before and one after, and what stands around them.
const MESSAGE_MOST: usize = 2 * VALUE_MOST + (1 << 20);
const NAMESPACE: &str = "default";

/// The number of a handle, which no other handle of its process has.
fn new_handle() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// Named values of any serde type, kept in the process that made them and reachable from every
/// process that holds a handle.
///
/// A handle is cheap to clone and travels: as an argument, a reply or a field of a message. The
/// values live in a thread of the process that called [`spawn`](State::spawn), the host. They end
/// with the last handle there that was made by [`spawn`](State::spawn) or cloned from one; handles
/// that have come in a message do not own them. So a function that is a worker best takes a `&State`,
/// and its caller lends its own.
///
/// An operation blocks for as long as the host takes to answer. The end of the state or of its host
/// is an error at once, also for operations that wait. [`StateBuilder::timeout`] bounds how long an
/// operation waits for a host that hangs.
///
/// Handles in the host reach the values directly, also those that have come in a message to a thread
/// of it. Those in other processes reach them over a link.
///
/// A value has at most 64 MiB; what one operation of another process reads or writes has twice that.
///
/// The host keeps the last updates of each namespace for [watches](State::watch).
///
/// ```
/// use coproc::{State, state::StateError};
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let state = State::spawn()?;
///     state.set("apples", &5_u32)?;
///     assert_eq!(state.get::<u32>("apples")?, Some(5));
///     assert!(matches!(state.get::<String>("apples"), Err(StateError::Type { .. })));
///     state.atomic(|view| {
///         let apples = view.get::<u32>("apples")?.unwrap_or(0);
///         view.set("apples", &(apples + 1))
///     })?;
///     assert_eq!(state.key::<u32>("apples").wait_until(|apples| *apples > 5)?, 6);
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// Every operation can give [`StateError::Lost`]; one that takes or gives a value also
/// [`StateError::Encode`] (it cannot be stored, or is too large), [`StateError::Type`] (it is of
/// another type than the one asked for) and [`StateError::Decode`] (its own `Deserialize` refuses
/// it).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    pub(super) access: Access<KeptState>,
    space: String,
    #[serde(skip, default = "new_handle")]
    handle: u64,
    /// In handles that own the state.
    #[serde(skip)]
    _host: Option<Arc<StoreHost<KeptState>>>,
}

/// How a [`State`] is to be; see [`State::builder`].
///
/// ```
/// use std::time::Duration;
/// use coproc::State;
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let state = State::builder().timeout(Duration::from_secs(30)).history(10, 1 << 20).spawn()?;
///     for n in 1..=100_u32 {
///         state.set("n", &n)?;
///     }
///     let oldest = state.watch(["n"]).from_start().recv()?;
///     assert_eq!((oldest.after()?, oldest.missed), (Some(91_u32), 90));
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is made before `spawn`"]
pub struct StateBuilder {
    timeout: Option<Duration>,
    history: Capacity,
}

impl StateBuilder {
    /// How long the host may take to answer before an operation fails with [`StateError::Lost`]. A
    /// wait lasts longer, but asks at every half of this time whether the host answers, and fails if it
    /// does not; a transaction asks the host several times. Without a timeout an operation fails only
    /// when the state or its host has ended.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How many of its updates each namespace keeps for [watches](State::watch), and how many bytes they
    /// have at most, with the values before and after; 4096 updates of 64 MiB by default. A watch that
    /// waits while an update is made gets it in any case. The last change of each name is kept as well;
    /// for names that were removed, the last removals within the same bounds. Of the namespaces that
    /// have become empty, the 1000 that were changed last keep their updates; the others drop them.
    pub fn history(mut self, updates: usize, bytes: usize) -> Self {
        self.history = Capacity { updates, bytes };
        self
    }

    /// Makes the state, with nothing in it.
    ///
    /// # Errors
    ///
    /// [`SpawnError::Os`] if no thread can be started.
    pub fn spawn(self) -> Result<State, SpawnError> {
        let host = StoreHost::start(Store::new(KeptState::new(self.history)), MESSAGE_MOST)?;
        let (access, space) = (Access::here(&host, self.timeout), NAMESPACE.to_owned());
        Ok(State { access, space, handle: new_handle(), _host: Some(Arc::new(host)) })
    }
}

impl State {
    /// Makes a state, with nothing in it; see [`StateBuilder::spawn`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn spawn() -> Result<Self, SpawnError> {
        Self::builder().spawn()
    }

    /// A state with settings of its own.
    pub fn builder() -> StateBuilder {
        let history = Capacity { updates: HISTORY_UPDATES, bytes: HISTORY_BYTES };
        StateBuilder { timeout: None, history }
    }

    /// A handle to another namespace of the same state. The names of two namespaces are independent. A new
    /// handle's namespace is `default`.
    ///
    /// ```
    /// use coproc::State;
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let state = State::spawn()?;
    ///     state.namespace("jobs").set("n", &1_u32)?;
    ///     assert!(state.is_empty()?);
    ///     assert_eq!(state.namespace("jobs").get::<u32>("n")?, Some(1));
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn namespace(&self, name: impl Into<String>) -> Self {
        Self { space: name.into(), ..self.clone() }
    }

    /// A handle to the same values whose updates are not this handle's [own](super::Watch::own).
    ///
    /// ```
    /// use coproc::State;
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let state = State::spawn()?;
    ///     let mut others = state.watch(["n"]).own(false);
    ///     state.set("n", &1_u32)?;
    ///     state.fork().set("n", &2_u32)?;
    ///     assert_eq!(others.recv()?.after::<u32>()?, Some(2));
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { handle: new_handle(), ..self.clone() }
    }

    /// A handle to the same values that does not own them.
    pub(super) fn borrowed(&self) -> Self {
        Self { _host: None, ..self.clone() }
    }

    /// The process id of the host, if it answers within `timeout`.
    ///
    /// # Errors
    ///
    /// [`StateError::Lost`] if it does not.
    pub fn ping(&self, timeout: Duration) -> Result<u32, StateError> {
        self.access.ping(timeout)
    }

    /// Does an operation, which waits for `patience` at most if it waits.
    pub(super) fn ask(
        &self,
        operation: Operation,
        patience: Option<Duration>,
    ) -> Result<Finding, StateError> {
        let request = StateRequest { handle: self.handle, space: &self.space, operation };
        self.access.ask(request, patience)
    }

    /// The values that an operation gives.
    pub(super) fn find(&self, operation: Operation) -> Result<Option<Known>, StateError> {
        match self.ask(operation, None)? {
            Finding::Values(known) => Ok(known),
            other => Err(StateError::Lost(format!("the host answered {other:?}"))),
        }
    }
}
