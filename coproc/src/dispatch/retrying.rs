//! Places where a function is run again when it fails.

use std::{fmt, time::Duration};

use super::{
    dispatcher::Dispatcher,
    policy::{Condition, Policy, Recycling, Restart, Retries},
};
use crate::{
    codec::{Body, Draft, EncodeError},
    error::{CallError, SpawnError},
    spawn::{On, Order, Place, WorkerResource, on_every_place, refused},
    sync::Arc,
    worker::{Function, PoolFunction},
};

/// After which errors a function whose own error is `E` is run again.
pub trait RetryWhen<E> {
    /// What says so; `None` if it is after all.
    #[doc(hidden)]
    fn condition(self) -> Option<Condition<E>>;
}

/// A function is run again after every error.
#[derive(Clone, Copy, Debug)]
pub struct Always;

impl<E> RetryWhen<E> for Always {
    fn condition(self) -> Option<Condition<E>> {
        None
    }
}

impl<E> RetryWhen<E> for Condition<E> {
    fn condition(self) -> Option<Self> {
        Some(self)
    }
}

/// A place where a function is run again when it fails: what `.retry(n)` makes of a place.
///
/// The function is run `n + 1` times at most. A run has failed if it gave an `Err`, panicked, crashed
/// or could not be started; that the first one could not be started is `spawn`'s error. With
/// [`retry_if`](Self::retry_if), a run follows only the errors for which the condition is true, each
/// as [`join`](crate::spawn::WorkerHandle::join) would give it; a panic of the condition ends the
/// retries. The next run begins [`retry_delay`](Self::retry_delay) after the failure, at once without
/// it, and has the arguments of `.retry_with(…)`, said after `on`, if there are any, else those of
/// `spawn`. The owner does not have to wait for that: a thread starts the next run.
///
/// The owner's `worker()` stands for all runs: `join` gives the outcome of the last, `kill` and the
/// drop of the owner let no further run begin. On [`Inline`](crate::Inline), that drop waits until a
/// later run returns, whatever the grace is.
///
/// A function that takes a messenger is not run again.
///
/// ```
/// use coproc::prelude::*;
///
/// #[worker]
/// fn fetch(mirror: &str) -> Result<String, String> {
///     match mirror {
///         "first" => Err("no answer".into()),
///         mirror => Ok(format!("from the {mirror}")),
///     }
/// }
///
/// let patient = Thread.retry(5).retry_delay(ms(5));
/// let fetch = Fetch::on(patient).retry_with("second").spawn("first")?;
/// assert_eq!(fetch.worker().join()?, "from the second");
/// assert_eq!(fetch.worker().runs(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `C` says after which errors: all, or those that [`retry_if`](Self::retry_if) was given a condition
/// for.
#[must_use = "a place starts nothing by itself"]
#[derive(Clone)]
pub struct Retrying<P, C = Always> {
    place: P,
    /// How many runs may follow the first.
    left: u32,
    delay: Duration,
    condition: C,
    /// The arguments of the later runs, if they have others.
    later: Option<Result<Body, EncodeError>>,
}

on_every_place! {
    /// A place where a function worker is run again when it fails, `times` times at most. The function
    /// takes no messenger.
    pub fn retry(self, times: u32) -> Retrying<Self> {
        Retrying {
            place: self,
            left: times,
            delay: Duration::ZERO,
            condition: Always,
            later: None,
        }
    }
}

impl<P, C> Retrying<P, C> {
    /// Waits for `delay` before each of the later runs; without it, they begin at once.
    pub fn retry_delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Runs a function again only after the errors for which `condition` is true; without it, after
    /// all. The error that the function itself returns is of type `E`.
    ///
    /// ```
    /// use coproc::prelude::*;
    ///
    /// #[worker]
    /// fn fetch(mirror: &str) -> Result<String, String> {
    ///     Err(format!("{mirror} is unknown"))
    /// }
    ///
    /// let place = Thread.retry(5).retry_if(|error: &CallError<String>| match error {
    ///     CallError::Handler(text) => text.contains("busy"),
    ///     _ => true,
    /// });
    /// let fetch = Fetch::on(place).spawn("first")?;
    /// assert_eq!(fetch.worker().join(), Err(CallError::Handler("first is unknown".to_owned())));
    /// assert_eq!(fetch.worker().runs(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn retry_if<E>(
        self,
        condition: impl Fn(&CallError<E>) -> bool + Send + Sync + 'static,
    ) -> Retrying<P, Condition<E>> {
        let Self { place, left, delay, condition: _, later } = self;
        Retrying { place, left, delay, condition: Arc::new(condition), later }
    }
}

/// Places where a function is run again when it fails.
#[diagnostic::on_unimplemented(
    message = "a worker at `{Self}` is not run again when it fails",
    label = "no later runs to have other arguments",
    note = "say how often on the place: `Process::new().retry(5)`"
)]
pub trait RetryPlace<F: Function, By = ()>: Place<F, By> {
    /// Gives the later runs the arguments that `write` writes.
    #[must_use]
    fn retry_with(self, write: impl FnOnce(&mut Draft)) -> Self;
}

impl<F: Function, P> On<F, P> {
    /// Gives the later runs the arguments that `write` writes.
    #[must_use]
    pub fn retry_with<By>(self, write: impl FnOnce(&mut Draft)) -> Self
    where
        P: RetryPlace<F, By>,
    {
        Self::new(self.place.retry_with(write))
    }
}

impl<F, By: 'static, P, C> Place<F, By> for Retrying<P, C>
where
    F: Function + PoolFunction,
    P: Place<F, By, Spawned = WorkerResource<F>> + Clone + Send + Sync + 'static,
    C: RetryWhen<F::OutputError>,
{
    type Spawned = WorkerResource<F>;

    fn max_message(&self) -> usize {
        self.place.max_message()
    }

    fn launch(self, order: Order) -> Result<WorkerResource<F>, SpawnError<F::InitError>> {
        let Self { place, left, delay, condition, later } = self;
        let later = match later {
            Some(arguments) => Order { arguments: arguments.map_err(refused)?, ..order.clone() },
            None => order.clone(),
        };
        let (starts, first) = (order.starts.clone(), place.clone().launch(order)?);
        let launch = move || place.clone().launch(later.clone());
        let launch = Box::new(move || launch().map_err(|error| error.text(F::say_init_error)));
        let restart = Restart::always().in_all(left).backoff(delay..delay);
        let retries = Some(Retries::new(restart, condition.condition()));
        let policy = Policy { recycling: Recycling::default(), retries };
        let dispatcher = Dispatcher::new(first, Vec::new(), (launch, starts), policy);
        Ok(WorkerResource::dispatched(dispatcher))
    }
}

impl<F: Function, By, P, C> RetryPlace<F, By> for Retrying<P, C>
where
    Self: Place<F, By>,
{
    fn retry_with(self, write: impl FnOnce(&mut Draft)) -> Self {
        let mut draft = Draft::new(Place::<F, By>::max_message(&self));
        write(&mut draft);
        Self { later: Some(draft.finish()), ..self }
    }
}

impl<P: fmt::Debug, C> fmt::Debug for Retrying<P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retrying")
            .field("place", &self.place)
            .field("left", &self.left)
            .field("delay", &self.delay)
            .finish_non_exhaustive()
    }
}
