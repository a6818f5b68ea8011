//! What a handle asks of the values of a namespace, and what it is answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    event::Filter,
    history::UpdateBatch,
    space::{Known, Seen},
};
use crate::state::value::Stored;

/// What is to be changed at once. `None` removes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Change {
    /// Everything goes first.
    pub(crate) clear: bool,
    pub(crate) writes: BTreeMap<String, Option<Stored>>,
}

/// What a wait is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Subscription {
    /// What was seen is no longer so.
    Seen(Seen),
    /// There is an update to be given after this version; `None`: after now.
    Updates(Option<u64>, Filter),
    /// The same, but all values are given.
    Change(Option<u64>, Filter),
    /// The caller's turn to try a change again that came too late. A change may be tried without it:
    /// turns spare callers that change the same from being too late all the time.
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
    /// Removes some name, if there is one, and gives it with its value.
    PopAny,
    /// Waits.
    Wait(Subscription),
}

/// What an operation gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Finding {
    /// `None` if what was seen has changed, if there is no name to pop, or if what a wait is to be
    /// answered with is too much for one message.
    Values(Option<Known>),
    Updates(UpdateBatch),
    Len(usize),
    /// The time of a wait is over, and up to this version there was nothing for the waiter; or it is
    /// the waiter's turn.
    Nothing(u64),
}
