//! Messages that wait, the most urgent first.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

use crate::protocol::Priority;

/// Items that wait in channels; taken are the most urgent first, over all channels.
///
/// Items of one priority come out in the order in which they went in, over all channels as well.
///
/// With aging, an item becomes one step more urgent each time it has waited for an interval, so that
/// none waits forever behind more urgent ones that keep coming: an item of priority `p` is overtaken
/// by one of priority `q < p` only if that is put less than `(p - q)` intervals after it. Of two
/// items that have waited since `a` and `b`, the first is more urgent at a time `t` if
/// `p - (t - a) / interval` is less than `q - (t - b) / interval`, that is if `p * interval + a` is
/// less than `q * interval + b`: `t` drops out. The order of two items never changes while they
/// wait, so it is computed once, and taking needs no clock.
///
/// Putting, taking and removing are O(log n), times the number of channels for taking from all.
/// An emptied queue holds no memory but that of a few items a channel.
pub(crate) struct PriorityMultiQueue<T> {
    channels: Vec<Row<T>>,
    aging: Option<Aging>,
    /// How many items were ever put.
    count: u64,
    len: usize,
}

/// The items of one channel.
///
/// The most urgent lies apart: where no more than one waits, as where callers wait for each answer,
/// no memory is taken and given back for it.
struct Row<T> {
    /// None only if there is no item at all.
    first: Option<(Rank, QueuedItem<T>)>,
    rest: BTreeMap<Rank, QueuedItem<T>>,
}

impl<T> Row<T> {
    fn new() -> Self {
        Self { first: None, rest: BTreeMap::new() }
    }

    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    fn put(&mut self, rank: Rank, waiting: QueuedItem<T>) {
        match &mut self.first {
            Some(first) if first.0 < rank => {
                self.rest.insert(rank, waiting);
            }
            first => {
                if let Some((rank, waiting)) = first.replace((rank, waiting)) {
                    self.rest.insert(rank, waiting);
                }
            }
        }
    }

    fn take(&mut self) -> Option<QueuedItem<T>> {
        let (_, taken) = std::mem::replace(&mut self.first, self.rest.pop_first())?;
        Some(taken)
    }

    fn remove(&mut self, rank: &Rank) -> Option<QueuedItem<T>> {
        match &self.first {
            Some((first, _)) if first == rank => self.take(),
            _ => self.rest.remove(rank),
        }
    }
}

/// What orders the items: how urgent, then how early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Rank {
    urgency: i128,
    number: u64,
}

/// Where an item waits, to take it out of turn. It never stands for another item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct QueuePlace {
    rank: Rank,
    channel: u16,
}

#[derive(Debug)]
struct QueuedItem<T> {
    item: T,
    priority: Priority,
    since: Instant,
}

/// How urgent what waits is: lower is sooner.
pub(crate) type Urgency = i128;

/// How waiting makes urgent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aging {
    interval: Duration,
    /// When the first item came: arrivals are counted from here.
    origin: Option<Instant>,
    /// When the latest came. A clock read before the lock may lag behind it, which must not put an
    /// item before its elders.
    latest: Duration,
}

/// An item that waited, with what was known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dequeued<T> {
    pub(crate) item: T,
    /// The priority that it was put with.
    pub(crate) priority: Priority,
    /// The channel that it waited in.
    pub(crate) channel: u16,
    /// When it was put.
    pub(crate) since: Instant,
}

impl Aging {
    pub(crate) fn new(interval: Duration) -> Self {
        Self { interval, origin: None, latest: Duration::ZERO }
    }

    /// How urgent an item is that comes now: lower is sooner.
    ///
    /// No sum overflows: the longest interval is below 2^94 nanoseconds, times 2^31 priorities is
    /// below 2^125, as is any arrival.
    pub(crate) fn urgency(&mut self, priority: Priority, now: Instant) -> Urgency {
        let origin = *self.origin.get_or_insert(now);
        self.latest = self.latest.max(now.saturating_duration_since(origin));
        i128::from(priority) * nanoseconds(self.interval) + nanoseconds(self.latest)
    }
}

/// How urgent an item is at `now` that waits since `since`, to be compared over several queues with
/// one interval of aging: lower is sooner.
pub(crate) fn urgency_at(
    now: Instant,
    priority: Priority,
    since: Instant,
    aging: Option<Duration>,
) -> i128 {
    let priority = i128::from(priority);
    let age = || nanoseconds(now.saturating_duration_since(since));
    aging.map_or(priority, |interval| priority * nanoseconds(interval) - age())
}

fn nanoseconds(time: Duration) -> i128 {
    i128::from(time.as_secs()) * 1_000_000_000 + i128::from(time.subsec_nanos())
}

