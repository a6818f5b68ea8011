//! The trait of all workers.

use std::fmt;

use super::start_parameters::{Ended, StartParameters};
use crate::{
    call::Controller,
    codec::{Arguments, reply::Reply},
    protocol::Plan,
    transport::Drive,
};

/// A type that can run in a process of its own: what `#[worker]` implements.
///
/// It is not meant to be implemented by hand; generic code names it as a bound.
///
/// ```
/// use coproc::{Thread, Worker, prelude::*};
///
/// fn close_all<W: Worker>(workers: Vec<coproc::spawn::WorkerResource<W>>) {
///     for worker in &workers {
///         coproc::spawn::owner(worker).close();
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a worker",
    label = "not a `Worker`",
    note = "write `#[worker]` on its `impl` block"
)]
pub trait Worker: Sized + 'static {
    /// What calls it.
    type Controller: Controller<Self>;
    /// The error of its `#[init]`.
    type InitError: 'static;
    /// The value of its `#[close]`.
    type Output: 'static;
    /// The error of its `#[close]`.
    type OutputError: 'static;
    /// What it can [emit](super::Context::emit).
    type Event: 'static;
    /// What runs it, step by step.
    type Engine: Engine;

    /// What is known of it before any of it runs.
    const PLAN: Plan;

    /// Reads its arguments and starts it.
    ///
    /// # Errors
    ///
    /// How it ended, if it did at once.
    fn start(
        parameters: StartParameters<Self>,
        arguments: Arguments<'_>,
    ) -> Result<Self::Engine, Ended>;

    /// How the outcome of `#[init]` travels.
    fn started() -> Reply<(), Self::InitError>;

    /// Writes what an error of `#[init]` says, as far as its type has words.
    ///
    /// # Errors
    ///
    /// As writing.
    #[doc(hidden)]
    fn say_init_error(error: &Self::InitError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _ = error;
        f.write_str("`#[init]` returned an error")
    }

    /// How the outcome of `#[close]` travels.
    fn output() -> Reply<Self::Output, Self::OutputError>;

    /// How its events travel.
    fn event() -> Reply<Self::Event>;
}

/// Runs a worker that has started.
#[doc(hidden)]
#[expect(private_bounds, reason = "steps are this crate's own")]
pub trait Engine: Drive {
    /// Runs it to its end.
    fn run(self) -> Ended;
}
