//! The items that wait for a receiver, in order.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use super::item::{Cursor, ItemBytes, QueueItem};

/// How many items are offered at once, and about how many bytes of them.
const OFFER_MOST: usize = 16;
const OFFER_BYTES: usize = 64 * 1024;

/// The items that wait for a receiver.
#[derive(Default)]
pub(super) struct ReadyItems {
    /// By recipient, then by place; `None` for items that any process may receive.
    lanes: BTreeMap<Option<u32>, BTreeMap<u64, QueueItem>>,
    len: usize,
    /// The places of the items that were returned, by the number of the return.
    returned: BTreeMap<u64, u64>,
    returns: u64,
}

impl ReadyItems {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds an item at its place.
    pub(super) fn add(&mut self, place: u64, mut item: QueueItem, returns: bool) {
        if returns {
            self.returns += 1;
            item.returned = self.returns;
            self.returned.insert(self.returns, place);
        }
        self.len += 1;
        self.lanes.entry(item.recipient).or_default().insert(place, item);
    }

    /// The first item for this process, with its place.
    pub(super) fn first(&self, pid: u32) -> Option<(u64, &QueueItem)> {
        let lanes = [None, Some(pid)].into_iter().filter_map(|lane| self.lanes.get(&lane));
        let firsts = lanes.filter_map(BTreeMap::first_key_value);
        firsts.min_by_key(|(place, _)| **place).map(|(place, item)| (*place, item))
    }

    /// The item at this place, if it is there and for this process.
    pub(super) fn take(&mut self, place: u64, pid: u32) -> Option<QueueItem> {
        self.remove(place, None).or_else(|| self.remove(place, Some(pid)))
    }

    fn remove(&mut self, place: u64, lane: Option<u32>) -> Option<QueueItem> {
        let items = self.lanes.get_mut(&lane)?;
        let item = items.remove(&place)?;
        if items.is_empty() && lane.is_some() {
            self.lanes.remove(&lane);
        }
        self.len -= 1;
        self.returned.remove(&item.returned);
        Some(item)
    }

    /// Takes everything that was sent to this process.
    pub(super) fn take_all_for(&mut self, pid: u32) -> Vec<QueueItem> {
        let places: Vec<u64> =
            self.lanes.get(&Some(pid)).into_iter().flat_map(|lane| lane.keys().copied()).collect();
        places.into_iter().filter_map(|place| self.remove(place, Some(pid))).collect()
    }

    /// The items for this process that `cursor` has not seen, in order, as many as are offered at once,
    /// and the cursor that has seen them; `next` is the place of the next new item.
    pub(super) fn offer(
        &self,
        pid: u32,
        cursor: Cursor,
        next: u64,
    ) -> Option<(Vec<(u64, ItemBytes)>, Cursor)> {
        let (mut items, mut bytes) = (Vec::new(), 0);
        let mut offer = |place: u64, item: &QueueItem| {
            let size = item.bytes.size();
            let fits = items.len() < OFFER_MOST && bytes + size <= OFFER_BYTES;
            if fits || items.is_empty() {
                bytes += size;
                items.push((place, item.bytes.clone()));
                return true;
            }
            false
        };
        let mut after = Cursor { place: next, returned: self.returns };
        let lanes = [None, Some(pid)].map(|lane| self.lanes.get(&lane)).into_iter().flatten();
        // Items that were returned to a place that is seen.
        for (number, place) in self.returned.range((Excluded(cursor.returned), Unbounded)) {
            let item = lanes.clone().find_map(|lane| lane.get(place));
            if let Some(item) = item.filter(|_| *place < cursor.place)
                && !offer(*place, item)
            {
                after.returned = number - 1;
                break;
            }
        }
        let unseen = lanes.flat_map(|lane| lane.range(cursor.place..).take(OFFER_MOST + 1));
        let mut unseen: Vec<_> = unseen.collect();
        unseen.sort_unstable_by_key(|(place, _)| **place);
        if let Some((place, _)) = unseen.iter().find(|(place, item)| !offer(**place, item)) {
            after.place = **place;
        }
        items.sort_unstable_by_key(|(place, _)| *place);
        (!items.is_empty()).then_some((items, after))
    }
}