impl<T> PriorityMultiQueue<T> {
    /// An empty queue with this many channels, and the interval of aging, if items are to age.
    pub(crate) fn new(channels: u16, aging: Option<Duration>) -> Self {
        Self {
            channels: (0..channels).map(|_| Row::new()).collect(),
            aging: aging.map(Aging::new),
            count: 0,
            len: 0,
        }
    }

    /// Lets an item wait in a channel. `now` only matters with aging.
    ///
    /// # Errors
    ///
    /// The item, if there is no such channel.
    pub(crate) fn put(
        &mut self,
        item: T,
        priority: Priority,
        channel: u16,
        now: Instant,
    ) -> Result<QueuePlace, T> {
        let Some(waiting) = self.channels.get_mut(usize::from(channel)) else {
            return Err(item);
        };
        let urgency = match &mut self.aging {
            Some(aging) => aging.urgency(priority, now),
            None => i128::from(priority),
        };
        let rank = Rank { urgency, number: self.count };
        waiting.put(rank, QueuedItem { item, priority, since: now });
        self.count += 1;
        self.len += 1;
        Ok(QueuePlace { rank, channel })
    }

    /// Takes the most urgent item.
    pub(crate) fn take(&mut self) -> Option<Dequeued<T>> {
        self.take_from(self.next_channel()?)
    }

    /// Takes the most urgent item of one channel.
    pub(crate) fn take_from(&mut self, channel: u16) -> Option<Dequeued<T>> {
        let waiting = self.channels.get_mut(usize::from(channel))?.take()?;
        self.len -= 1;
        Some(waiting.taken(channel))
    }

    /// The most urgent item, its priority and channel, while it goes on waiting.
    pub(crate) fn peek(&self) -> Option<(&T, Priority, u16)> {
        let channel = self.next_channel()?;
        let (_, first) = self.channels.get(usize::from(channel))?.first.as_ref()?;
        Some((&first.item, first.priority, channel))
    }

    /// Takes an item out of turn, if it still waits.
    pub(crate) fn remove(&mut self, place: QueuePlace) -> Option<Dequeued<T>> {
        let waiting = self.channels.get_mut(usize::from(place.channel))?.remove(&place.rank)?;
        self.len -= 1;
        Some(waiting.taken(place.channel))
    }

    /// All items, in no particular order, while they go on waiting.
    #[cfg(feature = "process")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.channels.iter().flat_map(|row| {
            let first = row.first.iter().map(|(_, first)| first);
            first.chain(row.rest.values()).map(|waiting| &waiting.item)
        })
    }

    /// Takes all items out, in order.
    #[cfg(test)]
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Dequeued<T>> + use<'_, T> {
        std::iter::from_fn(|| self.take())
    }

    /// How many items wait.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Whether none waits.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many items wait in one channel.
    pub(crate) fn len_of(&self, channel: u16) -> usize {
        self.channels.get(usize::from(channel)).map_or(0, Row::len)
    }

    /// The channel of the most urgent item.
    fn next_channel(&self) -> Option<u16> {
        let heads = (0..).zip(&self.channels).filter_map(|(channel, waiting)| {
            let (rank, _) = waiting.first.as_ref()?;
            Some((*rank, channel))
        });
        heads.min().map(|(_, channel)| channel)
    }
}

impl<T> QueuedItem<T> {
    fn taken(self, channel: u16) -> Dequeued<T> {
        Dequeued { item: self.item, priority: self.priority, channel, since: self.since }
    }
}

