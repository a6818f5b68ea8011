//! The only path that generated code may name. Nothing here is for anything else, and all of it may
//! change with any version.

use std::fmt;

pub use inventory;
pub use serde;

#[cfg(feature = "fuzz")]
pub use crate::spawn::fuzz;
#[cfg(not(feature = "process"))]
pub use crate::spawn::unprepared::test;
#[cfg(feature = "process")]
pub use crate::spawn::{Process, process::test};
pub use crate::{
    __debug_field as debug_field, __register as register, __say_error as say_error,
    call::{Call, Controller, OneWay, address::Link},
    codec::{
        Argument, Arguments, ByRef, Draft, Malformed, Whole, argument, by_ref, bytes, lend,
        reply::{Answer, Failure, Fallible, Reply, fallible, never, reply},
        slice, text, whole,
    },
    dispatch::RetryPlace,
    error::{CallError, SpawnError},
    protocol::{
        Channel,
        plan::{ChannelPlan, Handler, Plan},
        registry::{AnyChannel, MessageEntry, Urgent},
    },
    spawn::{
        On, Place, WorkerHandle, WorkerResource,
        handle::handle,
        init,
        travel::{read_link, write_link},
    },
    worker::{
        Context, FirstArgument, FunctionController, Handlers, Idle, Peer, PoolFunction, Registered,
        With, Worker,
        function::{Done, Function, function},
        recipe::{Recipe, with},
        registry::WorkerEntry,
        schedule::Schedule,
        serve::{Serve, serve},
        start_parameters::{Ended, StartParameters},
    },
};

/// The value of a refused handler.
///
/// # Panics
///
/// Always. A program with it does not compile.
pub fn refused<T>() -> T {
    unreachable!("a program with a refused handler does not compile")
}

/// The number of channels of a function's messenger.
#[must_use]
pub const fn lanes<F: Function>() -> usize {
    <F::Channel as Channel>::NAMES.len()
}

/// A value that is decoded from a message.
pub type Decoded<T> = Result<T, Malformed>;

/// The error of a message for a handler that the worker does not have.
pub fn no_handler<T>(number: u32) -> Decoded<T> {
    Err(Malformed::handler(number))
}

/// A message that is sent without a reply.
pub trait Tell {
    /// Sends it. The error is not that of the handler.
    ///
    /// # Errors
    ///
    /// As [`Call::send`].
    fn tell(self) -> Result<(), CallError>;
}

impl<T, E> Tell for Call<T, E> {
    fn tell(self) -> Result<(), CallError> {
        Self::tell(self).map_err(CallError::without_handler)
    }
}

impl Tell for OneWay {
    fn tell(self) -> Result<(), CallError> {
        Self::tell(self)
    }
}

/// A field of a message for `Debug`: itself, or `_` if its type has no `Debug`. The number of references
/// that method resolution takes decides which.
#[derive(Debug)]
pub struct Shown<'a, T: ?Sized>(pub &'a T);

/// Fields with `Debug`.
pub trait ShowDebug<'a> {
    /// The field.
    fn show(&self) -> &'a dyn fmt::Debug;
}

impl<'a, T: fmt::Debug> ShowDebug<'a> for &Shown<'a, T> {
    fn show(&self) -> &'a dyn fmt::Debug {
        self.0
    }
}

/// Fields without `Debug`.
pub trait ShowNothing {
    /// A placeholder.
    fn show(&self) -> &'static dyn fmt::Debug;
}

impl<T: ?Sized> ShowNothing for Shown<'_, T> {
    fn show(&self) -> &'static dyn fmt::Debug {
        struct Nothing;
        impl fmt::Debug for Nothing {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("_")
            }
        }
        &Nothing
    }
}

/// A field of a message for `Debug`, for all types.
#[doc(hidden)]
#[macro_export]
macro_rules! __debug_field {
    ($field:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{ShowDebug as _, ShowNothing as _};
        (&&$crate::__private::Shown($field)).show()
    }};
}

/// The text of an error: its `Display` with its causes, or its `Debug`; decided in the same way.
pub trait SayDisplay {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// As writing.
    fn say(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T: fmt::Display> SayDisplay for &&Shown<'_, T> {
    fn say(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

/// Errors without `Display`.
pub trait SayDebug {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// As writing.
    fn say(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T: fmt::Debug> SayDebug for &Shown<'_, T> {
    fn say(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// Errors with neither.
pub trait SayNothing {
    /// Writes that there is an error.
    ///
    /// # Errors
    ///
    /// As writing.
    fn say(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T> SayNothing for Shown<'_, T> {
    fn say(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`#[init]` returned an error")
    }
}

/// Writes the text of an error, for all types.
#[doc(hidden)]
#[macro_export]
macro_rules! __say_error {
    ($error:expr, $f:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{SayDebug as _, SayDisplay as _, SayNothing as _};
        (&&&$crate::__private::Shown($error)).say($f)
    }};
}

/// Registers a worker, or one instance of a generic worker.
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($by:ty, $worker:ty) => {
        // The compiler does not list the registered instances.
        #[diagnostic::do_not_recommend]
        impl $crate::__private::Registered<$by> for $worker {
            const ENTRY: $crate::__private::WorkerEntry =
                $crate::__private::WorkerEntry::new::<$worker>();
        }
        $crate::__private::inventory::submit! { $crate::__private::WorkerEntry::new::<$worker>() }
    };
}

/// Registers one instance of a generic worker, so that it can be spawned in a process: once in a
/// program, anywhere in it.
///
/// ```
/// use coproc::prelude::*;
/// # use std::collections::HashMap;
///
/// pub struct Cache<V> {
///     values: HashMap<String, V>,
/// }
///
/// #[worker]
/// impl<V: Wire + Clone + 'static> Cache<V> {
///     #[init]
///     fn new() -> Self {
///         Self { values: HashMap::new() }
///     }
///
///     #[message]
///     fn get(&self, key: &str) -> Option<V> {
///         self.values.get(key).cloned()
///     }
/// }
///
/// coproc::register!(Cache<u64>);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! register {
    ($($worker:ty),+ $(,)?) => {
        $(const _: () = {
            // Public, since a spawn of the instance names it, also in other crates.
            #[derive(Debug)]
            pub struct Here;
            $crate::__register! { Here, $worker }
        };)+
    };
}
