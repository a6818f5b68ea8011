//! Namespaces that have become empty.

use std::collections::BTreeMap;

/// How many of them keep their updates.
pub(super) const EMPTIED_MOST: usize = 1000;

/// The empty namespaces that keep their updates, in the order in which they were last changed.
#[derive(Debug, Default)]
pub(super) struct Emptied {
    order: BTreeMap<u64, String>,
    places: BTreeMap<String, u64>,
    changes: u64,
}

impl Emptied {
    /// Notes that a namespace was changed. Gives one that is to drop its updates.
    pub(super) fn note(&mut self, space: &str, is_empty: bool) -> Option<String> {
        if let Some(place) = self.places.remove(space) {
            self.order.remove(&place);
        }
        if is_empty {
            self.changes += 1;
            self.order.insert(self.changes, space.to_owned());
            self.places.insert(space.to_owned(), self.changes);
        }
        if self.order.len() <= EMPTIED_MOST {
            return None;
        }
        let (_, oldest) = self.order.pop_first()?;
        self.places.remove(&oldest);
        Some(oldest)
    }
}
