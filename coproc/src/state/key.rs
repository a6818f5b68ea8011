//! One name of a state, as a value of one type.

use std::{
    marker::PhantomData,
    time::{Duration, Instant},
};

use super::{
    core::{Finding, Known, Subscription},
    state::State,
    update::Update,
    view::View,
};
use crate::{
    error::StateError,
    protocol::Wire,
    sync::{Arc, Mutex, now},
};

/// One name of a [`State`], as a value of type `T`; see [`State::key`].
///
/// A wait tests the present value first, then each value that the name is set to; a value that is
/// replaced at once may never be tested. Predicates run in the calling thread.
///
/// A key and its clones remember the value that the last wait has found. The next wait tests that
/// value before it asks the host, and gives it only if the host confirms that it is the present one. So
/// a predicate may see a value that has been replaced since. A wait costs one request, which is
/// answered with the value, and one more for every value that fails the test.
///
/// ```
/// use std::time::Duration;
/// use coproc::{State, state::StateError};
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let state = State::spawn()?;
///     let cookies = state.key::<u32>("cookies");
///     std::thread::scope(|scope| {
///         let waits = scope.spawn(|| cookies.wait_equal(&3));
///         (1..=3).try_for_each(|n| cookies.set(&n))?;
///         assert_eq!(waits.join().unwrap()?, 3);
///         Ok::<_, StateError>(())
///     })?;
///     let error = cookies.wait_none_timeout(Duration::from_millis(20)).unwrap_err();
///     assert_eq!(error, StateError::Timeout);
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Key<T> {
    state: State,
    name: String,
    last: Arc<Mutex<Known>>,
    value: PhantomData<fn() -> T>,
}

impl State {
    /// A view of one name as a value of type `T`.
    pub fn key<T: Wire>(&self, name: impl Into<String>) -> Key<T> {
        let (state, name) = (self.clone(), name.into());
        // True of a name that was never set. The host corrects it for any other.
        let values = [(name.clone(), (0, None))].into();
        let last = Arc::new(Mutex::new(Known { values, ..Known::default() }));
        Key { state, name, last, value: PhantomData }
    }
}

impl<T: Wire> Key<T> {
    /// The value.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn get(&self) -> Result<Option<T>, StateError> {
        self.state.get(&self.name)
    }

    /// Sets the value.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn set(&self, value: &T) -> Result<(), StateError> {
        self.state.set(&self.name, value)
    }

    /// Removes the value, if there is one.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    pub fn remove(&self) -> Result<(), StateError> {
        self.state.remove(&self.name)
    }

    fn until(
        &self,
        until: Option<Instant>,
        test: impl FnMut(&mut View<'_>) -> Result<bool, StateError>,
    ) -> Result<(), StateError> {
        let mut known = self.last.lock().clone();
        let outcome = self.state.until(until, &mut known, test);
        *self.last.lock() = known;
        outcome
    }

    fn find<R>(
        &self,
        until: Option<Instant>,
        mut test: impl FnMut(Option<T>) -> Option<R>,
    ) -> Result<R, StateError> {
        let mut found = None;
        self.until(until, |view| {
            found = test(view.get(&self.name)?);
            Ok(found.is_some())
        })?;
        Ok(found.expect("it was found, or the wait would go on"))
    }

    fn available(&self, until: Option<Instant>) -> Result<(), StateError> {
        self.until(until, |view| view.contains(&self.name))
    }

    fn find_value(
        &self,
        until: Option<Instant>,
        mut test: impl FnMut(&T) -> bool,
    ) -> Result<T, StateError> {
        self.find(until, |value| value.filter(&mut test))
    }
}

/// Defines each wait in two forms: without and with a timeout.
macro_rules! waits {
    ($($(#[doc = $doc:literal])* $name:ident, $timed:ident, ($($arg:ident: $ty:ty)?) -> $gives:ty,
        |$key:ident, $until:ident| $run:expr;)*) => {$(
        $(#[doc = $doc])*
        ///
        /// # Errors
        ///
        /// As for [every operation](State#errors).
        pub fn $name(&self $(, $arg: $ty)?) -> Result<$gives, StateError> {
            let ($key, $until) = (self, None);
            $run
        }

        #[doc = concat!("As [`", stringify!($name), "`](Self::", stringify!($name),
            "), for this long at most.")]
        ///
        /// # Errors
        ///
        /// As there, and [`StateError::Timeout`].
        pub fn $timed(&self $(, $arg: $ty)?, timeout: Duration) -> Result<$gives, StateError> {
            let ($key, $until) = (self, now().checked_add(timeout));
            $run
        }
    )*};
}

