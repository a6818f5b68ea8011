//! What a handle asks of the values of a namespace, and what it is answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    history::UpdateBatch,
    past_update::Filter,
    space::{Known, Seen},
};
use crate::state::value::Stored;

/// Writes that are made at once. `None` removes a name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Change {
    /// All other names are removed.
    pub(crate) clear: bool,
    pub(crate) writes: BTreeMap<String, Option<Stored>>,
}

/// What a wait is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Subscription {
    /// Something that was seen has changed.
    Seen(Seen),
    /// There is an update after this version that the filter covers; `None` is the present version.
    Updates(Option<u64>, Filter),
    /// The same, and gives all values.
    Change(Option<u64>, Filter),
    /// It is the caller's turn to try a change again that was too late. A change may be tried without a
    /// turn: turns keep callers that change the same names from being too late all the time.
    Turn,
}

/// What a handle asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Operation {
    /// Gives the value of a name, unless what was seen has changed.
    Read(String, Seen),
    /// Gives all names, unless what was seen has changed.
    Names(Seen),
    /// Gives all values.
    All,
    /// Gives the version of the namespace, and no values.
    Version,
    /// Gives how many names there are.
    Len,
    /// Makes a change, unless what was seen has changed, and gives no values.
    Commit(Seen, Change),
    /// Removes a name, if there is one, and gives it with its value.
    PopAny,
    /// Waits for this.
    Wait(Subscription),
}

/// What an operation gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Finding {
    /// `None` if something that was seen has changed, if there is no name to pop, or if the answer to a
    /// wait is too large for one message.
    Values(Option<Known>),
    Updates(UpdateBatch),
    Len(usize),
    /// The time of a wait is over, and up to this version there was nothing that it waits for; or it is
    /// the caller's turn.
    Nothing(u64),
}