impl<T> fmt::Debug for PriorityMultiQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PriorityMultiQueue")
            .field("len", &self.len)
            .field("channels", &self.channels.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const INTERVAL: Duration = Duration::from_millis(10);

    #[derive(Clone, Debug)]
    enum Step {
        /// With a channel, which may not exist, and milliseconds since the last step.
        Put(Priority, u16, u64),
        Take,
        TakeFrom(u16),
        /// Of all that were ever put.
        Remove(prop::sample::Index),
    }

    fn step() -> impl Strategy<Value = Step> {
        let priority = prop_oneof![4 => -3..4, 1 => any::<i32>()];
        prop_oneof![
            4 => (priority, 0..4_u16, 0..40_u64).prop_map(|(p, c, t)| Step::Put(p, c, t)),
            3 => Just(Step::Take),
            1 => (0..4_u16).prop_map(Step::TakeFrom),
            1 => any::<prop::sample::Index>().prop_map(Step::Remove),
        ]
    }

    /// The same queue as a list that is searched, with urgency as waiting makes it at a time.
    struct Model {
        waiting: Vec<Dequeued<usize>>,
        aging: Option<Duration>,
    }

    impl Model {
        fn take(&mut self, channel: Option<u16>, now: Instant) -> Option<Dequeued<usize>> {
            let steps = |item: &Dequeued<usize>| match self.aging {
                None => i128::from(item.priority),
                Some(interval) => {
                    let waited = (now - item.since).as_nanos() as i128;
                    i128::from(item.priority) * interval.as_nanos() as i128 - waited
                }
            };
            let here =
                |item: &Dequeued<usize>| channel.is_none_or(|channel| item.channel == channel);
            let found = self.waiting.iter().filter(|item| here(item));
            let number = found.min_by_key(|item| (steps(item), item.item))?.item;
            self.remove(number)
        }

        fn remove(&mut self, number: usize) -> Option<Dequeued<usize>> {
            let index = self.waiting.iter().position(|item| item.item == number)?;
            Some(self.waiting.remove(index))
        }
    }

    fn behaves_as_the_model(steps: &[Step], aging: Option<Duration>) -> Result<(), TestCaseError> {
        let mut queue = PriorityMultiQueue::new(3, aging);
        let mut model = Model { waiting: Vec::new(), aging };
        let mut places = Vec::new();
        let mut now = Instant::now();
        for step in steps {
            match *step {
                Step::Put(priority, channel, later) => {
                    now += Duration::from_millis(later);
                    let item = places.len();
                    match queue.put(item, priority, channel, now) {
                        Err(back) => prop_assert!(back == item && channel == 3),
                        Ok(place) => {
                            places.push(place);
                            model.waiting.push(Dequeued { item, priority, channel, since: now });
                        }
                    }
                }
                Step::Take => prop_assert_eq!(queue.take(), model.take(None, now)),
                Step::TakeFrom(channel) => {
                    prop_assert_eq!(queue.take_from(channel), model.take(Some(channel), now));
                }
                Step::Remove(ref index) if !places.is_empty() => {
                    let number = index.index(places.len());
                    prop_assert_eq!(queue.remove(places[number]), model.remove(number));
                }
                Step::Remove(_) => {}
            }
            prop_assert_eq!(queue.len(), model.waiting.len());
            let of_one = model.waiting.iter().filter(|item| item.channel == 1).count();
            prop_assert_eq!(queue.len_of(1), of_one);
        }
        let rest: Vec<_> = queue.drain().collect();
        let expected: Vec<_> = std::iter::from_fn(|| model.take(None, now)).collect();
        prop_assert_eq!(rest, expected);
        prop_assert!(queue.is_empty() && queue.peek().is_none());
        Ok(())
    }

    proptest! {
        #[test]
        fn the_most_urgent_comes_first(steps in prop::collection::vec(step(), 0..200)) {
            behaves_as_the_model(&steps, None)?;
        }

        #[test]
        fn waiting_makes_urgent(steps in prop::collection::vec(step(), 0..200)) {
            behaves_as_the_model(&steps, Some(INTERVAL))?;
        }

        /// Urgent items keep coming, one a millisecond and one taken; the other gets its turn when
        /// they have come for as many intervals as it is less urgent, not before and not later.
        #[test]
        fn nothing_waits_forever(priority in 1..50_i32) {
            let mut queue = PriorityMultiQueue::new(1, Some(INTERVAL));
            let start = Instant::now();
            queue.put(true, priority, 0, start).unwrap();
            let turn = (0..).find(|&millis| {
                queue.put(false, 0, 0, start + Duration::from_millis(millis)).unwrap();
                queue.take().unwrap().item
            });
            prop_assert_eq!(turn, u64::try_from(priority * 10).ok());
        }
    }

    #[test]
    fn no_priority_and_no_interval_overflows() {
        for aging in [None, Some(Duration::ZERO), Some(INTERVAL), Some(Duration::MAX)] {
            let mut queue = PriorityMultiQueue::new(1, aging);
            let now = Instant::now();
            for priority in [i32::MAX, 0, i32::MIN] {
                queue.put(priority, priority, 0, now + Duration::from_secs(1 << 33)).unwrap();
            }
            assert_eq!(queue.peek().map(|(item, ..)| *item), queue.take().map(|taken| taken.item));
            assert_eq!(queue.drain().count(), 2);
        }
    }

    #[test]
    fn a_clock_that_lags_changes_no_order() {
        let mut queue = PriorityMultiQueue::new(2, Some(INTERVAL));
        let now = Instant::now() + INTERVAL;
        queue.put(1, 0, 1, now).unwrap();
        queue.put(2, 0, 0, now - INTERVAL).unwrap();
        assert_eq!(queue.take().map(|taken| taken.item), Some(1));
    }
}
