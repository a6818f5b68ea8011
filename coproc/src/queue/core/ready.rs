//! What waits for a receiver, in order.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use super::item::{Content, Cursor, Item, Offer};

/// How many items are offered at once, and about how many bytes of them.
const OFFER_MOST: usize = 16;
const OFFER_BYTES: usize = 64 * 1024;

/// What waits for a receiver: for each process what was sent to it, and what is for anybody.
#[derive(Default)]
pub(super) struct Ready {
    lanes: BTreeMap<Option<u32>, BTreeMap<u64, Item>>,
    len: usize,
    /// The places of what has come back, by when it has.
    returned: BTreeMap<u64, u64>,
    returns: u64,
}

impl Ready {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// An item comes to its place.
    pub(super) fn put(&mut self, place: u64, mut item: Item, returns: bool) {
        if returns {
            self.returns += 1;
            item.returned = self.returns;
            self.returned.insert(self.returns, place);
        }
        self.len += 1;
        self.lanes.entry(item.recipient).or_default().insert(place, item);
    }

    /// The first item for this process.
    pub(super) fn take_first(&mut self, pid: u32) -> Option<(u64, Item)> {
        let (place, lane) = self.first(pid)?;
        Some((place, self.remove(place, lane)?))
    }

    pub(super) fn see_first(&self, pid: u32) -> Option<&Item> {
        let (place, lane) = self.first(pid)?;
        self.lanes.get(&lane)?.get(&place)
    }

    fn first(&self, pid: u32) -> Option<(u64, Option<u32>)> {
        let first = |lane: Option<u32>| Some((*self.lanes.get(&lane)?.first_key_value()?.0, lane));
        [first(None), first(Some(pid))].into_iter().flatten().min()
    }

    /// The item at this place, if it is there and for this process.
    pub(super) fn take(&mut self, place: u64, pid: u32) -> Option<Item> {
        self.remove(place, None).or_else(|| self.remove(place, Some(pid)))
    }

    fn remove(&mut self, place: u64, lane: Option<u32>) -> Option<Item> {
        let items = self.lanes.get_mut(&lane)?;
        let item = items.remove(&place)?;
        if items.is_empty() && lane.is_some() {
            self.lanes.remove(&lane);
        }
        self.len -= 1;
        self.returned.remove(&item.returned);
        Some(item)
    }

    /// Everything that was sent to this process.
    pub(super) fn take_all_for(&mut self, pid: u32) -> Vec<Item> {
        let places: Vec<u64> =
            self.lanes.get(&Some(pid)).into_iter().flat_map(|lane| lane.keys().copied()).collect();
        places.into_iter().filter_map(|place| self.remove(place, Some(pid))).collect()
    }

    /// What there is for this process behind `cursor`, in order; `next` is the place of what comes
    /// next.
    pub(super) fn offer(&self, pid: u32, cursor: Cursor, next: u64) -> Option<Offer> {
        let mut offered = Offered { items: Vec::new(), bytes: 0 };
        let mut after = Cursor { place: next, returned: self.returns };
        // What has come back to a place that was looked at.
        for (stamp, place) in self.returned.range((Excluded(cursor.returned), Unbounded)) {
            let item = if *place < cursor.place { self.get(*place, pid) } else { None };
            if let Some(item) = item
                && !offered.add(*place, item)
            {
                after.returned = stamp - 1;
                break;
            }
        }
        offered.items.sort_unstable_by_key(|(place, _)| *place);
        for (place, item) in self.behind(pid, cursor.place) {
            if !offered.add(place, item) {
                after.place = place;
                break;
            }
        }
        (!offered.items.is_empty()).then_some((offered.items, after))
    }

    fn get(&self, place: u64, pid: u32) -> Option<&Item> {
        [None, Some(pid)].iter().find_map(|lane| self.lanes.get(lane)?.get(&place))
    }

    /// What is there for this process from `place` on, in order.
    fn behind(&self, pid: u32, place: u64) -> impl Iterator<Item = (u64, &Item)> {
        let from =
            move |lane| self.lanes.get(&lane).into_iter().flat_map(move |l| l.range(place..));
        let (mut anybody, mut own) = (from(None).peekable(), from(Some(pid)).peekable());
        std::iter::from_fn(move || {
            let own_first = match (anybody.peek(), own.peek()) {
                (Some((anybody, _)), Some((own, _))) => own < anybody,
                (None, _) => true,
                (_, None) => false,
            };
            let next = if own_first { own.next() } else { anybody.next() };
            next.map(|(place, item)| (*place, item))
        })
    }
}

struct Offered {
    items: Vec<(u64, Content)>,
    bytes: usize,
}

impl Offered {
    /// Adds an item, unless there are enough.
    fn add(&mut self, place: u64, item: &Item) -> bool {
        let size = item.content.size();
        let fits = self.items.len() < OFFER_MOST && self.bytes + size <= OFFER_BYTES;
        if !fits && !self.items.is_empty() {
            return false;
        }
        self.bytes += size;
        self.items.push((place, item.content.clone()));
        true
    }
}