impl<T: Wire> Key<T> {
    waits! {
        /// Waits until there is a value for which `test` gives `true`, and gives it.
        wait_until, wait_until_timeout, (test: impl FnMut(&T) -> bool) -> T,
            |key, until| key.find_value(until, test);
        /// Waits until there is a value, and gives it.
        wait_some, wait_some_timeout, () -> T, |key, until| key.find_value(until, |_| true);
        /// Waits until there is a value of any type, and does not read it.
        wait_available, wait_available_timeout, () -> (), |key, until| key.available(until);
        /// Waits until there is no value.
        wait_none, wait_none_timeout, () -> (),
            |key, until| key.find(until, |value| value.is_none().then_some(()));
    }
}

impl<T: Wire + PartialEq> Key<T> {
    waits! {
        /// Waits until there is a value that equals this one, and gives it.
        wait_equal, wait_equal_timeout, (wanted: &T) -> T,
            |key, until| key.find_value(until, |value| value == wanted);
        /// Waits until there is a value that does not equal this one, and gives it.
        wait_not_equal, wait_not_equal_timeout, (unwanted: &T) -> T,
            |key, until| key.find_value(until, |value| value != unwanted);
    }
}

impl<T: Wire + Default + PartialEq> Key<T> {
    waits! {
        /// Waits until there is a value that is not its type's default, and gives it: not `false`,
        /// 0 or empty.
        wait_truthy, wait_truthy_timeout, () -> T,
            |key, until| key.find_value(until, |value| *value != T::default());
        /// Waits until there is no value, or one that is its type's default, and gives it: `false`,
        /// 0 or empty.
        wait_falsy, wait_falsy_timeout, () -> Option<T>,
            |key, until| key.find(until, |value| match value {
                Some(value) if value != T::default() => None,
                other => Some(other),
            });
    }
}

impl<T: Wire + Default> Key<T> {
    /// Changes the value in place, or the type's default if there is none. `change` runs again if
    /// another handle has changed the value meanwhile; what it gives last is the result.
    ///
    /// # Errors
    ///
    /// As for [every operation](State#errors).
    ///
    /// ```
    /// use coproc::State;
    ///
    /// #[coproc::main]
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let state = State::spawn()?;
    ///     let (apples, log) = (state.key::<u32>("apples"), state.key::<Vec<String>>("log"));
    ///     apples.modify(|n| *n += 5)?;
    ///     log.modify(|lines| lines.push("picked".to_owned()))?;
    ///     assert_eq!((apples.get()?, log.get()?), (Some(5), Some(vec!["picked".to_owned()])));
    ///     Ok(())
    /// }
    /// ```
    pub fn modify<R>(&self, mut change: impl FnMut(&mut T) -> R) -> Result<R, StateError> {
        self.state.atomic(|view| {
            let mut value = view.get::<T>(&self.name)?.unwrap_or_default();
            let result = change(&mut value);
            view.set(&self.name, &value).map(|()| result)
        })
    }
}

impl<T: Wire> Key<T> {
    fn changed(&self, until: Option<Instant>) -> Result<Option<T>, StateError> {
        let wake = self.state.change_of([self.name.as_str()], until, Subscription::Updates)?;
        let update = match &wake {
            Finding::Updates(batch) => batch.updates.first(),
            _ => None,
        };
        // The history may have dropped the change already.
        update.map_or_else(|| self.get(), Update::after)
    }

    waits! {
        /// Waits until the name is set to another value or removed, and gives what it then holds.
        /// Setting a name and removing it at once counts; setting it to the value that it has does not.
        wait_change, wait_change_timeout, () -> Option<T>, |key, until| key.changed(until);
    }
}
