//! Workers that are waited for and ended together.

use std::{
    fmt, mem,
    ops::Deref,
    slice,
    time::{Duration, Instant},
    vec,
};

use super::{Order, Place, WorkerHandle, WorkerResource, on_every_place, owner, resource};
use crate::{
    error::{CallError, SpawnError},
    worker::Worker,
};

/// What the members of a group give at their end, in their order.
type Outcomes<W> = Vec<Result<<W as Worker>::Output, CallError<<W as Worker>::OutputError>>>;

/// The owners of several workers of one kind, which are waited for and ended together.
///
/// Spawning at a place with `.group(n)` starts `n` workers with the same arguments, one after the
/// other; if one does not start, its error is given and those that did start are ended. Owners of
/// workers that were started one by one become a group with [`collect`](Iterator::collect). The
/// place's options hold for each member by itself.
///
/// It derefs to a slice of its owners, and iterates over them. Dropping it closes all members at
/// once, as dropping each of their owners would: each is killed if it has not ended within its
/// grace.
///
/// ```
/// use coproc::{prelude::*, spawn::Group};
///
/// struct Counter {
///     count: u64,
/// }
///
/// #[worker]
/// impl Counter {
///     #[init]
///     fn new(count: u64) -> Self {
///         Self { count }
///     }
///
///     #[message]
///     fn add(&mut self, n: u64) {
///         self.count += n;
///     }
///
///     #[close]
///     fn sum(self) -> u64 {
///         self.count
///     }
/// }
///
/// let counters = Counter::on(Thread.group(3)).spawn(10)?;
/// counters[1].add(5).tell()?;
/// assert_eq!(counters.join_timeout(secs(60)), [Ok(10), Ok(15), Ok(10)]);
///
/// let started = (1..=2).map(|count| Counter::on(Thread).spawn(count));
/// let counters: Group<Counter> = started.collect::<Result<_, _>>()?;
/// assert_eq!(counters.join(), [Ok(1), Ok(2)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "dropping a group ends its workers"]
pub struct Group<W: Worker> {
    owners: Vec<WorkerResource<W>>,
}

impl<W: Worker> Group<W> {
    fn handles(&self) -> impl Iterator<Item = WorkerHandle<'_, W>> {
        self.owners.iter().map(owner)
    }

    /// Asks all members to finish what is queued and to end; does not wait. Those that have ended
    /// already do not matter.
    pub fn close(&self) {
        for handle in self.handles() {
            handle.close();
            // While the group waits for one member, the last words of the others are read, too, so
            // that none of them has to wait with a long one until it is its turn.
            handle.read_in_background();
        }
    }

    /// Asks all members to close, waits as long as it takes, and gives what each of them gave, in
    /// order. Every further call gives the same.
    ///
    /// # Errors
    ///
    /// In the place of each member's value, as [`WorkerHandle::join`].
    pub fn join(&self) -> Outcomes<W> {
        self.close();
        self.handles().map(|handle| handle.join()).collect()
    }

    /// The same, waiting for `timeout` at most, over all members together. A member that has not
    /// ended by then goes on closing, and a later call may find that it has ended.
    ///
    /// # Errors
    ///
    /// In the place of each member's value, as [`WorkerHandle::join`], and
    /// [`Deadline`](CallError::Deadline) of a member that has not ended.
    pub fn join_timeout(&self, timeout: Duration) -> Outcomes<W> {
        let until = Instant::now().checked_add(timeout);
        self.close();
        let left =
            || until.map_or(timeout, |until| until.saturating_duration_since(Instant::now()));
        self.handles()
            .map(|handle| {
                let outcome = handle.join_timeout(left());
                outcome.unwrap_or(Err(CallError::Deadline { started: true }))
            })
            .collect()
    }

    /// Ends all members now, and does not wait for their ends.
    pub fn kill(&self) {
        self.handles().for_each(|handle| handle.kill());
    }
}

/// Closes all at once, and waits for each no longer than if it were the only one.
impl<W: Worker> Drop for Group<W> {
    fn drop(&mut self) {
        let begun = Instant::now();
        let connections = self.owners.iter().filter_map(WorkerResource::connection);
        let graces: Vec<_> = connections
            .filter_map(|connection| Some((connection, resource::grace(connection)?)))
            .collect();
        for (connection, grace) in &graces {
            if connection.concluded().is_none() {
                connection.close(Some(*grace));
            }
        }
        for (connection, grace) in graces {
            resource::terminate(connection, grace.saturating_sub(begun.elapsed()));
        }
    }
}

impl<W: Worker> Deref for Group<W> {
    type Target = [WorkerResource<W>];

    fn deref(&self) -> &Self::Target {
        &self.owners
    }
}

impl<W: Worker> FromIterator<WorkerResource<W>> for Group<W> {
    fn from_iter<I: IntoIterator<Item = WorkerResource<W>>>(owners: I) -> Self {
        Self { owners: owners.into_iter().collect() }
    }
}

impl<W: Worker> IntoIterator for Group<W> {
    type Item = WorkerResource<W>;
    type IntoIter = vec::IntoIter<WorkerResource<W>>;

    fn into_iter(mut self) -> Self::IntoIter {
        mem::take(&mut self.owners).into_iter()
    }
}

impl<'a, W: Worker> IntoIterator for &'a Group<W> {
    type Item = &'a WorkerResource<W>;
    type IntoIter = slice::Iter<'a, WorkerResource<W>>;

    fn into_iter(self) -> Self::IntoIter {
        self.owners.iter()
    }
}

impl<W: Worker> fmt::Debug for Group<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Group").field(&self.owners).finish()
    }
}

/// A place for each of several workers: what `.group(n)` makes of a place. Spawning there gives a
/// [`Group`].
#[derive(Clone, Debug)]
#[must_use = "a place starts nothing by itself"]
pub struct Grouped<P> {
    place: P,
    members: usize,
}

on_every_place! {
    /// A place for `members` workers that are started with the same arguments, and waited for and
    /// ended together: spawning there gives a [`Group`](crate::spawn::Group) of their owners, which is
    /// empty if `members` is 0.
    pub fn group(self, members: usize) -> Grouped<Self> {
        Grouped { place: self, members }
    }
}

impl<W, By, P> Place<W, By> for Grouped<P>
where
    W: Worker,
    P: Place<W, By, Spawned = WorkerResource<W>> + Clone,
{
    type Spawned = Group<W>;

    fn max_message(&self) -> usize {
        self.place.max_message()
    }

    fn launch(self, order: Order) -> Result<Group<W>, SpawnError<W::InitError>> {
        let mut group = Group { owners: Vec::new() };
        for _ in 0..self.members {
            group.owners.push(self.place.clone().launch(order.clone())?);
        }
        Ok(group)
    }
}
