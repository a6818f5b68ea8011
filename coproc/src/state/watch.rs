//! Watches: iterators over updates.

use std::{
    collections::{BTreeSet, VecDeque},
    iter::FusedIterator,
    mem,
    time::Duration,
};

use super::{
    core::{Filter, Finding, Operation, Subscription, UpdateBatch},
    state::State,
    update::Update,
    waiting::in_time,
};
use crate::{error::StateError, sync::now};

/// Gives the updates of some names of a [`State`], or of all, in the order in which they were made;
/// see [`State::watch`].
///
/// It starts where it was made, and gives every update made since, also if it is asked much later: the
/// host keeps the last updates of each namespace, as many as
/// [`StateBuilder::history`](super::StateBuilder::history) says, and the last change of each name. A
/// watch that falls behind by more is given those last changes, without the value before, then goes on
/// with the oldest update that is kept; [`Update::missed`] says how many it has missed. So a watch
/// always gives the present value of each name in the end, also of a name that is seldom set. Of names
/// that were removed, as many are kept as the history has updates: an older removal is only counted as
/// missed.
///
/// As an iterator it waits for the next update, and ends only after an error other than
/// [`StateError::Timeout`]. It does not keep the state: when the last handle in the process that made
/// the state is dropped, a watch gives [`StateError::Lost`] and ends.
///
/// ```
/// use std::time::Duration;
/// use coproc::{State, state::StateError};
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let state = State::spawn()?;
///     for n in 1..=3_u32 {
///         state.update([("n", &n), ("square", &(n * n))])?;
///     }
///     let squares = state.watch(["square"]).from_start().take(3);
///     let squares: Vec<u32> = squares
///         .map(|update| Ok(update?.after()?.unwrap_or_default()))
///         .collect::<Result<_, StateError>>()?;
///     assert_eq!(squares, [1, 4, 9]);
///
///     let mut rest = state.watch_all().except(["square"]).timeout(Duration::from_millis(20));
///     assert_eq!(rest.next(), Some(Err(StateError::Timeout)));
///     state.remove("n")?;
///     assert_eq!(rest.recv()?.before::<u32>()?, Some(3));
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a watch is an iterator, and does nothing unless it is asked"]
pub struct Watch {
    state: State,
    filter: Filter,
    /// The version up to which every update was given or is in `ahead`; an error if it is not known.
    seen: Result<u64, StateError>,
    ahead: VecDeque<Update>,
    /// How many updates were missed after those.
    missed: u64,
    timeout: Option<Duration>,
    over: bool,
}

impl State {
    /// Watches these names of the namespace, from now on.
    ///
    /// ```
    /// use coproc::State;
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let state = State::spawn()?;
    ///     state.set("ready", &true)?;
    ///     for update in state.watch(["ready"]).from_start() {
    ///         if update?.after()? == Some(true) {
    ///             break;
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn watch<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Watch {
        Watch::new(self, Some(names.into_iter().map(str::to_owned).collect()))
    }

    /// Watches all names of the namespace, from now on.
    pub fn watch_all(&self) -> Watch {
        Watch::new(self, None)
    }

    fn version(&self) -> Result<u64, StateError> {
        Ok(self.find(Operation::Version)?.unwrap_or_default().version)
    }
}

impl Watch {
    fn new(state: &State, only: Option<BTreeSet<String>>) -> Self {
        Self {
            state: state.borrowed(),
            filter: Filter { only, ..Filter::default() },
            seen: state.version(),
            ahead: VecDeque::new(),
            missed: 0,
            timeout: None,
            over: false,
        }
    }

    /// Starts with the first update. Those that are not kept count as missed, but for the last change
    /// of each name.
    pub fn from_start(self) -> Self {
        self.from(Ok(0))
    }

    /// Starts with the next update that is made from now on. A new watch starts where it was made.
    pub fn from_now(self) -> Self {
        let seen = self.state.version();
        self.from(seen)
    }

    /// From here on gives the last update of each name only, and skips those that are older when it
    /// is asked; they count as missed.
    ///
    /// ```
    /// use coproc::State;
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let state = State::spawn()?;
    ///     let mut latest = state.watch(["n"]).live();
    ///     for n in 1..=100_u32 {
    ///         state.set("n", &n)?;
    ///     }
    ///     let update = latest.recv()?;
    ///     assert_eq!((update.after()?, update.missed), (Some(100_u32), 99));
    ///     Ok(())
    /// }
    /// ```
    pub fn live(self) -> Self {
        self.filtered(|filter| filter.live = true)
    }

    /// Whether it also gives updates made through the handle that the watch was made from, its
    /// clones, namespaces and keys; `true` unless said otherwise. A handle that has travelled is
    /// another one.
    pub fn own(self, own: bool) -> Self {
        self.filtered(|filter| filter.own = own)
    }

    /// Whether it also gives updates that set a name to the value that it has; `false` unless said
    /// otherwise.
    pub fn identical(self, identical: bool) -> Self {
        self.filtered(|filter| filter.identical = identical)
    }

    /// Leaves out these names.
    pub fn except<'a>(self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.filtered(|filter| filter.except.extend(names.into_iter().map(str::to_owned)))
    }

    /// How long it waits for each update before it gives [`StateError::Timeout`]; it can be asked
    /// again then. Without it a watch waits as long as it takes; with zero it gives only updates that were
    /// made already.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    fn from(mut self, seen: Result<u64, StateError>) -> Self {
        self.ahead.clear();
        (self.seen, self.missed) = (seen, 0);
        self
    }

    fn filtered(mut self, change: impl FnOnce(&mut Filter)) -> Self {
        // The updates in `ahead` were chosen by the filter before.
        if let Some(next) = self.ahead.front() {
            (self.seen, self.missed) = (Ok(next.version - 1), next.missed);
            self.ahead.clear();
        }
        change(&mut self.filter);
        self
    }

    /// Waits for the next update and gives it, as [`next`](Iterator::next) does.
    ///
    /// # Errors
    ///
    /// [`StateError::Timeout`] after [`timeout`](Self::timeout), and [`StateError::Lost`], then and
    /// ever after.
    ///
    /// ```
    /// use coproc::State;
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let state = State::spawn()?;
    ///     let mut watch = state.watch(["n"]);
    ///     state.set("n", &1_u32)?;
    ///     assert_eq!(watch.recv()?.after()?, Some(1_u32));
    ///     Ok(())
    /// }
    /// ```
    pub fn recv(&mut self) -> Result<Update, StateError> {
        let until = self.timeout.and_then(|timeout| now().checked_add(timeout));
        loop {
            if let Some(update) = self.ahead.pop_front() {
                return Ok(update);
            }
            let seen = self.seen.clone()?;
            let subscription = Subscription::Updates(Some(seen), self.filter.clone());
            let mut batch = match self.state.wait(subscription, until)? {
                Finding::Updates(batch) => batch,
                Finding::Nothing(seen) => UpdateBatch { seen, ..UpdateBatch::default() },
                _ => UpdateBatch { seen, ..UpdateBatch::default() },
            };
            self.seen = Ok(batch.seen);
            if let Some(first) = batch.updates.first_mut() {
                first.missed += mem::take(&mut self.missed);
            }
            self.missed += batch.missed;
            self.ahead = batch.updates.into();
            if self.ahead.is_empty() {
                in_time(until)?;
            }
        }
    }
}

impl Iterator for Watch {
    type Item = Result<Update, StateError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let found = self.recv();
        self.over = found.as_ref().is_err_and(|error| *error != StateError::Timeout);
        Some(found)
    }
}

impl FusedIterator for Watch {}
