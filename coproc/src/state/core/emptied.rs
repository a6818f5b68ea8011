//! Namespaces in which nothing is left.

use std::collections::BTreeMap;

/// So many of them keep their past.
pub(super) const EMPTIED_MOST: usize = 1000;

/// The namespaces that are empty and keep their past, in the order in which they were last changed.
#[derive(Debug, Default)]
pub(super) struct Emptied {
    order: BTreeMap<u64, String>,
    places: BTreeMap<String, u64>,
    changes: u64,
}

impl Emptied {
    /// Notes that a namespace was changed. Gives one that is to forget its past.
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
